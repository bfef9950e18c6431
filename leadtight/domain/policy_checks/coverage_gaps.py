"""Coverage gaps of a policy (C4).

They are hours in which a promise counts and no member works, and leads that no member can take.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours, Pool
from leadtight.domain.routing.eligibility import SKILL_FIELDS

_WEEK = datetime(2026, 1, 5, tzinfo=UTC)  # any week without a change of the clock: only weekly hours are compared
Stretch = tuple[datetime, datetime]


def find_gaps(policy: Policy) -> Iterator[Problem]:
    """Yield coverage gaps by path.

    They are hours of the week and kinds of leads that a pool gets but no member covers. Every lead has a rule and an
    owner all the same: the last rule always holds, and the catch-all person takes the rest.
    """
    yield from _without_people(policy)
    yield from _without_hours(policy)
    yield from _without_anyone_at_work(policy)
    yield from _without_skills(policy)


def _without_people(policy: Policy) -> Iterator[Problem]:
    for name, pool in policy.pools.items():
        if not _active(policy, pool):
            yield Problem(f"pools.{name}.members", "has no active member: the catch-all person gets all its leads")


def _without_hours(policy: Policy) -> Iterator[Problem]:
    """Yield pools and hours without a working member.

    They are pools that never work when a promise counts, and hours in which one counts and no member of any pool works.
    """
    worked = {name: _worked(policy, pool) for name, pool in policy.pools.items()}
    everybody = sorted(stretch for stretches in worked.values() for stretch in stretches)
    for target in sorted({t for tier in policy.tiers for t in (tier.target, *tier.target_by_source.values())}):
        calendar = policy.calendars[policy.targets[target].calendar]
        for name, stretches in worked.items():
            if stretches and _open(calendar, stretches) == _hours(calendar):
                detail = f"no member works in the hours counted by targets.{target}"
                yield Problem(f"pools.{name}.members", detail)
        if everybody and not calendar.always:  # a promise by the clock counts at night on purpose
            yield from _hole(f"targets.{target}.calendar", calendar, everybody)


def _hole(path: str, calendar: Calendar, worked: Sequence[Stretch]) -> Iterator[Problem]:
    left = _open(calendar, worked)
    if left and left != _hours(calendar):
        hours, first = _in_words(left, calendar.zone)
        yield Problem(path, f"counts in {hours:g} hours a week in which no pool member works, the first {first}")


def _without_anyone_at_work(policy: Policy) -> Iterator[Problem]:
    """Yield pools that leave hours to the catch-all person.

    They skip people outside their hours (C7), and there are hours of the week in which no member works.
    """
    for name, pool in policy.pools.items():
        worked = _worked(policy, pool)
        left = list(_minus((_WEEK, _WEEK + timedelta(days=7)), worked))
        if pool.outside_hours is OutsideHours.SKIP and worked and left:
            hours, first = _in_words(left, policy.company.zone)
            detail = (
                f"no member works in {hours:g} hours a week, the first {first}: the catch-all person gets the leads of "
                "those hours, unless it is shift_start"
            )
            yield Problem(f"pools.{name}.outside_hours", detail)


def _in_words(left: Sequence[Stretch], zone: ZoneInfo) -> tuple[float, str]:
    """Return the hours of the stretches, and the first."""
    hours = sum((end - begin for begin, end in left), timedelta()) / timedelta(hours=1)
    begin, end = (at.astimezone(zone) for at in left[0])
    return hours, f"{begin:%a %H:%M}-{end:%H:%M}"


def _open(calendar: Calendar, worked: Sequence[Stretch]) -> list[Stretch]:
    """Return the hours of a calendar without a working member."""
    return [gap for stretch in _hours(calendar) for gap in _minus(stretch, worked)]


def _worked(policy: Policy, pool: Pool) -> list[Stretch]:
    return sorted(stretch for person in _active(policy, pool) for stretch in _hours(policy.calendar_of(person)))


def _minus(stretch: Stretch, worked: Sequence[Stretch]) -> Iterator[Stretch]:
    """Yield the parts of a stretch outside the worked ones.

    Those are in order.
    """
    begin, end = stretch
    for opens, closes in worked:
        if closes <= begin or opens >= end:
            continue
        if opens > begin:
            yield begin, opens
        begin = max(begin, closes)
    if begin < end:
        yield begin, end


def _without_skills(policy: Policy) -> Iterator[Problem]:
    for number, rule in enumerate(policy.routing.rules):
        pool = policy.pools[rule.pool]
        skills = frozenset(s for person in _active(policy, pool) for s in policy.people[person].skills)
        for need in (n for n in SKILL_FIELDS if n in pool.require):
            for value in getattr(rule.when, need):
                if skills.isdisjoint({value.casefold(), value.casefold().partition("-")[0]}):
                    detail = f"no member of {rule.pool!r} has {value!r}, which that pool requires"
                    yield Problem(f"routing.rules[{number}].when.{need}", detail)


def _active(policy: Policy, pool: Pool) -> list[str]:
    return [person for person in pool.members if policy.people[person].active]


def _hours(calendar: Calendar) -> list[Stretch]:
    weekly = replace(calendar, closed=frozenset(), holidays=frozenset(), opened={})
    return list(weekly.open_between(_WEEK, _WEEK + timedelta(days=7)))
