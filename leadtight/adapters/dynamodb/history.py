"""A lead's history page by page, the latest first: what a person looks at must not grow with what strangers send."""

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.rows import EventRow
from leadtight.app.ports.history import HistoryPage

MOST_BYTES = 4 * 1024 * 1024
"""Of a page: four Query calls, and some 50 ms of a function's time."""


def page(lead_id: str, most: int, before: str | None) -> HistoryPage:
    """Return the latest events before a place in a lead's history, oldest first."""
    partition, prefix = keys.lead(lead_id), keys.EVENT_PREFIX
    items, size, ends_at = list[row_reader.Raw](), 0, None
    for item in row_reader.in_partition(partition, prefix, newest_first=True, before=before, page_size=most + 1):
        if len(items) == most or size >= MOST_BYTES:
            ends_at = items[-1]["sk"]["S"].removeprefix(prefix)
            break
        items.append(item)
        size += len(str(item.get("doc")))
    return HistoryPage(events=row_reader.listing(EventRow, reversed(items), EventRow.value), before=ends_at)
