"""Send what the outbox owes, by urgency and in fair shares: digests apart, and nothing before its turn."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from leadtight.app.messaging.digest import Digest
from leadtight.app.messaging.respond import Respond, since
from leadtight.app.messaging.retry import FIRST_BACKOFF, NEXT_SECOND, OVER_RATE
from leadtight.app.ports.outbox import Outbox, Retries
from leadtight.app.sweep import Left, SweepResult, SweepTask, SweepTaskKind, unbounded, work_off
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.notifications.urgency import in_sending_order

WINDOW = 100
"""Of each lane so many of the earliest and of the latest are read at a time."""

IN_FLIGHT = timedelta(seconds=5)
"""What is as new as this the stream is about to bring."""

ENOUGH_FAILURES = 3
"""After so many in a row the failure is the provider's, and not that of one message."""

NOTICES = 1_000
"""So many of the earliest and of the latest notices are read at a time for digests."""


class Dispatch:
    """Yields what is to be sent, one task at a time, until there is nothing new."""

    def __init__(self, outbox: Outbox, respond: Respond, digest: Digest, retries: Retries) -> None:
        """Take the outbox, what sends messages, alone and in digests, and what has this done again."""
        self._outbox = outbox
        self._respond = respond
        self._digest = digest
        self._retries = retries

    def work(self, now: datetime, left: Left = unbounded) -> SweepResult:
        """Send what is due until nothing is, the providers take no more, or no time is left: then again in a second."""
        kinds = {SweepTaskKind.DIGESTS: self.digests(now, left), SweepTaskKind.MESSAGES: self.messages(now, IN_FLIGHT)}
        done = work_off(kinds, now, left)
        if done.unfinished:
            self._retries.at(now + NEXT_SECOND, now)
        return done

    def messages(self, now: datetime, patience: timedelta) -> Iterator[SweepTask]:
        """Yield the messages that are due, but for those that the stream has brought within `patience`.

        A provider that takes no more has its turn over, until a second later or, when it fails, for ten seconds.
        """
        tried, providers = set[tuple[str, str]](), _Providers()
        while True:
            due = [m for m in self._outbox.due(now, WINDOW) if (m.lead_id, m.id) not in tried]
            ready = [m for m in due if _is_ready(m, now - patience) and not providers.rest(m.channel)]
            if not ready:
                break
            for message in in_sending_order(ready):
                if not providers.rest(message.channel):
                    tried.add((message.lead_id, message.id))
                    yield self._sending(message, providers)
        if providers.resting:
            self._retries.at(now + min(providers.resting.values()), now)

    def _sending(self, message: Message, providers: "_Providers") -> SweepTask:
        def run(now: datetime) -> Message | None:
            done = self._respond.deliver(message.lead_id, message.id, now)
            providers.note(message, done)
            return done

        counts = "" if was_put_off(message) else "sent"
        return SweepTask(lead_id=message.lead_id, run=run, counts=counts, since=since(message))

    def digests(self, now: datetime, left: Left = unbounded) -> Iterator[SweepTask]:
        """Yield everybody's digest that is due, with all that waits for it."""
        tried = set[tuple[str, str]]()
        while True:
            waiting = defaultdict[str, list[Message]](list)
            for message in self._outbox.queued(now, NOTICES):
                if (message.lead_id, message.id) not in tried:
                    waiting[message.recipient].append(message)
                    tried.add((message.lead_id, message.id))
            if not waiting:
                return
            for person, theirs in sorted(waiting.items()):
                yield self._digesting(person, theirs, left)

    def _digesting(self, person: str, messages: list[Message], left: Left) -> SweepTask:
        first = min(messages, key=lambda m: m.next_try_at)
        run = partial(self._digest.send, person, messages, left=left)
        return SweepTask(lead_id=first.lead_id, run=run, since=first.next_try_at)


class _Providers:
    """Which channels' providers take no more for now, and for how long."""

    def __init__(self) -> None:
        self.resting: dict[Channel, timedelta] = {}
        self._failures: Counter[Channel] = Counter()

    def rest(self, channel: Channel) -> bool:
        return channel in self.resting

    def note(self, claimed: Message, message: Message | None) -> None:
        """Learn from what became of a message: one that was sent shows that its provider is well."""
        if message is None:
            return
        if message.status is Status.SENT:
            self._failures[message.channel] = 0
        elif message.status is Status.CLAIMED:
            self.resting[message.channel] = FIRST_BACKOFF
        elif message.status is Status.PENDING and message.detail.startswith(OVER_RATE):
            self.resting[message.channel] = NEXT_SECOND
        elif message.status is Status.PENDING and not message.queued and since(message) == since(claimed):
            self._failures[message.channel] += 1
            if self._failures[message.channel] >= ENOUGH_FAILURES:
                self.resting[message.channel] = FIRST_BACKOFF


def was_put_off(message: Message) -> bool:
    """Tell whether it waits on purpose: for a permitted hour, or after a refusal for now."""
    return message.status is Status.PENDING and bool(message.detail)


def _is_ready(message: Message, cutoff: datetime) -> bool:
    """Tell whether nothing faster is at work on it: what is new is for the stream, which brings it within seconds."""
    return message.status is Status.CLAIMED or was_put_off(message) or message.next_try_at <= cutoff
