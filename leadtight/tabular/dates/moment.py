"""A moment as written, on a wall clock.

With or without an offset, to the day or finer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100
"""Plausible years of a time.

Other calendars have other years, and are not read.
"""


class Precision(IntEnum):
    """The finest written part of a time."""

    DAY = 0
    MINUTE = 1
    SECOND = 2


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """The wall-clock time in a cell.

    `offset` is from UTC, if written.
    """

    local: datetime
    offset: timedelta | None
    precision: Precision

    def is_plausible(self) -> bool:
        """Return whether the year is plausible for a lead."""
        return EARLIEST_YEAR <= self.local.year < LATEST_YEAR

    def isoformat(self) -> str:
        """Return the moment in ISO 8601, with any offset."""
        if self.offset is None:
            return self.local.isoformat()
        minutes = int(self.offset.total_seconds() // 60)
        sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
        return f"{self.local.isoformat()}{sign}{hours:02d}:{rest:02d}"
