"""Due messages of the outbox, from the index.

Both ends of every lane are read, whatever else waits there.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.rows import MessageRow, TableRow
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.message import Message
from leadtight.domain.notifications.urgency import OutboxLane, earliest_and_latest, in_order

_SENT_ALONE = (OutboxLane.FIRST, OutboxLane.SOON, OutboxLane.LATER, OutboxLane.LEASED)
_IN_DIGESTS = (OutboxLane.DIGEST, OutboxLane.LEASED)


def due(until: datetime, limit: int) -> Listing[Message]:
    """Return due messages that are sent alone.

    One call for each lane and shard, two where more than `limit` wait.
    """
    return _window(_SENT_ALONE, until, limit, lambda message: not message.queued)


def queued(until: datetime, limit: int) -> Listing[Message]:
    """Return messages whose digest is due."""
    return _window(_IN_DIGESTS, until, limit, lambda message: message.queued)


def _window(
    lanes: Iterable[OutboxLane], until: datetime, limit: int, wanted: Callable[[Message], bool]
) -> Listing[Message]:
    unreadable: list[Unreadable] = []
    messages = in_order(m for lane in lanes for m in _of(lane, until, limit, wanted, unreadable))
    each_once = tuple(dict.fromkeys(unreadable))
    row_reader.report(each_once)
    return Listing(messages, each_once)


def _of(
    lane: OutboxLane, until: datetime, limit: int, wanted: Callable[[Message], bool], unreadable: list[Unreadable]
) -> tuple[Message, ...]:
    read = list[Message]()
    for shard in keys.outboxes():
        earliest = list(islice(filter(wanted, _messages(shard, lane, until, limit, unreadable)), limit))
        read += earliest
        if len(earliest) == limit:
            latest = _messages(shard, lane, until, limit, unreadable, newest_first=True)
            read += islice(filter(wanted, latest), limit)
    return earliest_and_latest(read, limit)


def _messages(
    shard: str,
    lane: OutboxLane,
    until: datetime,
    limit: int,
    unreadable: list[Unreadable],
    *,
    newest_first: bool = False,
) -> Iterator[Message]:
    between = TableRow.gsi1sk.between(*keys.owed_by(lane, until))
    items = row_reader.on_index(shard, between, page_size=limit, newest_first=newest_first)
    return row_reader.readable(MessageRow, items, MessageRow.value, unreadable)
