"""Record what providers report of sent messages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadtight.app.messaging.authorization import recipient_keys
from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import WITH
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import CountMessage, Outbox
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import LEAD, NOT_CHANGED_BY, Message, Status
from leadtight.domain.notifications.bounces import fallback


class DeliveryReceipt(StrEnum):
    """The fate of a message, as its provider reports it.

    `ACCEPTED` only says that the provider took it. An `UNDELIVERED` one did not arrive for a reason that may pass, so
    its address stays in use; a `BOUNCED` one shows that the address is wrong.
    """

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    UNDELIVERED = "undelivered"
    COMPLAINED = "complained"


STATUSES: Mapping[DeliveryReceipt, Status] = {
    DeliveryReceipt.ACCEPTED: Status.SENT,
    DeliveryReceipt.DELIVERED: Status.CONFIRMED,
    DeliveryReceipt.BOUNCED: Status.BOUNCED,
    DeliveryReceipt.UNDELIVERED: Status.BOUNCED,
    DeliveryReceipt.COMPLAINED: Status.BOUNCED,
}
KINDS: Mapping[Status, EventKind] = {
    Status.SENT: EventKind.MESSAGE_SENT,
    Status.CONFIRMED: EventKind.MESSAGE_CONFIRMED,
    Status.BOUNCED: EventKind.MESSAGE_BOUNCED,
}
ENDS_THE_CHANNEL = frozenset({DeliveryReceipt.BOUNCED, DeliveryReceipt.COMPLAINED})
NOT_REACHED = frozenset({DeliveryReceipt.BOUNCED, DeliveryReceipt.UNDELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's event about one message.

    It names the message by our ids when it carries them, else by the provider's. One that `may_be_auto_reply` says
    nothing about a message that was delivered.
    """

    provider_id: str
    reported: DeliveryReceipt
    detail: str = ""
    lead_id: str | None = None
    message_id: str | None = None
    may_be_auto_reply: bool = False


class DeliveryReports:
    """Stores delivery reports and their consequences; repeated reports are harmless."""

    def __init__(self, store: LeadStore, outbox: Outbox, bounces: BounceHandling, count: CountMessage) -> None:
        """Take the ports and the handling of bounces."""
        self._count = count
        self._store = store
        self._outbox = outbox
        self._bounces = bounces

    def record(self, report: DeliveryReport, now: datetime) -> bool:
        """Store a report; return False when known or not ours.

        A hard bounce or a complaint ends that channel for the lead; a message that did not arrive also counts as a
        failed contact. A report about a digest counts for each of its messages.
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
        status = STATUSES[report.reported]
        if message.status in NOT_CHANGED_BY[status] or (
            report.may_be_auto_reply and message.status is Status.CONFIRMED
        ):
            return False
        provider_id = message.provider_id if message.queued else report.provider_id
        done = replace(message, status=status, provider_id=provider_id, detail=report.detail)
        if report.reported in ENDS_THE_CHANNEL and message.recipient == LEAD:
            self._suppress(message)
        if report.reported in NOT_REACHED:
            self._bounces.note(done, now)
            self._send_by_fallback(done, now)
        is_news = self._outbox.confirm(done, message_event(done, KINDS[status], now))
        if is_news:
            self._count(done)
        return is_news

    def _send_by_fallback(self, message: Message, now: datetime) -> None:
        """Owe an undelivered notice on its next channel."""
        lead = self._store.load(message.lead_id) if message.fallbacks else None
        if lead and (other := fallback(lead, message, message.detail, now)):
            self._outbox.owe(other)

    def _find(self, report: DeliveryReport) -> Message | None:
        if report.lead_id and report.message_id:
            return self._outbox.find(report.lead_id, report.message_id)
        return self._outbox.find_by_provider_id(report.provider_id)

    def _suppress(self, message: Message) -> None:
        lead = self._store.load(message.lead_id)
        for key in recipient_keys(message, lead) if lead else ():
            self._outbox.suppress(key, message.channel)
