"""Send what is owed: claim with a lease, check again, send, mark; the provider's event confirms."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.links import Links
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import FIRST_BACKOFF, NEXT_SECOND, WITH, backoff, dead, over_rate, put_off
from leadtight.app.messaging.send_limits import SendLimits
from leadtight.app.ports.clock_and_ids import NewId
from leadtight.app.ports.compliance import DncLists
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.messaging import CallPlacer, Chat, Envelope, Mailer, Renderer, Texter
from leadtight.app.ports.outbox import Outbox, Retries, SendPace
from leadtight.domain.calendar.timestamps import format_timestamp, parse_timestamp
from leadtight.domain.compliance.send_permission import (
    BY_PHONE,
    Decision,
    Permission,
    Refusal,
    Suppression,
    Wait,
    Windows,
    authorize_send,
    lead_address,
    to_team,
)
from leadtight.domain.model.errors import Conflict, SendFailed, SendRefused, SendThrottled, SendUnsure
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key, person_keys
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Channel, Message, Status
from leadtight.domain.notifications.interruptions import decide_interruption
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_active_member

TRIES = 12
"""How often it is decided anew whether somebody is interrupted, when others interrupt them at the same time."""

WhyBarred = Callable[[Policy, str], str]
"""Returns why nothing automatic is texted or called at a number; empty when it may be."""

WAITED_UNTIL = "waited_until"
"""Where a message remembers until when no hour was permitted."""


class DeliveryReceipt(StrEnum):
    """What a provider says became of a message."""

    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's event about one message, named by our ids when it carries them, else by the provider's."""

    provider_id: str
    reported: DeliveryReceipt
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
        caller: CallPlacer,
        chat: Chat,
        renderer: Renderer,
        links: Links,
        windows: Windows,
        call_lists: DncLists,
        new_id: NewId,
        undelivered: BounceHandling,
        limits: SendLimits,
        why_barred: WhyBarred,
        pace: SendPace,
        retries: Retries,
    ) -> None:
        """Take the policy, the ports, what follows when a message reached no reader, and what bounds those to leads."""
        self._policy = policy
        self._store = store
        self._outbox = outbox
        self._mailer = mailer
        self._texter = texter
        self._caller = caller
        self._chat = chat
        self._renderer = renderer
        self._links = links
        self._windows = windows
        self._call_lists = call_lists
        self._new_id = new_id
        self._undelivered = undelivered
        self._limits = limits
        self._why_barred = why_barred
        self._pace = pace
        self._retries = retries

    def deliver(self, lead_id: str, message_id: str, now: datetime) -> Message | None:
        """Send one message if it is owed; return it as it is afterwards, None when somebody else has it.

        A message that is pending afterwards was put off: its `detail` says why and `next_try_at` until when. One that
        is still claimed may have been sent or not: the provider's event confirms it, or its lease runs out.
        """
        lease_until = now + self._policy.messaging.lease
        message = self._outbox.claim(lead_id, message_id, self._new_id(), now, lease_until)
        if message is None:
            self._retries.at(lease_until, now)  # its sender may have died: the stream brings it again, then
            return None
        lead = self._store.load(lead_id) if message.is_about_a_lead else None
        decision = self._decide(message, lead, now)
        done, kind = self._act(decision, message, lead, now)
        if done is not message:
            self._outbox.finish(done, message_event(done, kind, now, decision, self._policy.version) if kind else None)
        if done.recipient != LEAD and (done.status is Status.DEAD or self._left_before(done)):
            self._undelivered.note(done, now)
        if done.is_owed:
            self._retries.at(max(done.next_try_at, now + NEXT_SECOND), now)  # at once the stream brings it
        return done

    def _left_before(self, message: Message) -> bool:
        """Tell whether a message was refused because its reader left the team after it was written."""
        return message.status is Status.REFUSED and not is_active_member(self._policy, message.recipient)

    def is_due_again(self, message: Message, now: datetime) -> bool:
        """Tell whether a message that `deliver` returned should be tried again at once."""
        return message.status is Status.PENDING and message.next_try_at <= now

    def reported(self, report: DeliveryReport, now: datetime) -> bool:
        """Store what the provider says; False when it was known, or when no message of ours is meant.

        A hard bounce or a complaint ends that channel for the lead; a bounce also counts as not reached. What is said
        of a digest is said of each of its messages.
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
        """Store what is said of one message, after what follows from it: what is marked as bounced needs nothing more.

        So whoever dies in between does it all again, and a report that comes again, however late, does nothing.
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
            self._undelivered.note(message, now)
        return self._outbox.confirm(done, message_event(done, kind, now))

    def _decide(self, message: Message, lead: Lead | None, now: datetime) -> Decision | None:
        """Return what is decided of a message; None of one that was tried for too long."""
        if lead is None and message.is_about_a_lead:
            return Refusal("the lead is gone")
        if now >= self._gives_up_at(message):  # no answer, or a crash, every single time
            return None
        if lead is None:
            return to_team(self._policy, message)
        decision = authorize_send(self._policy, message, lead, self._suppression(message, lead), self._windows, now)
        if message.recipient != LEAD or not isinstance(decision, Permission):
            return decision
        return self._limits.within(decision, message, lead, now)

    def _suppression(self, message: Message, lead: Lead) -> Suppression:
        """Return what keeps messages from whoever this one is for: nothing does from people of the team."""
        if message.recipient != LEAD:
            return Suppression()
        suppression = self._outbox.suppression(_lead_keys(message, lead))
        address = lead_address(message, lead)
        if message.channel not in BY_PHONE or not address:
            return suppression
        calls, barred = self._call_lists.standing(person_key(address)), self._why_barred(self._policy, address)
        return replace(suppression, calls=calls, barred=barred)

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
            held = {**message.data, WAITED_UNTIL: format_timestamp(decision.until)}
            return put_off(replace(message, data=held), decision.until, decision.why), EventKind.MESSAGE_PUT_OFF
        if isinstance(decision, Refusal):
            return replace(message, status=Status.REFUSED, detail=decision.why), EventKind.MESSAGE_REFUSED
        if decision is None:
            return dead(message, message.detail or "tried for too long without an answer")
        queued_until = self._queued_until(message, now)
        if queued_until:
            return replace(put_off(message, queued_until, "for the next digest"), queued=True), None
        most = self._policy.messaging.per_second(decision.channel)
        if most is not None and not self._pace.take(decision.channel, most, now):
            return over_rate(message, now), None
        return self._send(decision, message, lead, now)

    def _queued_until(self, message: Message, now: datetime) -> datetime | None:
        """Return when the digest goes that a notice must wait for; None when it may interrupt its reader.

        What goes to leads, and the weekly review, is no notice.
        The interruption is counted before it happens, once for each notice: whoever loses a race counts again.
        """
        if message.recipient == LEAD or not message.is_about_a_lead:
            return None
        for _ in range(TRIES):
            alerts = self._outbox.alerts(message.recipient)
            weighed = decide_interruption(self._policy, message, alerts, now)
            try:
                if weighed.alerts != alerts:
                    self._outbox.keep_alerts(weighed.alerts)
            except Conflict:
                continue
            return weighed.until
        raise Conflict(f"{message.recipient} was alerted {TRIES} times meanwhile")

    def _send(
        self, permission: Permission, message: Message, lead: Lead | None, now: datetime
    ) -> tuple[Message, EventKind | None]:
        try:
            provider_id = self._hand_over(permission, message, lead, now)
        except SendUnsure:
            self._pace.rest(permission.channel, now + FIRST_BACKOFF)  # each that is not answered takes seconds
            return self._unsure(message, now), None
        except (SendRefused, SendFailed) as error:
            if message.fallbacks:
                other = _by_another(message, str(error))
                return self._act(self._decide(other, lead, now), other, lead, now)
            if isinstance(error, SendThrottled):
                self._pace.rest(permission.channel, now + NEXT_SECOND)
                return over_rate(message, now, str(error)), None
            is_final = isinstance(error, SendRefused)
            return dead(message, str(error)) if is_final else self._failed(message, str(error), now)
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
        if permission.channel is Channel.VOICE:
            return self._caller.place_call(permission, envelope)
        message = self._with_warning(message, lead, now)
        if permission.channel is Channel.EMAIL:
            mail = self._renderer.mail(self._policy, message, lead, links, now)
            return self._mailer.send_mail(permission, mail, envelope)
        if permission.channel is not Channel.SMS:
            card = self._renderer.card(self._policy, message, lead, links, now)
            return self._chat.post_card(permission, card, envelope)
        text = self._renderer.text(self._policy, message, lead, links, now)
        return self._texter.send_text(permission, text, envelope)

    def _unsure(self, message: Message, now: datetime) -> Message:
        """Return the claim with a lease that grows: whoever got them all must not get one every few minutes."""
        lease = self._policy.messaging.lease * (1 << min(message.attempts - 1, 20))
        return replace(message, next_try_at=min(now + lease, self._gives_up_at(message)))

    def _failed(self, message: Message, why: str, now: datetime) -> tuple[Message, EventKind | None]:
        again = now + backoff(message)
        return (put_off(message, again, why), None) if again < self._gives_up_at(message) else dead(message, why)

    def _gives_up_at(self, message: Message) -> datetime:
        """Return when no more is tried: hours that had to pass before the first try do not count."""
        return since(message) + self._policy.messaging.give_up_after

    def _find(self, report: DeliveryReport) -> Message | None:
        if report.lead_id and report.message_id:
            return self._outbox.find(report.lead_id, report.message_id)
        return self._outbox.find_by_provider_id(report.provider_id)

    def _suppress(self, message: Message) -> None:
        lead = self._store.load(message.lead_id)
        for key in _lead_keys(message, lead) if lead else ():
            self._outbox.suppress(key, message.channel)


def since(message: Message) -> datetime:
    """Return since when a message could have been sent: its first permitted hour, else when it was decided on."""
    waited = message.data.get(WAITED_UNTIL)
    return parse_timestamp(str(waited)) if waited else message.created_at


def _lead_keys(message: Message, lead: Lead) -> tuple[str, ...]:
    """Return the keys of the person a message to the lead reaches, also at another address than the lead's own."""
    address = lead_address(message, lead)
    return tuple(dict.fromkeys((*person_keys(lead.inquiry), *((person_key(address),) if address else ()))))


def _by_another(message: Message, why: str) -> Message:
    """Return a message on the channel that stands in for its own."""
    instead_of = f"{message.channel}: {why}"
    return replace(
        message,
        channel=message.fallbacks[0],
        fallbacks=message.fallbacks[1:],
        data={**message.data, "instead_of": instead_of},
    )
