"""People at work by hour, from shifts and leaves (M1)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterMember:
    """An active pool member with their shifts and leaves."""

    person: str
    pools: tuple[str, ...]
    calendar: Calendar
    absences: tuple[Absence, ...] = ()

    def at_work(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield when they work in [start, end)."""
        for opens, closes in self.calendar.open_between(start, end):
            yield from without_leave(self.absences, opens, closes)

    def seconds_at_work(self, start: datetime, end: datetime) -> float:
        """Return how long they work in [start, end)."""
        return sum((closes - opens).total_seconds() for opens, closes in self.at_work(start, end))


def roster(policy: Policy) -> tuple[RosterMember, ...]:
    """Return the active members of all pools, in order.

    Pools of tests have no work, and so no members.
    """
    pools = {id_: pool for id_, pool in policy.pools.items() if id_ not in policy.test_pools}
    members = {member for pool in pools.values() for member in pool.members} - set(policy.inactive)
    return tuple(
        RosterMember(
            person=person,
            pools=tuple(sorted(id_ for id_, pool in pools.items() if person in pool.members)),
            calendar=policy.calendar_of(person),
            absences=policy.people[person].away,
        )
        for person in sorted(members)
    )


def without_leave(absences: Iterable[Absence], start: datetime, end: datetime) -> Iterator[Span]:
    """Yield a stretch of working time without planned leave."""
    for leave in sorted(absences, key=lambda leave: leave.start):
        if leave.end <= start or leave.start >= end:
            continue
        if leave.start > start:
            yield start, leave.start
        start = leave.end
    if start < end:
        yield start, end


class Presence:
    """People at work at each moment of a period."""

    def __init__(self, members: Iterable[RosterMember], start: datetime, end: datetime) -> None:
        """Take the roster and the period."""
        changes: dict[datetime, int] = {start: 0}
        for member in members:
            for opens, closes in member.at_work(start, end):
                changes[opens] = changes.get(opens, 0) + 1
                changes[closes] = changes.get(closes, 0) - 1
        self._since = sorted(changes)
        self._people: list[int] = []
        for at in self._since:
            self._people.append((self._people[-1] if self._people else 0) + changes[at])

    @property
    def most(self) -> int:
        """Return the most people at work at one moment."""
        return max(self._people)

    def counts(self, start: datetime, end: datetime) -> Iterator[tuple[float, int]]:
        """Yield seconds and the constant number of people.

        They are the stretches of [start, end) in which the number does not change.
        """
        place = max(0, bisect_right(self._since, start) - 1)
        while start < end:
            until = self._since[place + 1] if place + 1 < len(self._since) else end
            yield (min(until, end) - start).total_seconds(), self._people[place]
            start, place = until, place + 1

    def person_seconds(self, start: datetime, end: datetime) -> float:
        """Return the working seconds of all people in [start, end)."""
        return sum(seconds * people for seconds, people in self.counts(start, end))


def hour_of(day: date, hour: int, zone: ZoneInfo) -> Span:
    """Return the instants of a local hour.

    Empty when clocks skip it, two hours when they repeat it.
    """
    start = datetime.combine(day, time(hour), zone)
    end = datetime.combine(day + timedelta(days=hour == 23), time((hour + 1) % 24), zone)
    return start.astimezone(UTC), end.astimezone(UTC)
