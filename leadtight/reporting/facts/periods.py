"""Periods of the company's calendar, as instants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import midnight

WINDOW_DAYS = 28
"""Length of the metrics window.

Four whole weeks, so that every weekday counts equally often and every night costs the same.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """Whole local days `[start, end)`, as seen at `as_of`.

    `as_of` is the end, or earlier while the days still run.
    """

    start: datetime
    end: datetime
    as_of: datetime

    @property
    def is_complete(self) -> bool:
        """Return whether the period is over at `as_of`."""
        return self.as_of >= self.end


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the local date of an instant."""
    return at.astimezone(zone).date()


def days(first: date, last: date, zone: ZoneInfo, now: datetime) -> ReportPeriod:
    """Return the local days `first` to `last`, as of `now`.

    Both are included. Raises ValueError when they have not begun: tomorrow cannot be reported on.
    """
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    if now < start:
        raise ValueError(f"{first} has not begun in {zone.key}")
    return ReportPeriod(start=start, end=end, as_of=min(end, now))


def window_ending(day: date, zone: ZoneInfo, now: datetime) -> ReportPeriod:
    """Return the metrics window that ends with `day`.

    It has `WINDOW_DAYS` local days.
    """
    return days(day - timedelta(days=WINDOW_DAYS - 1), day, zone, now)


def utc_days(start: datetime, end: datetime) -> list[date]:
    """Return the UTC days that `[start, end)` touches.

    A local day touches two of them almost everywhere.
    """
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
