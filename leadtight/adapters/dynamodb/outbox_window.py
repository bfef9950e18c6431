"""Due messages of the outbox, from the index.

Both ends of every lane are read, whatever else waits there.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.rows import EventRow, MessageRow, TableRow
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.message import Message, Status
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


def unconfirmed(since: datetime, until: datetime, limit: int) -> Listing[Message]:
    """Return messages sent in a period that are only sent.

    One call for each shard of a day, and one for every hundred messages.
    """
    sent = (event for day in _days(since, until) for event in _events(day, since, until, limit))
    wanted = [
        (keys.lead(event.lead_id), keys.message(str(event.data["message"])))
        for event in sent
        if event.kind is EventKind.MESSAGE_SENT
    ]
    messages = row_reader.listing(MessageRow, row_reader.by_keys(wanted), MessageRow.value)
    return Listing(in_order(m for m in messages if m.status is Status.SENT), messages.unreadable)


def _days(since: datetime, until: datetime) -> Iterator[date]:
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _events(day: date, since: datetime, until: datetime, limit: int) -> Iterator[Event]:
    between = TableRow.gsi1sk.between(format_timestamp(since), keys.due_by(until))
    for shard in keys.days(day):
        items = islice(row_reader.on_index(shard, between, page_size=limit), limit)
        yield from row_reader.listing(EventRow, items, EventRow.value)


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
