"""The board, from the index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import TYPE_CHECKING

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess
from leadtight.adapters.dynamodb.rows import BoardIndexRow, TableRow
from leadtight.domain.calendar.timestamps import format_timestamp

if TYPE_CHECKING:
    from leadtight.app.ports.board import QuarantineCounts
    from leadtight.domain.model.listing import Listing
    from leadtight.domain.views.board import BoardLead


class BoardAccess(TableAccess):
    """Summaries and counts for the board."""

    def open_on_board(self, limit: int) -> Listing[BoardLead]:
        """Return summaries of open leads, from the index.

        One call for each shard, and for each two thousand leads in it.
        """
        shards = [row_reader.on_index(shard, page_size=limit) for shard in keys.boards()]
        items = merge(*shards, key=lambda item: str(item["gsi1sk"]["S"]))
        return row_reader.listing(BoardIndexRow, items, BoardIndexRow.value, limit)

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the excluded leads recorded in [start, end).

        One call for each UTC day of that time.
        """
        from leadtight.app.ports.board import MOST_COUNTED  # imported here and below: intake counts nothing

        recorded = TableRow.gsi1sk.between(format_timestamp(start), format_timestamp(end))
        days = (start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date())
        partitions = (keys.excluded(days[0] + timedelta(days=n)) for n in range((days[1] - days[0]).days + 1))
        return min(MOST_COUNTED, sum(TableRow.due.count(each, recorded, limit=MOST_COUNTED) for each in partitions))

    def held_counts(self) -> QuarantineCounts:
        """Count the deliveries in quarantine: two calls."""
        from leadtight.app.ports.board import MOST_COUNTED, QuarantineCounts

        waiting, suspected = (
            TableRow.due.count(kind, limit=MOST_COUNTED) for kind in (keys.HELD_OPEN, keys.HELD_SUSPECTED)
        )
        return QuarantineCounts(waiting=waiting, suspected=suspected)
