"""What of the outbox is due, from the index: of every lane both ends, whatever else waits there."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from leadtight.adapters import keys
from leadtight.adapters.rows import MessageRow, Row
from leadtight.domain.message import Message
from leadtight.domain.urgency import Lane, earliest_and_latest, in_order

logger = logging.getLogger(__name__)
_SENT_ALONE = (Lane.FIRST, Lane.SOON, Lane.LATER, Lane.LEASED)
_IN_DIGESTS = (Lane.DIGEST, Lane.LEASED)


def due(before: datetime, limit: int) -> tuple[Message, ...]:
    """Return what is due and waits for no digest: a call for each lane and shard, two where more than `limit` wait."""
    return in_order(m for lane in _SENT_ALONE for m in _of(lane, before, limit, lambda message: not message.queued))


def queued(before: datetime, limit: int) -> tuple[Message, ...]:
    """Return what waits for a digest that is due."""
    return in_order(m for lane in _IN_DIGESTS for m in _of(lane, before, limit, lambda message: message.queued))


def _of(lane: Lane, before: datetime, limit: int, wanted: Callable[[Message], bool]) -> tuple[Message, ...]:
    read = list[Message]()
    for shard in keys.outboxes():
        earliest = list(islice(filter(wanted, _messages(shard, lane, before, limit, forward=True)), limit))
        read += earliest
        if len(earliest) == limit:
            read += islice(filter(wanted, _messages(shard, lane, before, limit, forward=False)), limit)
    return earliest_and_latest(read, limit)


def _messages(shard: str, lane: Lane, before: datetime, limit: int, *, forward: bool) -> Iterator[Message]:
    between = Row.gsi1sk.between(*keys.owed_by(lane, before))
    for row in Row.due.query(shard, between, page_size=limit, scan_index_forward=forward):
        if isinstance(row, MessageRow) and (message := _readable(row)):
            yield message


def _readable(row: MessageRow) -> Message | None:
    """Return the row's message; one that cannot be read is reported, and must not hide the others."""
    try:
        return row.value()
    except (ValueError, KeyError, TypeError):
        logger.exception("row_unreadable pk=%s sk=%s", row.pk, row.sk)
        return None
