"""Read a lead's history from its end.

A reader of the latest events need not read the earlier ones.
"""

from collections.abc import Iterator

from leadtight.app.ports.leads import LeadStore
from leadtight.domain.model.event import Event

AT_ONCE = 200


def newest_first(store: LeadStore, lead_id: str) -> Iterator[Event]:
    """Yield a lead's events, latest first, reading pages lazily."""
    page = store.history_page(lead_id, AT_ONCE)
    yield from reversed(page.events)
    while page.before is not None:
        page = store.history_page(lead_id, AT_ONCE, page.before)
        yield from reversed(page.events)
