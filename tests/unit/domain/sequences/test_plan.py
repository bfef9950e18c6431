"""Due times of steps.

Steps are in hours, in order, apart, and by local time.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.policy.sequences import SequenceStep
from leadtight.domain.sequences.plan import LEAST_APART, add_wall_clock, plan, postpone

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC")
CALENDARS = st.builds(
    lambda zone, days, opens, hours: Calendar(
        id="office",
        zone=ZoneInfo(zone),
        week=dict.fromkeys(days, (Period(time(opens), time(min(opens + hours, 23))),)),
    ),
    st.sampled_from(ZONES),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 20),
    st.integers(1, 10),
)
ALWAYS = Calendar(id="always", zone=ZoneInfo("UTC"), always=True)
STARTS = st.integers(0, 2 * 366 * 1440).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
LENGTHS = st.integers(0, 60 * 24 * 40).map(lambda m: timedelta(minutes=m))
STEPS = st.lists(LENGTHS, min_size=1, max_size=6, unique=True).map(
    lambda all_after: tuple(
        SequenceStep(id=str(n), after=after, action=StepAction.TASK, what="Call")
        for n, after in enumerate(sorted(all_after))
    )
)


@given(calendar=CALENDARS | st.just(ALWAYS), steps=STEPS, start=STARTS)
def test_steps_fall_into_hours_in_order_apart_and_never_too_early(
    calendar: Calendar, steps: tuple[SequenceStep, ...], start: datetime
) -> None:
    planned = plan(calendar, steps, start)
    assert [p.id for p in planned] == [s.id for s in steps]
    for step, due in zip(steps, planned, strict=True):
        assert calendar.is_open(due.at)
        assert due.at >= add_wall_clock(calendar, start, step.after)
    for (earlier, later), (first, second) in zip(pairwise(planned), pairwise(steps), strict=True):
        assert later.at - earlier.at >= min(second.after - first.after, LEAST_APART)


@given(start=STARTS, steps=STEPS)
def test_a_calendar_that_never_closes_gives_exactly_the_planned_times(
    start: datetime, steps: tuple[SequenceStep, ...]
) -> None:
    assert [p.at - start for p in plan(ALWAYS, steps, start)] == [s.after for s in steps]


@given(calendar=CALENDARS, steps=STEPS, start=STARTS)
def test_a_kept_plan_is_never_moved(calendar: Calendar, steps: tuple[SequenceStep, ...], start: datetime) -> None:
    first, *rest = plan(calendar, steps, start)
    assert postpone(calendar, rest, first.at, first.at) == tuple(rest)


@given(calendar=CALENDARS, steps=STEPS, start=STARTS, late=LENGTHS)
def test_a_late_step_moves_the_others_only_as_far_as_needed(
    calendar: Calendar, steps: tuple[SequenceStep, ...], start: datetime, late: timedelta
) -> None:
    first, *rest = plan(calendar, steps, start)
    moved = postpone(calendar, rest, first.at, first.at + late)
    earlier, planned = first.at + late, first.at
    for old, new in zip(rest, moved, strict=True):
        assert new.at >= old.at
        assert new.at - earlier >= min(old.at - planned, LEAST_APART)
        assert new.at == old.at or new.at == calendar.next_open(earlier + min(old.at - planned, LEAST_APART))
        earlier, planned = new.at, old.at


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    days=st.integers(1, 90),
)
def test_whole_days_keep_local_time(zone: str, day: date, days: int) -> None:
    calendar = Calendar(id="c", zone=ZoneInfo(zone))
    noon = datetime(day.year, day.month, day.day, 12, 30, tzinfo=calendar.zone)
    later = add_wall_clock(calendar, noon.astimezone(UTC), timedelta(days=days)).astimezone(calendar.zone)
    assert (later.time(), later.date() - noon.date()) == (time(12, 30), timedelta(days=days))


def test_one_day_and_ten_hours_are_thirty_four_hours() -> None:
    calendar = Calendar(id="c", zone=ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 10, 24, 10, tzinfo=UTC)  # the clock goes back in the night
    assert add_wall_clock(calendar, start, timedelta(days=1, hours=10)) == add_wall_clock(
        calendar, start, timedelta(hours=34)
    )
