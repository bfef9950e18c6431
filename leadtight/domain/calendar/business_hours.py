"""Business hours of a team, and arithmetic in working time.

All arguments and results are aware instants. Computation goes through UTC, so a day of 23 or 25 hours counts the time
really worked. It walks periods, never seconds.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_CLOSURE_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of one day, [start, end).

    An end of 00:00 is the end of that day. It lasts from when the wall clock first shows `start` until it first shows
    `end`, even when the clock is set.
    """

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working periods by weekday in one time zone.

    Monday is 0. Closed days and public holidays are excluded. A day opened as an exception has its own hours, whatever
    else applies to that day. With `always` the calendar never closes and everything else is ignored.
    """

    id: str
    zone: ZoneInfo
    week: Mapping[int, tuple[Period, ...]] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()
    holidays: Container[date] = frozenset()
    opened: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    always: bool = False
    _cached: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Cache of periods by day: a lead needs the same few days repeatedly."""

    def is_open(self, at: datetime) -> bool:
        """Return whether `at` is in working time."""
        return self.next_open(at) == at

    def is_after_hours(self, at: datetime) -> bool:
        """Return whether `at` is outside the working day.

        A break between two periods of a day is inside.
        """
        if self.is_open(at):
            return False
        today = self._periods_on(at.astimezone(self.zone).date())
        return not any(closes <= at for _, closes in today) or not any(opens > at for opens, _ in today)

    def next_open(self, at: datetime) -> datetime:
        """Return `at` when open then, else the next opening."""
        if self.always:
            return at
        return max(at, next(self._periods_from(at))[0])

    def add(self, start: datetime, working: timedelta) -> datetime:
        """Return the moment when `working` time has passed since `start`.

        Fri 16:30 + 1 h with 09:00-17:00 is Mon 09:30 (capability F4). A window that ends exactly at closing
        time ends there, not at the next opening.
        """
        if self.always:
            return start + working
        left = working
        for opens, closes in self._periods_from(start):
            begin = max(opens, start)
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
        raise AssertionError("unreachable: periods are endless")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time in [start, end).

        It is zero when `end` is not after `start`.
        """
        if end <= start:
            return timedelta()
        return sum((closes - opens for opens, closes in self.open_between(start, end)), timedelta())

    def by_next_business_day(self, start: datetime, at: time) -> datetime:
        """Return `at` local time on the next possible business day.

        That is the first business day whose `at` is after `start`'s day or still to come. A lead at Sunday 03:00 with
        10:00 is due Monday 10:00; one at Tuesday 05:00, Tuesday 10:00; one at Tuesday 19:00, Wednesday 10:00. A date
        that a zone never had is not a day, and a time that the clock skips is due as it jumps.
        """
        day = start.astimezone(self.zone).date()
        for _ in range(LONGEST_CLOSURE_DAYS):
            due = self._instant(day, at)
            if due > start and self._works_on(day):
                return due
            day += timedelta(days=1)
        raise ValueError(f"calendar {self.id!r} has no business day after {start.isoformat()}")

    def close_of_business(self, start: datetime) -> datetime:
        """Return the end of the working day of `start`.

        Outside working days, that is the end of the next one. With 09:00-17:00: Friday 12:00 is due Friday 17:00,
        Friday 17:00 is due Monday 17:00, and so is Monday 05:00. Raises ValueError for a calendar that never closes.
        """
        if self.always:
            raise ValueError(f"calendar {self.id!r} never closes")
        first_opens, closes = next(self._periods_from(start))
        day = first_opens.astimezone(self.zone).date()
        return max((end for _, end in self._periods_on(day)), default=closes)

    def open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open stretches in [start, end), in order."""
        if self.always:
            yield start, end
            return
        for opens, closes in self._periods_from(start):
            if opens >= end:
                return
            yield max(opens, start), min(closes, end)

    def _works_on(self, day: date) -> bool:
        return self._exists(day) if self.always else bool(self._periods_on(day))

    def _exists(self, day: date) -> bool:
        """Return whether the zone had this date.

        A few zones crossed the date line and skipped one.
        """
        return self._instant(day, time()).astimezone(self.zone).date() == day

    def _hours_of(self, day: date) -> tuple[Period, ...]:
        if day in self.opened:
            return self.opened[day]
        weekly = self.week.get(day.weekday(), ())
        # Holidays come last: the first question to them loads a library.
        return () if not weekly or day in self.closed or day in self.holidays else weekly

    def _periods_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        closed_days = 0
        while closed_days <= LONGEST_CLOSURE_DAYS:
            closed_days += 1
            for period in self._periods_on(day):
                if period[1] > at:
                    closed_days = 0
                    yield period
            day += timedelta(days=1)
        raise ValueError(f"calendar {self.id!r} is never open after {at.isoformat()}")

    def _periods_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        if day not in self._cached:
            self._cached[day] = tuple(self._opened_on(day))
        return self._cached[day]

    def _opened_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for period in self._hours_of(day):
            last = day + timedelta(days=1) if period.end == time() else day
            opens, closes = self._instant(day, period.start), self._instant(last, period.end)
            if closes > opens:
                yield opens, closes

    def _instant(self, day: date, at: time) -> datetime:
        """Return when the wall clock first reaches `at`.

        A time that the clock skips is reached as it jumps.
        """
        wall = datetime.combine(day, at, tzinfo=self.zone)
        instant = wall.astimezone(UTC)
        skipped = instant.astimezone(self.zone).replace(tzinfo=None) - wall.replace(tzinfo=None)
        return self._jump(instant - skipped, instant) if skipped else instant

    def _jump(self, before: datetime, after: datetime) -> datetime:
        """Return when the clock is set in (before, after]."""
        offset = after.astimezone(self.zone).utcoffset()
        seconds = range(int((after - before).total_seconds()))
        return before + timedelta(
            seconds=bisect_left(
                seconds, True, key=lambda s: (before + timedelta(seconds=s)).astimezone(self.zone).utcoffset() == offset
            )
        )
