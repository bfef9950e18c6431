"""Business hours by reading the wall clock at every tick.

Slow, and hard to get wrong.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from leadtight.domain.calendar.business_hours import Calendar, Period


class WallClock:
    """The wall clock of a calendar at every tick.

    It covers some days, and two more on either side. A period is one stretch: it begins when the clock first reaches
    its start and ends when the clock first reaches its end, even when the clock is changed meanwhile. Instants passed
    in must fall on ticks; results beyond the covered days are None.
    """

    def __init__(self, calendar: Calendar, first: date, days: int, tick: timedelta) -> None:
        """Read `days` days from `first`."""
        start = datetime.combine(first, time(), tzinfo=calendar.zone).astimezone(UTC) - timedelta(days=2)
        self.calendar, self.tick = calendar, tick
        self.ticks = [start + tick * n for n in range((days + 4) * (timedelta(days=1) // tick))]
        self.walls, self.open = [], []
        furthest = datetime.min  # noqa: DTZ901 - a reading of the wall clock has no zone
        for at in self.ticks:
            furthest = max(furthest, at.astimezone(calendar.zone).replace(tzinfo=None))
            self.walls.append(furthest)
            self.open.append(self._is_open(furthest))

    def _is_open(self, wall: datetime) -> bool:
        return any(
            period.start <= wall.time() and (period.end == time() or wall.time() < period.end)
            for period in self.calendar.opened.get(wall.date(), self._weekly(wall.date()))
        )

    def _weekly(self, day: date) -> tuple[Period, ...]:
        is_closed = day in self.calendar.closed or day in self.calendar.holidays
        return () if is_closed else self.calendar.week.get(day.weekday(), ())

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time in [start, end)."""
        return self.tick * sum(o for t, o in zip(self.ticks, self.open, strict=True) if start <= t < end)

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return the moment after `working` time from `start`."""
        worked = (t for t, o in zip(self.ticks, self.open, strict=True) if o and t >= start)
        if not working:
            return next(worked, None)
        last = next(islice(worked, working // self.tick - 1, None), None)
        return last and last + self.tick

    def is_open_at(self, at: datetime) -> bool:
        """Return whether an instant is in working time."""
        return self.open[self.ticks.index(at)]

    def close_of_business(self, start: datetime) -> datetime | None:
        """Return the end of this or the next working day."""
        worked = [t for t, o in zip(self.ticks, self.open, strict=True) if o]
        days = [t.astimezone(self.calendar.zone).date() for t in worked]
        day = next((d for t, d in zip(worked, days, strict=True) if t >= start), None)
        if day is None:
            return None
        return max(t for t, d in zip(worked, days, strict=True) if d == day) + self.tick

    def by_next_business_day(self, start: datetime, at: time) -> datetime | None:
        """Return when a working day's clock next reaches `at`.

        It is after `start`.
        """
        for now, previous, wall in zip(self.ticks[1:], self.walls, self.walls[1:], strict=False):
            reaches = previous < datetime.combine(wall.date(), at) <= wall
            if now > start and reaches and self._works_on(wall.date()):
                return now
        return None

    def _works_on(self, day: date) -> bool:
        return bool(self.calendar.opened.get(day, self._weekly(day)))
