"""Port of the board's index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.views.board import BoardLead

MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineCounts:
    """Counts of waiting deliveries and suspected spam, each capped."""

    waiting: int
    suspected: int


class BoardStore(Protocol):
    """The leads and counts of the board, from the index."""

    def open_on_board(self, limit: int) -> tuple[BoardLead, ...]:
        """Return open leads, the soonest due first."""

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the leads in [start, end) that a rule excluded.

        It counts up to `MOST_COUNTED`, by the time of recording.
        """

    def held_counts(self) -> QuarantineCounts:
        """Count held deliveries of each kind, up to `MOST_COUNTED`."""
