"""One mail to a person of the team with what was over their budget of alerts (J8)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from leadtight.app.messaging.bounces import BounceHandling
from leadtight.app.messaging.links import Links
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.retry import FIRST_BACKOFF, LONGEST_BACKOFF, NEXT_SECOND, WITH, backoff, dead, put_off
from leadtight.app.ports.clock_and_ids import NewId
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.messaging import DigestEntry, Envelope, Mailer, Renderer
from leadtight.app.ports.outbox import Outbox, Retries, SendPace
from leadtight.app.sweep import Left, unbounded
from leadtight.domain.compliance.send_permission import Permission, Refusal, Suppression, Windows, authorize_send
from leadtight.domain.model.errors import SendFailed, SendRefused, SendUnsure, UnreadableRow
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.alert_channels import rank


class Digest:
    """Sends what waits for somebody's digest; a digest that was not sent is made again."""

    def __init__(
        self,
        policy: Policy,
        store: LeadStore,
        outbox: Outbox,
        mailer: Mailer,
        renderer: Renderer,
        links: Links,
        windows: Windows,
        new_id: NewId,
        undelivered: BounceHandling,
        pace: SendPace,
        retries: Retries,
    ) -> None:
        """Take the policy, the ports and what follows when a message reached nobody."""
        self._policy = policy
        self._store = store
        self._outbox = outbox
        self._mailer = mailer
        self._renderer = renderer
        self._links = links
        self._windows = windows
        self._new_id = new_id
        self._undelivered = undelivered
        self._pace = pace
        self._retries = retries

    def send(self, person: str, messages: Iterable[Message], now: datetime, left: Left = unbounded) -> int | None:
        """Send all of one person's messages that are due in one digest; return how many went, None when none did.

        What cannot be claimed in the time that is `left` comes with the next.
        """
        if not self._pace.take(Channel.EMAIL, self._policy.messaging.mails_per_second, now):
            self._retries.at(now + NEXT_SECOND, now)
            return None
        ordered = sorted(messages, key=lambda m: (rank(m), m.created_at, m.lead_id, m.id))
        in_time = takewhile(lambda _: left() > timedelta(), ordered)
        allowed = [found for message in in_time if (found := self._claim(message, now))]
        if not allowed:
            return None
        notices = [noticed for noticed, _ in allowed]
        sent = self._hand_over(person, allowed[0][1], notices, now)
        return len(notices) if sent else None

    def _claim(self, message: Message, now: datetime) -> tuple[DigestEntry, Permission] | None:
        """Take a message and ask again whether it may be sent; None when somebody else has it, or when it may not."""
        lease = now + self._policy.messaging.lease
        claimed = self._outbox.claim(message.lead_id, message.id, self._new_id(), now, lease)
        if claimed is None:
            return None
        by_mail = replace(claimed, channel=Channel.EMAIL)
        try:
            lead = self._store.load(claimed.lead_id)
        except UnreadableRow:
            return None  # it stays claimed, and comes with another digest after its lease
        decision = (
            authorize_send(self._policy, by_mail, lead, Suppression(), self._windows, now)
            if lead
            else Refusal("the lead is gone")
        )
        if lead and isinstance(decision, Permission):
            return DigestEntry(
                message=by_mail, lead=lead, link=self._links.outcome(lead, claimed.recipient, now)
            ), decision
        assert isinstance(decision, Refusal), "nothing to the team waits for an hour"
        done = replace(by_mail, status=Status.REFUSED, detail=decision.why)
        event = message_event(done, EventKind.MESSAGE_REFUSED, now, decision, self._policy.version)
        self._outbox.finish(done, event)
        return None

    def _hand_over(self, person: str, permission: Permission, notices: list[DigestEntry], now: datetime) -> bool:
        first = notices[0].message
        mail = self._renderer.digest(self._policy, person, notices, self._links.queue(person, now), now)
        try:
            provider_id = self._mailer.send_mail(permission, mail, Envelope(lead_id=first.lead_id, message_id=first.id))
        except SendUnsure:
            self._pace.rest(Channel.EMAIL, now + FIRST_BACKOFF)
            return False  # they stay claimed, and come with another digest after their lease
        except (SendFailed, SendRefused) as error:
            for noticed in notices:
                self._put_off(noticed.message, error, now)
            return False
        others = [noticed.message for noticed in notices[1:]]
        self._sent(
            replace(first, data={**first.data, WITH: [[m.lead_id, m.id] for m in others]}, provider_id=provider_id), now
        )
        for message in others:
            self._sent(message, now)
        return True

    def _sent(self, message: Message, now: datetime) -> None:
        """Mark a message as sent; the mail's own id belongs to the first, which knows the others."""
        done = replace(message, status=Status.SENT, detail="in a digest")
        self._outbox.finish(done, message_event(done, EventKind.MESSAGE_SENT, now))

    def _put_off(self, message: Message, error: Exception, now: datetime) -> None:
        is_over = message.attempts >= self._policy.messaging.give_up_after // LONGEST_BACKOFF
        if isinstance(error, SendRefused) or is_over:
            done, kind = dead(message, str(error))
            self._outbox.finish(done, message_event(done, kind, now))
            self._undelivered.note(done, now)
        else:
            later = put_off(message, now + backoff(message), str(error))
            self._outbox.finish(later, None)
            self._retries.at(max(later.next_try_at, now + NEXT_SECOND), now)
