"""The outbox in memory."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import islice

from leadtight.adapters.memory.rows import MemoryRows, message_key
from leadtight.domain.compliance.send_limits import Budget, RecentSends
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.listing import Listing
from leadtight.domain.model.message import NOT_CHANGED_BY, Message, Status
from leadtight.domain.notifications.urgency import OutboxLane, earliest_and_latest, in_order, lane


class MemoryOutbox(MemoryRows):
    """Messages: owed, claimed, finished and confirmed."""

    def owe(self, message: Message) -> bool:
        """Put a message without a change into the outbox."""
        with self._lock:
            if (message.lead_id, message.id) in self._messages:
                return False
            self._messages[message.lead_id, message.id] = message
            self.inserted.append(message)
            return True

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Claim an owed message that is due."""
        key = (lead_id, message_id)
        with self._lock:
            message = self.find(lead_id, message_id)
            if message and message.status is Status.CLAIMED and self._holders.get(key) == holder:
                return message
            if message is None or not message.is_owed or message.next_try_at > now:
                return None
            claimed = replace(message, status=Status.CLAIMED, next_try_at=lease_until, attempts=message.attempts + 1)
            self._messages[key], self._holders[key] = claimed, holder
            return claimed

    def finish(self, message: Message, event: Event | None) -> None:
        """Store the result of a claim.

        A confirmation that came first stays.
        """
        key = (message.lead_id, message.id)
        with self._lock:
            stored = self._messages.get(key)
            if stored and stored.status is Status.CLAIMED and stored.attempts == message.attempts:
                self._messages[key] = message
                if event:
                    self._events[event.lead_id, event.id] = event

    def confirm(self, message: Message, event: Event) -> bool:
        """Store a provider's report, once."""
        key = (message.lead_id, message.id)
        with self._lock:
            stored = self._messages.get(key)
            if stored is None or stored.status in NOT_CHANGED_BY[message.status]:
                return False
            self._messages[key] = message
            self._events[event.lead_id, event.id] = event
            return True

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""
        self._check_readable("message", f"{lead_id} {message_id}")
        return self._messages.get((lead_id, message_id))

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message with a provider's id."""
        with self._lock:
            return next((m for m in self._messages.values() if m.provider_id == provider_id), None)

    def due(self, until: datetime, limit: int) -> Listing[Message]:
        """Return due messages that are sent alone."""
        return self._owed(until, limit, queued=False)

    def queued(self, until: datetime, limit: int) -> Listing[Message]:
        """Return messages whose digest is due."""
        return self._owed(until, limit, queued=True)

    def unconfirmed(self, since: datetime, until: datetime, limit: int) -> Listing[Message]:
        """Return messages sent in a period that are only sent."""
        with self._lock:
            sent = (e for e in self._events.values() if e.kind is EventKind.MESSAGE_SENT and since <= e.at <= until)
            names = {(event.lead_id, str(event.data["message"])) for event in islice(sorted(sent, key=_time), limit)}
            messages = [m for key, m in self._messages.items() if key in names and m.status is Status.SENT]
        listing = self._listing("message", messages, message_key)
        return Listing(in_order(listing), listing.unreadable)

    def _owed(self, until: datetime, limit: int, *, queued: bool) -> Listing[Message]:
        lanes = defaultdict[OutboxLane, list[Message]](list)
        with self._lock:
            owed = (m for m in self._messages.values() if m.is_owed and m.queued is queued and m.next_try_at <= until)
            listing = self._listing("message", owed, message_key)
        for message in listing:
            lanes[lane(message)].append(message)
        ordered = in_order(m for waiting in lanes.values() for m in earliest_and_latest(waiting, limit))
        return Listing(ordered, listing.unreadable)

    def messages(self, lead_id: str) -> Listing[Message]:
        """Return all messages of a lead, oldest first."""
        with self._lock:
            messages = [m for m in self._messages.values() if m.lead_id == lead_id]
        return self._listing("message", sorted(messages, key=lambda m: (m.created_at, m.id)), message_key)

    def sent_lately(self, key: str) -> RecentSends:
        """Return the recent sends to an address."""
        return self._sent.get(key, RecentSends(key=key))

    def keep_sent(self, lately: RecentSends) -> None:
        """Store the next record of sends to an address."""
        with self._lock:
            stored = self.sent_lately(lately.key)
            if stored != lately and stored.turn != lately.turn - 1:
                raise Conflict("another message was sent there meanwhile")
            self._sent[lately.key] = lately

    def spend(self, budget: Budget) -> int | None:
        """Spend one of a budget."""
        with self._lock:
            if self._counts[budget.key] >= budget.at_most:
                return None
            self._counts[budget.key] += 1
            return self._counts[budget.key]

    def spent(self, key: str) -> int:
        """Return how much of a budget is spent."""
        return self._counts[key]


def _time(event: Event) -> datetime:
    return event.at
