"""Send owed messages by urgency and in fair shares.

Digests are separate, and nothing is sent before its turn.
"""

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
"""Earliest, and latest, messages of a lane in one read."""

IN_FLIGHT = timedelta(seconds=5)
"""Age of messages that the stream is about to bring."""

ENOUGH_FAILURES = 3
"""Failures in a row that are blamed on the provider."""

NOTICES = 1_000
"""Earliest and latest notices read at a time for digests."""


class Dispatch:
    """Yields the tasks of sending, until there is nothing new."""

    def __init__(self, outbox: Outbox, respond: Respond, digest: Digest, retries: Retries) -> None:
        """Take the outbox, the two senders and the retries."""
        self._outbox = outbox
        self._respond = respond
        self._digest = digest
        self._retries = retries

    def work(self, now: datetime, left: Left = unbounded) -> SweepResult:
        """Send due messages until none are left.

        It also stops when the providers take no more or time runs out, and is then called again in a second.
        """
        kinds = {SweepTaskKind.DIGESTS: self.digests(now, left), SweepTaskKind.MESSAGES: self.messages(now, IN_FLIGHT)}
        done = work_off(kinds, now, left)
        if done.unfinished:
            self._retries.at(now + NEXT_SECOND, now)
        return done

    def messages(self, now: datetime, patience: timedelta) -> Iterator[SweepTask]:
        """Yield the due messages, but for the stream's newest.

        Those are left to the stream for `patience`. A provider that takes no more rests for a second, or for ten
        seconds when it fails.
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
        """Yield every due digest with all its messages."""
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
    """The channels whose providers rest, and for how long."""

    def __init__(self) -> None:
        self.resting: dict[Channel, timedelta] = {}
        self._failures: Counter[Channel] = Counter()

    def rest(self, channel: Channel) -> bool:
        return channel in self.resting

    def note(self, claimed: Message, message: Message | None) -> None:
        """Learn from the result for a message.

        A sent message shows that its provider is well.
        """
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
    """Return whether a message waits on purpose.

    It waits for a permitted hour, or after a temporary refusal.
    """
    return message.status is Status.PENDING and bool(message.detail)


def _is_ready(message: Message, cutoff: datetime) -> bool:
    """Return whether a message is left to the dispatch.

    New messages are for the stream, which brings them within seconds.
    """
    return message.status is Status.CLAIMED or was_put_off(message) or message.next_try_at <= cutoff
