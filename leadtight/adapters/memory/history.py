"""Histories of leads in memory."""

from datetime import UTC, date

from leadtight.adapters.memory.rows import MemoryRows, event_key
from leadtight.app.ports.history import HistoryPage
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.event import Event
from leadtight.domain.model.listing import Listing


class MemoryHistory(MemoryRows):
    """The events of leads."""

    def history(self, lead_id: str) -> Listing[Event]:
        """Return a lead's events, oldest first."""
        with self._lock:
            events = [e for (owner, _), e in self._events.items() if owner == lead_id]
        return self._listing("event", sorted(events, key=lambda e: (e.at, e.id)), event_key)

    def history_page(self, lead_id: str, most: int, older_than: str | None = None) -> HistoryPage:
        """Return a lead's latest events, older than a place."""
        with self._lock:
            events = [e for (owner, _), e in self._events.items() if owner == lead_id]
        older = sorted((e for e in events if older_than is None or _place(e) < older_than), key=_place)
        latest = older[max(0, len(older) - most) :]
        ends_at = _place(latest[0]) if len(latest) < len(older) else None
        return HistoryPage(events=self._listing("event", latest, event_key), before=ends_at)

    def events_on(self, day: date) -> Listing[Event]:
        """Return the events of one UTC day."""
        with self._lock:
            events = [e for e in self._events.values() if e.at.astimezone(UTC).date() == day]
        return self._listing("event", sorted(events, key=lambda e: (e.at, e.lead_id, e.id)), event_key)


def _place(event: Event) -> str:
    return f"{format_timestamp(event.at)}#{event.id}"
