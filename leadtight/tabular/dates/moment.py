"""A moment as it is written: on a wall clock, with or without an offset, to the day or finer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

EARLIEST_YEAR, LATEST_YEAR = 1970, 2100
"""Years between which a time is plausible; other calendars write other years, and are not read."""


class Precision(IntEnum):
    """The finest part that is written."""

    DAY = 0
    MINUTE = 1
    SECOND = 2


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """What a cell says: the wall clock's time without a zone, and its offset from UTC where one is written."""

    local: datetime
    offset: timedelta | None
    precision: Precision

    def is_plausible(self) -> bool:
        """Tell whether the year can be one of a lead."""
        return EARLIEST_YEAR <= self.local.year < LATEST_YEAR

    def isoformat(self) -> str:
        """Return the moment in ISO 8601, with its offset if it has one."""
        if self.offset is None:
            return self.local.isoformat()
        minutes = int(self.offset.total_seconds() // 60)
        sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
        return f"{self.local.isoformat()}{sign}{hours:02d}:{rest:02d}"
