"""Record what providers report of sent messages."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadtight.app.messaging.authorization import recipient_keys
from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import WITH
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import LEAD, Message, Status


class DeliveryReceipt(StrEnum):
    """The fate of a message, as its provider reports it."""

    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's event about one message.

    It names the message by our ids when it carries them, else by the provider's.
    """

    provider_id: str
    reported: DeliveryReceipt
    detail: str = ""
    lead_id: str | None = None
    message_id: str | None = None


class DeliveryReports:
    """Stores delivery reports and their consequences; repeated reports are harmless."""

    def __init__(self, store: LeadStore, outbox: Outbox, bounces: BounceHandling) -> None:
        """Take the ports and the handling of bounces."""
        self._store = store
        self._outbox = outbox
        self._bounces = bounces

    def record(self, report: DeliveryReport, now: datetime) -> bool:
        """Store a report; return False when known or not ours.

        A hard bounce or a complaint ends that channel for the lead; a bounce also counts as a failed contact. A report
        about a digest counts for each of its messages.
        """
        message = self._find(report)
        if message is None:
            return False
        for lead_id, message_id in message.data.get(WITH, ()):
            other = self._outbox.find(lead_id, message_id)
            if other:
                self._note(other, report, now)
        return self._note(message, report, now)

    def _note(self, message: Message, report: DeliveryReport, now: datetime) -> bool:
        """Mark one message, after the consequences of the report.

        A message marked as bounced is finished. So a crash in between repeats everything, and a repeated report,
        however late, does nothing.
        """
        if message.status is Status.BOUNCED:
            return False
        status = Status.CONFIRMED if report.reported is DeliveryReceipt.ACCEPTED else Status.BOUNCED
        kind = EventKind.MESSAGE_CONFIRMED if status is Status.CONFIRMED else EventKind.MESSAGE_BOUNCED
        provider_id = message.provider_id if message.queued else report.provider_id
        done = replace(message, status=status, provider_id=provider_id, detail=report.detail)
        if status is Status.BOUNCED and message.recipient == LEAD:
            self._suppress(message)
        if report.reported is DeliveryReceipt.BOUNCED:
            self._bounces.note(message, now)
        return self._outbox.confirm(done, message_event(done, kind, now))

    def _find(self, report: DeliveryReport) -> Message | None:
        if report.lead_id and report.message_id:
            return self._outbox.find(report.lead_id, report.message_id)
        return self._outbox.find_by_provider_id(report.provider_id)

    def _suppress(self, message: Message) -> None:
        lead = self._store.load(message.lead_id)
        for key in recipient_keys(message, lead) if lead else ():
            self._outbox.suppress(key, message.channel)
