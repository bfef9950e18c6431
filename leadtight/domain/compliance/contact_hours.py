"""Permitted hours for texts and calls, in local time.

It is the recipient's. Capability H3; 47 CFR 64.1200(c)(1).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Day = tuple[time, time]
DAYS_LOOKED = 15
"""Windows that do not overlap within two weeks count as never overlapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWindow:
    """Permitted contact hours in one zone.

    From and until for each day of the week from Monday; None for a day without permitted hours.
    """

    zone: ZoneInfo
    week: tuple[Day | None, ...]
    closed: Container[date] = ()

    def opens(self, at: datetime) -> datetime | None:
        """Return `at` when permitted, else the next opening.

        None when there is none within two weeks.
        """
        local = at.astimezone(self.zone)
        for days in range(DAYS_LOOKED):
            day = local.date() + timedelta(days=days)
            hours = None if day in self.closed else self.week[day.weekday()]
            if hours and days == 0 and hours[0] <= local.time() < hours[1]:
                return at
            if hours and (days > 0 or local.time() < hours[0]):
                opening = datetime.combine(day, hours[0], tzinfo=self.zone).astimezone(UTC)
                if opening.astimezone(self.zone).date() == day:  # else a date that the zone skipped
                    return opening.astimezone(at.tzinfo)
        return None


def every_day(start: time, end: time) -> tuple[Day | None, ...]:
    """Return a week with the same hours each day."""
    return 7 * ((start, end),)


def first_permitted(windows: Sequence[ContactWindow], now: datetime) -> datetime | None:
    """Return the first instant permitted in all windows from `now`.

    None when there is none within two weeks.
    """
    at = now
    while at < now + timedelta(days=DAYS_LOOKED):
        later = _latest(window.opens(at) for window in windows)
        if later is None or later == at:
            return later
        at = later
    return None


def _latest(opened: Iterable[datetime | None]) -> datetime | None:
    latest: datetime | None = None
    for at in opened:
        if at is None:
            return None
        latest = at if latest is None else max(latest, at)
    return latest
