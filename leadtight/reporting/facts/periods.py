"""Stretches of the company's calendar, as instants."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import midnight

WINDOW_DAYS = 28
"""How far the metrics look back: four whole weeks, so every weekday counts as often, and every night costs the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPeriod:
    """Whole local days `[start, end)`, as they looked at `as_of`: the end, or earlier while they still run."""

    start: datetime
    end: datetime
    as_of: datetime

    @property
    def is_complete(self) -> bool:
        """Tell whether the period is over as far as this view of it goes."""
        return self.as_of >= self.end


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the local date of an instant."""
    return at.astimezone(zone).date()


def days(first: date, last: date, zone: ZoneInfo, now: datetime) -> ReportPeriod:
    """Return the local days `first` to `last`, both included, as known at `now`.

    Raises ValueError when they have not begun: nobody can report on tomorrow.
    """
    start, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    if now < start:
        raise ValueError(f"{first} has not begun in {zone.key}")
    return ReportPeriod(start=start, end=end, as_of=min(end, now))


def window_ending(day: date, zone: ZoneInfo, now: datetime) -> ReportPeriod:
    """Return the metrics window: `WINDOW_DAYS` local days of which `day` is the last."""
    return days(day - timedelta(days=WINDOW_DAYS - 1), day, zone, now)


def utc_days(start: datetime, end: datetime) -> list[date]:
    """Return the UTC days that `[start, end)` touches: a local day touches two of them almost everywhere."""
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
