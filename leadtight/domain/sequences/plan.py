"""Times of a sequence's steps.

Instants are aware; results are in the zone of the calendar or in UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.enrolment import PlannedStep
from leadtight.domain.policy.sequences import SequenceStep

LEAST_APART = timedelta(days=1)


def plan(calendar: Calendar, steps: Iterable[SequenceStep], starts_at: datetime) -> tuple[PlannedStep, ...]:
    """Return the steps with their times.

    A step is due `after` the start by the clock, or at the calendar's next opening. Weekends must not pile steps up:
    two of them are as far apart as in the policy, up to a day.
    """
    planned: list[PlannedStep] = []
    after = timedelta()
    for step in steps:
        at = calendar.next_open(add_wall_clock(calendar, starts_at, step.after))
        if planned:
            at = _apart(calendar, at, planned[-1].at, step.after - after)
        after = step.after
        planned.append(PlannedStep(id=step.id, action=step.action, what=step.what, at=at, within=step.within))
    return tuple(planned)


def postpone(
    calendar: Calendar, steps: Sequence[PlannedStep], planned_at: datetime, happened_at: datetime
) -> tuple[PlannedStep, ...]:
    """Return the remaining steps, postponed after a late one.

    That one was planned for `planned_at` and happened at `happened_at`. Each keeps its own time unless it would come
    too close to the one before: an outage, or a late outcome, delays a plan and never triggers several steps at once.
    """
    moved: list[PlannedStep] = []
    planned, previous = planned_at, happened_at
    for step in steps:
        at = _apart(calendar, step.at, previous, step.at - planned)
        moved.append(replace(step, at=at))
        planned, previous = step.at, at
    return tuple(moved)


def add_wall_clock(calendar: Calendar, start: datetime, length: timedelta) -> datetime:
    """Return `length` after `start`, in UTC.

    Whole days are by the calendar's wall clock, the rest is elapsed time. Two days after Friday 10:00 is Sunday 10:00,
    also when the clock is set in between.
    """
    if not length.days:
        return start + length
    wall = start.astimezone(calendar.zone).replace(tzinfo=None) + timedelta(days=length.days)
    return wall.replace(tzinfo=calendar.zone).astimezone(UTC) + timedelta(seconds=length.seconds)


def _apart(calendar: Calendar, at: datetime, previous: datetime, planned: timedelta) -> datetime:
    least = min(planned, LEAST_APART)
    return at if at - previous >= least else calendar.next_open(previous + least)
