"""Send owed messages: claim, check again, send, mark.

A claim has a lease. The provider's report confirms.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.app.messaging.alert_budget import AlertBudget
from leadtight.app.messaging.authorization import SendAuthorization, recipient_keys
from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import FIRST_BACKOFF, NEXT_SECOND, backoff, dead, over_rate, put_off
from leadtight.app.messaging.sender import MessageSender
from leadtight.app.ports.outbox import SendingPorts
from leadtight.domain.calendar.timestamps import format_timestamp, parse_timestamp
from leadtight.domain.compliance.send_permission import Decision, Permission, Refusal, Wait, to_team
from leadtight.domain.model.errors import OptedOut, SendFailed, SendRefused, SendThrottled, SendUnsure
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import LEAD, Message, Status
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_active_member

WAITED_UNTIL = "waited_until"
"""Data key for when a wait for permitted hours ends."""


class Respond:
    """Sends the outbox, one message at a time; idempotent."""

    def __init__(
        self,
        policy: Policy,
        ports: SendingPorts,
        authorization: SendAuthorization,
        sender: MessageSender,
        bounces: BounceHandling,
    ) -> None:
        """Take the policy, the ports, the authorization and the sender.

        `bounces` handles messages to the team that failed.
        """
        self._policy = policy
        self._store = ports.store
        self._outbox = ports.outbox
        self._pace = ports.pace
        self._retries = ports.retries
        self._new_id = ports.new_id
        self._count = ports.count
        self._authorization = authorization
        self._sender = sender
        self._bounces = bounces
        self._alert_budget = AlertBudget(policy=policy, outbox=ports.outbox)

    def deliver(self, lead_id: str, message_id: str, now: datetime) -> Message | None:
        """Send an owed message; None when another process has it.

        Returns the message afterwards. A pending one was put off: its `detail` says why and `next_try_at` until when.
        One that is still claimed may have been sent or not: the provider's event confirms it, or its lease expires.
        """
        lease_until = now + self._policy.messaging.lease
        message = self._outbox.claim(lead_id, message_id, self._new_id(), now, lease_until)
        if message is None:
            self._retries.at(lease_until, now)  # its sender may have crashed: then the stream brings it again
            return None
        lead = self._store.load(lead_id) if message.is_about_a_lead else None
        decision = self._decide(message, lead, now)
        done, kind = self._execute(decision, message, lead, now)
        if done is not message:
            self._outbox.finish(done, message_event(done, kind, now, decision, self._policy.version) if kind else None)
            self._count(done)
        if done.recipient != LEAD and (done.status is Status.DEAD or self._left_before(done)):
            self._bounces.note(done, now)
        if done.is_owed:
            self._retries.at(max(done.next_try_at, now + NEXT_SECOND), now)  # what is due now the stream brings
        return done

    def _left_before(self, message: Message) -> bool:
        """Return whether a message was refused because its reader left.

        The reader left the team after it was written.
        """
        return message.status is Status.REFUSED and not is_active_member(self._policy, message.recipient)

    def is_due_again(self, message: Message, now: datetime) -> bool:
        """Return whether to try a message from `deliver` again now."""
        return message.status is Status.PENDING and message.next_try_at <= now

    def _decide(self, message: Message, lead: Lead | None, now: datetime) -> Decision | None:
        """Return the decision; None when the message is given up."""
        if lead is None and message.is_about_a_lead:
            return Refusal("the lead is gone")
        if now >= self._gives_up_at(message):  # every try got no answer, or crashed
            return None
        return self._authorization.decide(message, lead, now) if lead else to_team(self._policy, message)

    def _execute(
        self, decision: Decision | None, message: Message, lead: Lead | None, now: datetime
    ) -> tuple[Message, EventKind | None]:
        if isinstance(decision, Wait):
            data = {**message.data, WAITED_UNTIL: format_timestamp(decision.until)}
            return put_off(replace(message, data=data), decision.until, decision.reason), EventKind.MESSAGE_PUT_OFF
        if isinstance(decision, Refusal):
            return replace(message, status=Status.REFUSED, detail=decision.reason), EventKind.MESSAGE_REFUSED
        if decision is None:
            return dead(message, message.detail or "tried for too long without an answer")
        digest_time = self._alert_budget.digest_time(message, now)
        if digest_time:
            return replace(put_off(message, digest_time, "for the next digest"), queued=True), None
        most = self._policy.messaging.per_second(decision.channel)
        if most is not None and not self._pace.take(decision.channel, most, now):
            return over_rate(message, now), None
        return self._send(decision, message, lead, now)

    def _send(
        self, permission: Permission, message: Message, lead: Lead | None, now: datetime
    ) -> tuple[Message, EventKind | None]:
        try:
            provider_id = self._hand_over(permission, message, lead, now)
        except SendUnsure:
            self._pace.rest(permission.channel, now + FIRST_BACKOFF)  # each unanswered call takes seconds
            return self._unsure(message, now), None
        except (SendRefused, SendFailed) as error:
            if isinstance(error, OptedOut) and lead and message.recipient == LEAD:
                self._suppress(message, lead)
            if message.fallbacks:
                other = _on_fallback_channel(message, str(error))
                return self._execute(self._decide(other, lead, now), other, lead, now)
            if isinstance(error, SendThrottled):
                self._pace.rest(permission.channel, now + NEXT_SECOND)
                return over_rate(message, now, str(error)), None
            is_final = isinstance(error, SendRefused)
            return dead(message, str(error)) if is_final else self._failed(message, str(error), now)
        return replace(message, status=Status.SENT, provider_id=provider_id, detail=""), EventKind.MESSAGE_SENT

    def _suppress(self, message: Message, lead: Lead) -> None:
        """End a channel whose provider knows of an opt-out."""
        for key in recipient_keys(message, lead):
            self._outbox.suppress(key, message.channel)

    def _hand_over(self, permission: Permission, message: Message, lead: Lead | None, now: datetime) -> str:
        if lead is None:
            return self._sender.send_review(permission, message, now)
        warned = self._authorization.add_call_warning(message, lead, now)
        return self._sender.send(permission, warned, lead, now)

    def _unsure(self, message: Message, now: datetime) -> Message:
        """Return the claim with a longer lease.

        A message that in fact arrives every time must not repeat every few minutes.
        """
        lease = self._policy.messaging.lease * (1 << min(message.attempts - 1, 20))
        return replace(message, next_try_at=min(now + lease, self._gives_up_at(message)))

    def _failed(self, message: Message, error: str, now: datetime) -> tuple[Message, EventKind | None]:
        again = now + backoff(message)
        return (put_off(message, again, error), None) if again < self._gives_up_at(message) else dead(message, error)

    def _gives_up_at(self, message: Message) -> datetime:
        """Return when the message is given up.

        Hours that had to pass before the first try do not count.
        """
        return since(message) + self._policy.messaging.give_up_after


def since(message: Message) -> datetime:
    """Return since when a message could have been sent.

    That is its first permitted hour, else when it was created.
    """
    waited = message.data.get(WAITED_UNTIL)
    return parse_timestamp(str(waited)) if waited else message.created_at


def _on_fallback_channel(message: Message, error: str) -> Message:
    """Return a message on its next fallback channel."""
    instead_of = f"{message.channel}: {error}"
    return replace(
        message,
        channel=message.fallbacks[0],
        fallbacks=message.fallbacks[1:],
        data={**message.data, "instead_of": instead_of},
    )
