"""Send what is owed: claim with a lease, check again, send, mark; the provider's event confirms."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leadtight.app.links import Links
from leadtight.app.message_events import message_event
from leadtight.app.ports import CallLists, Envelope, LeadStore, Mailer, NewId, Outbox, Renderer, Texter
from leadtight.domain.consent import (
    BY_PHONE,
    Decision,
    Permission,
    Refusal,
    Suppression,
    Wait,
    Windows,
    decide,
    lead_address,
    to_team,
)
from leadtight.domain.errors import SendFailed, SendRefused, SendUnsure
from leadtight.domain.event import EventKind
from leadtight.domain.instants import from_text, to_text
from leadtight.domain.lead import Lead
from leadtight.domain.message import LEAD, Channel, Message, Status
from leadtight.domain.person import person_key, person_keys
from leadtight.domain.policy import Policy

RETRIES_AT_ONCE = 2
"""The stream's own redelivery makes these: a hiccup must not cost an owner the minutes to the next sweep."""

FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=10), timedelta(minutes=15)
WAITED_UNTIL = "waited_until"
"""Where a message remembers until when no hour was permitted."""


class Reported(StrEnum):
    """What a provider says became of a message."""

    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's event about one message, named by our ids when it carries them, else by the provider's."""

    provider_id: str
    reported: Reported
    detail: str = ""
    lead_id: str | None = None
    message_id: str | None = None


class Respond:
    """Works the outbox, one message at a time; safe to ask again for the same message."""

    def __init__(
        self,
        policy: Policy,
        store: LeadStore,
        outbox: Outbox,
        mailer: Mailer,
        texter: Texter,
        renderer: Renderer,
        links: Links,
        windows: Windows,
        call_lists: CallLists,
        new_id: NewId,
    ) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._outbox = outbox
        self._mailer = mailer
        self._texter = texter
        self._renderer = renderer
        self._links = links
        self._windows = windows
        self._call_lists = call_lists
        self._new_id = new_id

    def deliver(self, lead_id: str, message_id: str, now: datetime) -> Message | None:
        """Send one message if it is owed; return it as it is afterwards, None when somebody else has it.

        A message that is pending afterwards was put off: its `detail` says why and `next_try_at` until when. One that
        is still claimed may have been sent or not: the provider's event confirms it, or its lease runs out.
        """
        lease_until = now + self._policy.messaging.lease
        message = self._outbox.claim(lead_id, message_id, self._new_id(), now, lease_until)
        if message is None:
            return None
        lead = self._store.load(lead_id) if message.is_about_a_lead else None
        decision = self._decide(message, lead, now)
        done, kind = self._act(decision, message, lead, now)
        if done is not message:
            self._outbox.finish(done, message_event(done, kind, now, decision, self._policy.version) if kind else None)
        return done

    def is_due_again(self, message: Message, now: datetime) -> bool:
        """Tell whether a message that `deliver` returned should be tried again at once."""
        return message.status is Status.PENDING and message.next_try_at <= now

    def reported(self, report: DeliveryReport, now: datetime) -> bool:
        """Store what the provider says; False when it was known, or when no message of ours is meant.

        A hard bounce or a complaint ends that channel for the person.
        """
        message = self._find(report)
        if message is None:
            return False
        status = Status.CONFIRMED if report.reported is Reported.ACCEPTED else Status.BOUNCED
        kind = EventKind.MESSAGE_CONFIRMED if status is Status.CONFIRMED else EventKind.MESSAGE_BOUNCED
        done = replace(message, status=status, provider_id=report.provider_id, detail=report.detail)
        stored = self._outbox.confirm(done, message_event(done, kind, now))
        if status is Status.BOUNCED and message.recipient == LEAD:
            self._suppress(message)
        return stored

    def _decide(self, message: Message, lead: Lead | None, now: datetime) -> Decision | None:
        """Return what is decided of a message; None of one that was tried for too long."""
        if lead is None and message.is_about_a_lead:
            return Refusal("the lead is gone")
        if now >= self._gives_up_at(message):  # no answer, or a crash, every single time
            return None
        if lead is None:
            return to_team(self._policy, message)
        return decide(self._policy, message, lead, self._suppression(message, lead), self._windows, now)

    def _suppression(self, message: Message, lead: Lead) -> Suppression:
        """Return what keeps messages from whoever this one is for: nothing does from people of the team."""
        if message.recipient != LEAD:
            return Suppression()
        suppression = self._outbox.suppression(_lead_keys(message, lead))
        address = lead_address(message, lead)
        if message.channel not in BY_PHONE or not address:
            return suppression
        return replace(suppression, calls=self._call_lists.standing(person_key(address)))

    def _with_warning(self, message: Message, lead: Lead, now: datetime) -> Message:
        """Return a message to the team that says so when the lead's number is not to be called (H2)."""
        if message.recipient == LEAD or not lead.inquiry.phone:
            return message
        standing = self._call_lists.standing(person_key(lead.inquiry.phone))
        why = standing.forbids(self._policy.messaging.do_not_call_lists, now)
        return replace(message, data={**message.data, "do_not_call": why}) if why else message

    def _act(
        self, decision: Decision | None, message: Message, lead: Lead | None, now: datetime
    ) -> tuple[Message, EventKind | None]:
        if isinstance(decision, Wait):
            held = {**message.data, WAITED_UNTIL: to_text(decision.until)}
            return _put_off(replace(message, data=held), decision.until, decision.why), EventKind.MESSAGE_PUT_OFF
        if isinstance(decision, Refusal):
            return replace(message, status=Status.REFUSED, detail=decision.why), EventKind.MESSAGE_REFUSED
        if decision is None:
            return _dead(message, message.detail or "tried for too long without an answer")
        return self._send(decision, message, lead, now)

    def _send(
        self, permission: Permission, message: Message, lead: Lead | None, now: datetime
    ) -> tuple[Message, EventKind | None]:
        try:
            provider_id = self._hand_over(permission, message, lead, now)
        except SendRefused as error:
            return _dead(message, str(error))
        except SendUnsure:
            return self._unsure(message, now), None
        except SendFailed as error:
            return self._failed(message, str(error), now)
        return replace(message, status=Status.SENT, provider_id=provider_id, detail=""), EventKind.MESSAGE_SENT

    def _hand_over(self, permission: Permission, message: Message, lead: Lead | None, now: datetime) -> str:
        if lead is None:
            report = self._links.report(str(message.data["path"]), message.recipient, now)
            review = self._renderer.review(self._policy, message, {"report": report})
            return self._mailer.send_mail(permission, review, Envelope(lead_id=message.lead_id, message_id=message.id))
        links = self._links.for_message(message, lead, now)
        envelope = Envelope(
            lead_id=lead.id,
            message_id=message.id,
            unsubscribe=links.get("unsubscribe"),
            reply_to=self._links.reply_to(message),
        )
        message = self._with_warning(message, lead, now)
        if permission.channel is Channel.EMAIL:
            mail = self._renderer.mail(self._policy, message, lead, links, now)
            return self._mailer.send_mail(permission, mail, envelope)
        text = self._renderer.text(self._policy, message, lead, links, now)
        return self._texter.send_text(permission, text, envelope)

    def _unsure(self, message: Message, now: datetime) -> Message:
        """Return the claim with a lease that grows: whoever got them all must not get one every few minutes."""
        lease = self._policy.messaging.lease * (1 << min(message.attempts - 1, 20))
        return replace(message, next_try_at=min(now + lease, self._gives_up_at(message)))

    def _failed(self, message: Message, why: str, now: datetime) -> tuple[Message, EventKind | None]:
        again = now + _backoff(message.attempts)
        return (_put_off(message, again, why), None) if again < self._gives_up_at(message) else _dead(message, why)

    def _gives_up_at(self, message: Message) -> datetime:
        """Return when no more is tried: hours that had to pass before the first try do not count."""
        waited = message.data.get(WAITED_UNTIL)
        since = from_text(str(waited)) if waited else message.created_at
        return since + self._policy.messaging.give_up_after

    def _find(self, report: DeliveryReport) -> Message | None:
        if report.lead_id and report.message_id:
            return self._outbox.find(report.lead_id, report.message_id)
        return self._outbox.find_by_provider_id(report.provider_id)

    def _suppress(self, message: Message) -> None:
        lead = self._store.load(message.lead_id)
        for key in _lead_keys(message, lead) if lead else ():
            self._outbox.suppress(key, message.channel)


def _lead_keys(message: Message, lead: Lead) -> tuple[str, ...]:
    """Return the keys of the person a message to the lead reaches, also at another address than the lead's own."""
    address = lead_address(message, lead)
    return tuple(dict.fromkeys((*person_keys(lead.inquiry), *((person_key(address),) if address else ()))))


def _backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: nothing, then doubling up to a quarter of an hour."""
    if attempts <= RETRIES_AT_ONCE:
        return timedelta()
    doublings = min(attempts - RETRIES_AT_ONCE - 1, 20)
    return min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)


def _dead(message: Message, why: str) -> tuple[Message, EventKind]:
    return replace(message, status=Status.DEAD, detail=why), EventKind.MESSAGE_FAILED


def _put_off(message: Message, until: datetime, why: str) -> Message:
    return replace(message, status=Status.PENDING, next_try_at=until, detail=why)
