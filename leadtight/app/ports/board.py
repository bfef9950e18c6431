"""What the board shows, as a Protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.views.board import BoardLead

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineCounts:
    """How many deliveries wait for a person, and how many are suspected spam; each counted up to a limit."""

    waiting: int
    suspected: int


class BoardStore(Protocol):
    """What the board shows, from the index."""

    def open_on_board(self, limit: int) -> tuple[BoardLead, ...]:
        """Return open leads, the soonest due first."""

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the leads recorded in [start, end) that a rule of the policy excluded, up to `MOST_COUNTED`."""

    def held_counts(self) -> QuarantineCounts:
        """Return how many deliveries are held, each kind counted up to `MOST_COUNTED`."""
