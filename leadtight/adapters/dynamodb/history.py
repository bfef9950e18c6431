"""Histories of leads: whole, by day, and in pages.

Pages begin with the latest events: what a person looks at must not grow with what strangers send.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess
from leadtight.adapters.dynamodb.rows import EventRow
from leadtight.domain.model.listing import Listing

if TYPE_CHECKING:
    from leadtight.app.ports.history import HistoryPage
    from leadtight.domain.model.event import Event

MOST_BYTES = 4 * 1024 * 1024
"""Most bytes read for a page.

They take four Query calls, and some 50 ms of a function's time.
"""


class HistoryAccess(TableAccess):
    """The events of leads."""

    def history(self, lead_id: str) -> Listing[Event]:
        """Return a lead's events, oldest first."""
        items = row_reader.in_partition(keys.lead(lead_id), keys.EVENT_PREFIX)
        return row_reader.listing(EventRow, items, EventRow.value)

    def history_page(self, lead_id: str, most: int, older_than: str | None = None) -> HistoryPage:
        """Return the latest events of a lead.

        One call for each megabyte of them, and at most four.
        """
        return _page(lead_id, most, older_than)

    def events_on(self, day: date) -> Listing[Event]:
        """Return the events of one UTC day, from the index."""
        items = (item for shard in keys.days(day) for item in row_reader.on_index(shard))
        events = row_reader.listing(EventRow, items, EventRow.value)
        return Listing(sorted(events, key=lambda e: (e.at, e.lead_id, e.id)), events.unreadable)


def _page(lead_id: str, most: int, older_than: str | None) -> HistoryPage:
    """Return events older than a place, oldest first."""
    partition, prefix = keys.lead(lead_id), keys.EVENT_PREFIX
    items, size, ends_at = list[row_reader.Raw](), 0, None
    for item in row_reader.in_partition(
        partition, prefix, newest_first=True, older_than=older_than, page_size=most + 1
    ):
        if len(items) == most or size >= MOST_BYTES:
            ends_at = items[-1]["sk"]["S"].removeprefix(prefix)
            break
        items.append(item)
        size += len(str(item.get("doc")))
    from leadtight.app.ports.history import HistoryPage  # imported here: intake reads no pages

    return HistoryPage(events=row_reader.listing(EventRow, reversed(items), EventRow.value), before=ends_at)
