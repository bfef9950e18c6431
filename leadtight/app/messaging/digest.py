"""Mail team members the notices beyond their budget (J8)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import FIRST_BACKOFF, LONGEST_BACKOFF, NEXT_SECOND, WITH, backoff, dead, put_off
from leadtight.app.messaging.sender import MessageSender
from leadtight.app.ports.outbox import SendingPorts
from leadtight.app.sweep import Left, unbounded
from leadtight.domain.compliance.send_permission import Permission, Refusal, Suppression, Windows, authorize_send
from leadtight.domain.model.errors import SendFailed, SendRefused, SendUnsure, UnreadableRow
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.alert_channels import rank


class Digest:
    """Sends digests; an unsent digest is made again."""

    def __init__(
        self, policy: Policy, ports: SendingPorts, windows: Windows, sender: MessageSender, bounces: BounceHandling
    ) -> None:
        """Take the policy, the ports and the sender."""
        self._policy = policy
        self._store = ports.store
        self._outbox = ports.outbox
        self._pace = ports.pace
        self._retries = ports.retries
        self._new_id = ports.new_id
        self._count = ports.count
        self._windows = windows
        self._sender = sender
        self._bounces = bounces

    def send(self, person: str, messages: Iterable[Message], now: datetime, left: Left = unbounded) -> int | None:
        """Send one person's due messages in one digest.

        Returns how many went, None when none did. Messages that cannot be claimed in the time `left` come with the next
        digest.
        """
        if not self._pace.take(Channel.EMAIL, self._policy.messaging.mails_per_second, now):
            self._retries.at(now + NEXT_SECOND, now)
            return None
        ordered = sorted(messages, key=lambda m: (rank(m), m.created_at, m.lead_id, m.id))
        in_time = takewhile(lambda _: left() > timedelta(), ordered)
        permitted = [notice for message in in_time if (notice := self._claim(message, now))]
        if not permitted:
            return None
        notices = [(message, lead) for message, lead, _ in permitted]
        return len(notices) if self._hand_over(person, permitted[0][2], notices, now) else None

    def _claim(self, message: Message, now: datetime) -> tuple[Message, Lead, Permission] | None:
        """Claim a message and check again whether it may go.

        Returns None when another process has it, or when it may not.
        """
        lease = now + self._policy.messaging.lease
        claimed = self._outbox.claim(message.lead_id, message.id, self._new_id(), now, lease)
        if claimed is None:
            return None
        by_mail = replace(claimed, channel=Channel.EMAIL)
        try:
            lead = self._store.load(claimed.lead_id)
        except UnreadableRow:
            return None  # it stays claimed until its lease ends, and joins a later digest
        decision = (
            authorize_send(self._policy, by_mail, lead, Suppression(), self._windows, now)
            if lead
            else Refusal("the lead is gone")
        )
        if lead and isinstance(decision, Permission):
            return by_mail, lead, decision
        assert isinstance(decision, Refusal), "nothing to the team waits for an hour"
        done = replace(by_mail, status=Status.REFUSED, detail=decision.reason)
        event = message_event(done, EventKind.MESSAGE_REFUSED, now, decision, self._policy.version)
        self._outbox.finish(done, event)
        self._count(done)
        return None

    def _hand_over(
        self, person: str, permission: Permission, notices: list[tuple[Message, Lead]], now: datetime
    ) -> bool:
        first, *others = (message for message, _ in notices)
        first = replace(first, data={**first.data, WITH: [[m.lead_id, m.id] for m in others]})
        if others:
            self._outbox.finish(first, None)  # still claimed: a report that comes before our answer counts for all
        try:
            provider_id = self._sender.send_digest(permission, person, notices, now)
        except SendUnsure:
            self._pace.rest(Channel.EMAIL, now + FIRST_BACKOFF)
            return False  # they stay claimed until their leases end, and join a later digest
        except (SendFailed, SendRefused) as error:
            for message in (first, *others):
                self._put_off(message, error, now)
            return False
        self._sent(replace(first, provider_id=provider_id), now)
        for message in others:
            self._sent(message, now)
        return True

    def _sent(self, message: Message, now: datetime) -> None:
        """Mark a message as sent.

        The mail's own id belongs to the first message, which names the others.
        """
        done = replace(message, status=Status.SENT, detail="in a digest")
        self._outbox.finish(done, message_event(done, EventKind.MESSAGE_SENT, now))
        self._count(done)

    def _put_off(self, message: Message, error: Exception, now: datetime) -> None:
        is_over = message.attempts >= self._policy.messaging.give_up_after // LONGEST_BACKOFF
        if isinstance(error, SendRefused) or is_over:
            done, kind = dead(message, str(error))
            self._outbox.finish(done, message_event(done, kind, now))
            self._count(done)
            self._bounces.note(done, now)
        else:
            later = put_off(message, now + backoff(message), str(error))
            self._outbox.finish(later, None)
            self._retries.at(max(later.next_try_at, now + NEXT_SECOND), now)
