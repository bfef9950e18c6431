"""Ports of the histories of leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.model.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A page of a lead's events, oldest first.

    `before` is the cursor of the page before it, None for the first.
    """

    events: tuple[Event, ...]
    before: str | None = None


class EventLog(Protocol):
    """The history of all leads by day: what reports read."""

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of a UTC day, in order."""

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return a lead's events, oldest first."""
