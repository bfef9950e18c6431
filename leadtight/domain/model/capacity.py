"""Capacity of a person: caps, ramp and present load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from leadtight.domain.calendar.timestamps import midnight

HOUR = timedelta(hours=1)
_NEVER, _ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar day, and the hour before now.

    `began_at` is the start of the day.
    """

    date: date
    began_at: datetime
    hour_ago: datetime

    @classmethod
    def of(cls, now: datetime, zone: tzinfo) -> "Day":
        """Return the local day of `now` in `zone`."""
        today = now.astimezone(zone).date()
        return cls(date=today, began_at=midnight(today, zone), hour_ago=now - HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class RampStep:
    """The daily cap in a person's first `days` days."""

    days: int
    """For how many days from the first this step runs."""
    day: int
    """The most leads a day meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most leads a person gets; None is no limit.

    `hour` is for any 60 minutes, `day` for a day of their calendar, `open` for open leads at once.
    """

    hour: int | None = None
    """The most leads within any hour."""
    day: int | None = None
    """The most leads on one day of their calendar's zone."""
    open: int | None = None
    """The most open leads at once; a closed one no longer counts."""
    started: date | None = None
    ramp: tuple[RampStep, ...] = ()

    @property
    def are_set(self) -> bool:
        """Return whether there is any cap."""
        return bool(self.ramp) or self.hour is not None or self.day is not None or self.open is not None

    @property
    def remembered(self) -> int:
        """Return how many recent assignments the caps need."""
        return max(self.hour or 0, self.day or 0, *(step.day for step in self.ramp))

    def day_cap(self, today: date) -> int | None:
        """Return the cap of a day.

        A new starter's ramp lowers it: the first step that still runs applies.
        """
        if not self.ramp:
            return self.day
        age = (today - self.started).days if self.started else 0
        steps = (step.day for step in self.ramp if self.started and age < step.days)
        return min((cap for cap in (self.day, next(steps, None)) if cap is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerState:
    """Stored state of a person: switch, leads and assignments.

    The switch is the manual one. `turn` counts the assignments that checked caps or loads; `recent` holds as many as
    the caps need, in order. When the row cannot be read (`is_readable`), the person is assigned nothing more.
    """

    person_id: str
    away_until: datetime | None = None
    open: int = 0
    turn: int = 0
    recent: tuple[datetime, ...] = ()
    is_readable: bool = True

    def after_one_more(self, caps: Caps, now: datetime) -> "OwnerState":
        """Return the state after an assignment at `now`."""
        recent = tuple(sorted((*self.recent, now)))[-caps.remembered :] if caps.remembered else ()
        return replace(self, open=self.open + 1, turn=self.turn + 1, recent=recent)

    def full(self, caps: Caps, day: Day) -> str:
        """Return the cap that the person has reached on `day`.

        Empty when there is none.
        """
        if caps.open is not None and self.open >= caps.open:
            return f"at cap: {caps.open} open"
        if caps.hour is not None and self._nth_latest(caps.hour) > day.hour_ago:
            return f"at cap: {caps.hour} within an hour"
        most = caps.day_cap(day.date)
        if most is not None and self._nth_latest(most) >= day.began_at:
            return f"at cap: {most} in a day"
        return ""

    def _nth_latest(self, count: int) -> datetime:
        """Return the start of the latest `count` assignments.

        The minimum for more than there were, the maximum for none.
        """
        if count == 0:
            return _ALWAYS
        return self.recent[-count] if len(self.recent) >= count else _NEVER


Roster = Mapping[str, OwnerState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A change of a person's open leads, and its precondition.

    With `taken`, no other change may have assigned this person a lead since its `turn - 1`.
    """

    person_id: str
    by: int
    taken: OwnerState | None = None
