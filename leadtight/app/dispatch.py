"""Send what the outbox owes, by urgency and in fair shares: digests apart, and nothing before its turn."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from leadtight.app.digest import Digest
from leadtight.app.ports import Outbox
from leadtight.app.respond import Respond, since
from leadtight.app.sweeping import Left, Task, unbounded
from leadtight.domain.message import Message, Status
from leadtight.domain.urgency import in_turn

WINDOW = 100
"""Of each lane so many of the earliest and of the latest are read at a time."""

NOTICES = 1_000
"""So many of the earliest and of the latest notices are read at a time for digests."""


class Dispatch:
    """Yields what is to be sent, one task at a time, until there is nothing new."""

    def __init__(self, outbox: Outbox, respond: Respond, digest: Digest) -> None:
        """Take the outbox and what sends messages, alone and in digests."""
        self._outbox = outbox
        self._respond = respond
        self._digest = digest

    def messages(self, now: datetime, patience: timedelta) -> Iterator[Task]:
        """Yield the messages that are due, but for those that the stream has brought within `patience`."""
        tried = set[tuple[str, str]]()
        while True:
            due = [m for m in self._outbox.due(now, WINDOW) if (m.lead_id, m.id) not in tried]
            ready = [m for m in due if _is_ready(m, now - patience)]
            if not ready:
                return
            tried.update((m.lead_id, m.id) for m in ready)
            for message in in_turn(ready):
                yield self._sending(message)

    def _sending(self, message: Message) -> Task:
        return Task(
            lead_id=message.lead_id,
            run=partial(self._respond.deliver, message.lead_id, message.id),
            counts="" if was_put_off(message) else "sent",
            since=since(message),
        )

    def digests(self, now: datetime, left: Left = unbounded) -> Iterator[Task]:
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

    def _digesting(self, person: str, messages: list[Message], left: Left) -> Task:
        first = min(messages, key=lambda m: m.next_try_at)
        run = partial(self._digest.send, person, messages, left=left)
        return Task(lead_id=first.lead_id, run=run, since=first.next_try_at)


def was_put_off(message: Message) -> bool:
    """Tell whether it waits on purpose: for a permitted hour, or after a refusal for now."""
    return message.status is Status.PENDING and bool(message.detail)


def _is_ready(message: Message, before: datetime) -> bool:
    """Tell whether nothing faster is at work on it: what is new is for the stream, which brings it within seconds."""
    return message.status is Status.CLAIMED or was_put_off(message) or message.next_try_at <= before
