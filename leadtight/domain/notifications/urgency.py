"""Order of sending: lanes by urgency, fair shares within each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum

from leadtight.domain.model.message import LEAD, Message, Status, Template


class OutboxLane(IntEnum):
    """Lanes of the outbox, the most urgent first.

    Claimed messages wait for their lease in a lane of their own.
    """

    FIRST = 0
    SOON = 1
    LATER = 2
    DIGEST = 3
    LEASED = 4


_FIRST = (Template.ACKNOWLEDGE, Template.ALERT_OWNER, Template.NEEDS_PERSON)
_LATER = (
    *(Template.TASK, Template.REMIND, Template.SEQUENCE_STEP, Template.BOOKING_LINK, Template.ASSET),
    *(Template.ASK_LEAD, Template.WEEKLY_REVIEW),
)
SHARES: Mapping[OutboxLane, int] = {OutboxLane.FIRST: 8, OutboxLane.SOON: 4, OutboxLane.LATER: 1}
"""Sends of thirteen that each lane with messages gets: none waits for another to be empty."""


def lane(message: Message) -> OutboxLane:
    """Return the lane of an owed message."""
    if message.status is Status.CLAIMED:
        return OutboxLane.LEASED
    return OutboxLane.DIGEST if message.queued else urgency(message)


def urgency(message: Message) -> OutboxLane:
    """Return the lane of a message: `FIRST`, `SOON` or `LATER`.

    Claimed messages have the same.
    """
    if message.template in _FIRST:
        return OutboxLane.FIRST
    return OutboxLane.LATER if message.template in _LATER else OutboxLane.SOON


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Return messages without duplicates, by due time."""
    return tuple(sorted({(m.lead_id, m.id): m for m in messages}.values(), key=_age))


def earliest_and_latest(messages: Iterable[Message], limit: int) -> tuple[Message, ...]:
    """Return the first and last `limit` messages when due."""
    ordered = in_order(messages)
    return ordered if len(ordered) <= 2 * limit else ordered[:limit] + ordered[-limit:]


def in_sending_order(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield messages by urgency, with fair shares.

    A mass of messages displaces no others. Lanes have their `SHARES`. Within a lane sources take turns; within a source
    each lead's and each colleague's first message comes before any second one, the earliest and the latest by turns:
    under a flood neither starves.
    """
    lanes = defaultdict[OutboxLane, list[Message]](list)
    for message in messages:
        lanes[urgency(message)].append(message)
    turns = {which: _by_source(waiting) for which, waiting in lanes.items()}
    served = dict.fromkeys(turns, 0)
    while turns:
        which = min(turns, key=lambda each: ((served[each] + 1) / SHARES[each], each))
        served[which] += 1
        following = next(turns[which], None)
        if following:
            yield following
        else:
            del turns[which]


def _by_source(messages: Iterable[Message]) -> Iterator[Message]:
    sources = defaultdict[str, list[Message]](list)
    for message in messages:
        sources[message.source].append(message)
    queues = [iter(_by_reader(sources[source])) for source in sorted(sources)]
    while queues:
        nexts = [(queue, next(queue, None)) for queue in queues]
        queues = [queue for queue, message in nexts if message]
        yield from (message for _, message in nexts if message)


def _by_reader(messages: Iterable[Message]) -> Iterator[Message]:
    readers = defaultdict[str, int](int)
    rounds = defaultdict[int, list[Message]](list)
    for message in sorted(messages, key=_age):
        reader = f"lead {message.lead_id}" if message.recipient == LEAD else message.recipient
        rounds[readers[reader]].append(message)
        readers[reader] += 1
    for number in sorted(rounds):
        yield from _from_both_ends(rounds[number])


def _from_both_ends(ordered: Sequence[Message]) -> Iterator[Message]:
    for number in range(len(ordered)):
        yield ordered[number // 2] if number % 2 == 0 else ordered[-1 - number // 2]


def _age(message: Message) -> tuple[object, ...]:
    return message.next_try_at, message.lead_id, message.id
