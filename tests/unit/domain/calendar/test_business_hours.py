"""Working time against a tick-by-tick reading of the wall clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.bench.naive_calendar import WallClock
from leadtight.domain.calendar.business_hours import LONGEST_CLOSURE_DAYS, Calendar, Period
from leadtight.reference.holidays import HolidayDates

MINUTE, TICK = timedelta(minutes=1), timedelta(minutes=15)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
WEEKDAYS = range(5)
NINE_TO_FIVE = Calendar(
    id="office", zone=BERLIN, week=dict.fromkeys(WEEKDAYS, (Period(time(9), time(17)),)), closed=frozenset()
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


LONG = settings().max_examples > 1_000

# Days around clock changes of both hemispheres, zones that change at midnight or by half an hour, and a year's end.
CHANGES = (
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("America/Santiago", "2026-09-05"),
    ("Africa/Cairo", "2026-04-23"),
    ("Africa/Cairo", "2026-10-29"),
    ("Pacific/Apia", "2011-12-29"),
    ("Asia/Kolkata", "2026-12-30"),
    ("Pacific/Auckland", "2026-12-31"),
    ("UTC", "2028-02-28"),
    ("Europe/Berlin", "2027-12-30"),
    ("America/New_York", "2024-02-27"),
)


@st.composite
def weeks(draw: st.DrawFn) -> dict[int, tuple[Period, ...]]:
    """Draw weekly working hours.

    Up to three periods a day, some days off, some until midnight.
    """
    week = {}
    for day in range(7):
        edges = sorted(draw(st.lists(st.integers(0, 48), max_size=6, unique=True)))
        pairs = list(zip(edges[::2], edges[1::2], strict=False))
        week[day] = tuple(Period(_half(start), _half(end)) for start, end in pairs)
    return week


@st.composite
def calendars(draw: st.DrawFn, zone: str, first: date) -> Calendar:
    """Draw a calendar with exceptions from `first` on.

    Closed days, holidays and one-off openings, also on the same day.
    """
    near = st.integers(0, 4).map(lambda n: first + timedelta(days=n))
    hours = weeks().map(lambda week: week[0] or (Period(time(10), time(14)),))
    return Calendar(
        id="c",
        zone=ZoneInfo(zone),
        week=draw(weeks().filter(lambda week: any(week.values()))),
        closed=draw(st.frozensets(near, max_size=2)),
        holidays=draw(st.frozensets(near, max_size=2) | st.just(HolidayDates(("DE-HH", "US")))),
        opened=draw(st.dictionaries(near, hours, max_size=2)),
    )


def _half(count: int) -> time:
    return time() if count == 48 else time(count // 2, count % 2 * 30)


@pytest.mark.slow
@settings(max_examples=12_000 if LONG else 100)
@given(data=st.data(), change=st.sampled_from(CHANGES), start=st.integers(0, 3 * 96), length=st.integers(0, 2 * 96))
def test_working_time_equals_local_clock_time_tick_by_tick(
    data: st.DataObject, change: tuple[str, str], start: int, length: int
) -> None:
    first = date.fromisoformat(change[1])
    calendar = data.draw(calendars(change[0], first))
    oracle = WallClock(calendar, first, 6, TICK)
    begin = datetime.combine(first, time(), tzinfo=calendar.zone).astimezone(UTC) + TICK * start
    end = begin + TICK * length
    assert calendar.between(begin, end) == oracle.between(begin, end)
    assert calendar.is_open(begin) == oracle.is_open_at(begin)
    expected = oracle.add(begin, TICK * length)
    if expected is not None:  # else it lies beyond the days that the oracle reads
        assert calendar.add(begin, TICK * length) == expected
    closes = oracle.close_of_business(begin)
    if closes is not None and closes < oracle.ticks[-96]:
        assert calendar.close_of_business(begin) == closes


INSTANTS = st.integers(0, 2 * 366 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(begin=INSTANTS, minutes=st.integers(0, 20_000))
def test_adding_and_measuring_are_inverse(begin: datetime, minutes: int) -> None:
    working = MINUTE * minutes
    assert NINE_TO_FIVE.between(begin, NINE_TO_FIVE.add(begin, working)) == working


@given(begin=INSTANTS, parts=st.lists(st.integers(1, 900), max_size=5))
def test_adding_in_parts_equals_adding_at_once(begin: datetime, parts: list[int]) -> None:
    stepwise = begin
    for part in parts:
        stepwise = NINE_TO_FIVE.add(stepwise, MINUTE * part)
    assert not parts or stepwise == NINE_TO_FIVE.add(begin, MINUTE * sum(parts))


def test_friday_half_past_four_plus_one_business_hour_is_monday_half_past_nine() -> None:
    assert NINE_TO_FIVE.add(at("2026-11-20T16:30"), timedelta(hours=1)) == at("2026-11-23T09:30")


def test_a_window_ending_at_closing_time_ends_there() -> None:
    assert NINE_TO_FIVE.add(at("2026-11-20T16:00"), timedelta(hours=1)) == at("2026-11-20T17:00")


def test_a_lead_at_night_starts_at_opening_time() -> None:
    assert NINE_TO_FIVE.add(at("2026-11-22T03:00"), timedelta(minutes=5)) == at("2026-11-23T09:05")


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        ("2026-11-22T03:00", "2026-11-23T10:00"),  # Sunday night: Monday
        ("2026-11-24T05:00", "2026-11-24T10:00"),  # Tuesday before opening: the same day
        ("2026-11-24T19:00", "2026-11-25T10:00"),  # Tuesday evening: Wednesday
        ("2026-11-20T19:00", "2026-11-23T10:00"),  # Friday evening: Monday
        ("2026-11-24T10:00", "2026-11-25T10:00"),  # on the dot: tomorrow
    ],
)
def test_after_hours_leads_are_due_by_ten_on_the_next_business_day(arrived: str, due: str) -> None:
    assert NINE_TO_FIVE.by_next_business_day(at(arrived), time(10)) == at(due)


def test_a_holiday_at_the_turn_of_the_year_is_skipped() -> None:
    calendar = Calendar(
        id="office", zone=BERLIN, week=NINE_TO_FIVE.week, closed=frozenset({date(2026, 12, 31), date(2027, 1, 1)})
    )
    assert calendar.add(at("2026-12-30T16:30"), timedelta(hours=1)) == at("2027-01-04T09:30")
    assert calendar.by_next_business_day(at("2026-12-30T18:00"), time(10)) == at("2027-01-04T10:00")


def test_a_one_off_opening_overrides_all_other_rules() -> None:
    saturday, christmas, monday = date(2026, 12, 19), date(2026, 12, 25), date(2026, 12, 21)
    calendar = replace(
        NINE_TO_FIVE,
        closed=frozenset({christmas}),
        holidays={christmas},
        opened=dict.fromkeys((saturday, christmas, monday), (Period(time(10), time(14)),)),
    )
    for day in ("2026-12-19", "2026-12-25", "2026-12-21"):
        assert calendar.between(at(f"{day}T00:00"), at(f"{day}T23:00")) == timedelta(hours=4)
    assert calendar.by_next_business_day(at("2026-12-18T19:00"), time(10)) == at("2026-12-19T10:00")


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        ("2026-11-20T12:00", "2026-11-20T17:00"),  # in hours: the same day
        ("2026-11-20T16:59", "2026-11-20T17:00"),
        ("2026-11-20T17:00", "2026-11-23T17:00"),  # after hours on Friday: Monday
        ("2026-11-22T03:00", "2026-11-23T17:00"),
        ("2026-11-23T05:00", "2026-11-23T17:00"),  # before opening: the same day
        ("2026-12-31T18:00", "2027-01-04T17:00"),  # over New Year's Day, a holiday, and a weekend
    ],
)
def test_the_end_of_business_is_todays_or_the_next_business_days(arrived: str, due: str) -> None:
    calendar = replace(NINE_TO_FIVE, holidays=HolidayDates(("DE",)))
    assert calendar.close_of_business(at(arrived)) == at(due)


def test_the_end_of_business_is_after_the_last_period_of_a_day() -> None:
    week = dict.fromkeys(WEEKDAYS, (Period(time(9), time(12)), Period(time(13), time(17))))
    calendar = replace(NINE_TO_FIVE, week=week)
    assert calendar.close_of_business(at("2026-11-20T10:00")) == at("2026-11-20T17:00")
    assert calendar.close_of_business(at("2026-11-20T12:30")) == at("2026-11-20T17:00")


def test_days_of_23_and_25_hours_count_actual_working_time() -> None:
    round_the_clock = Calendar(id="c", zone=NEW_YORK, week=dict.fromkeys(range(7), (Period(time(), time()),)))
    spring, autumn = at("2026-03-08T00:00", NEW_YORK), at("2026-11-01T00:00", NEW_YORK)
    assert round_the_clock.between(spring, at("2026-03-09T00:00", NEW_YORK)) == timedelta(hours=23)
    assert round_the_clock.between(autumn, at("2026-11-02T00:00", NEW_YORK)) == timedelta(hours=25)


def test_two_periods_around_a_skipped_hour_do_not_overlap() -> None:
    week = dict.fromkeys(range(7), (Period(time(1), time(2, 30)), Period(time(2, 45), time(4))))
    calendar = Calendar(id="c", zone=NEW_YORK, week=week)
    midnight = at("2026-03-08T00:00", NEW_YORK)
    assert calendar.between(midnight, at("2026-03-08T12:00", NEW_YORK)) == timedelta(hours=2)
    assert calendar.add(midnight, timedelta(minutes=90)) == at("2026-03-08T03:30", NEW_YORK)


def test_always_never_closes() -> None:
    always = Calendar(id="always", zone=ZoneInfo("UTC"), always=True)
    sunday = at("2026-11-22T03:00")
    assert always.add(sunday, timedelta(hours=1)) == sunday + timedelta(hours=1)
    assert always.between(sunday, sunday + timedelta(days=2)) == timedelta(days=2)
    assert always.is_open(sunday)
    assert not always.is_after_hours(sunday)
    assert always.by_next_business_day(sunday, time(10)) == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert list(always.open_between(sunday, sunday + MINUTE)) == [(sunday, sunday + MINUTE)]
    with pytest.raises(ValueError, match="'always' never closes"):
        always.close_of_business(sunday)


def test_a_break_is_closed_but_not_after_hours() -> None:
    calendar = Calendar(
        id="c", zone=BERLIN, week=dict.fromkeys(WEEKDAYS, (Period(time(9), time(12)), Period(time(13), time(17))))
    )
    lunch, early, after, sunday = (at(f"2026-11-{t}") for t in ("23T12:30", "23T08:59", "23T17:00", "22T12:00"))
    assert not calendar.is_open(lunch)
    assert not calendar.is_after_hours(lunch)
    assert all(calendar.is_after_hours(t) for t in (early, after, sunday))


def test_a_negative_span_is_zero() -> None:
    assert NINE_TO_FIVE.between(at("2026-11-24T12:00"), at("2026-11-23T12:00")) == timedelta()


def test_a_year_of_working_time_is_computed_by_periods() -> None:
    calls = 0

    class Counted(dict[int, tuple[Period, ...]]):
        def get(self, key: int, default: Any = None) -> Any:
            nonlocal calls
            calls += 1
            return super().get(key, default)

    calendar = Calendar(id="c", zone=BERLIN, week=Counted(NINE_TO_FIVE.week))
    calendar.add(at("2026-01-01T00:00"), timedelta(hours=2_000))
    assert calls < 400


def test_a_calendar_closed_for_years_says_so_instead_of_searching_endlessly() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(5 * 366))
    calendar = Calendar(id="office", zone=BERLIN, week=NINE_TO_FIVE.week, closed=closed)
    with pytest.raises(ValueError, match="'office' is never open"):
        calendar.add(at("2026-01-01T00:00"), timedelta(hours=1))
    with pytest.raises(ValueError, match="'office' has no business day"):
        calendar.by_next_business_day(at("2026-01-01T00:00"), time(10))


def closed_until(opening: date, days: int) -> Calendar:
    """Return a calendar that is closed before `opening`.

    It is closed for `days` days, with any hours on every other day.
    """
    closed = frozenset(opening - timedelta(days=n) for n in range(1, days + 1))
    return Calendar(id="c", zone=BERLIN, week=dict.fromkeys(range(7), (Period(time(9), time(17)),)), closed=closed)


@pytest.mark.parametrize(("hour", "closed_days"), [(12, LONGEST_CLOSURE_DAYS - 1), (16, LONGEST_CLOSURE_DAYS)])
def test_a_closure_of_three_years_is_bridged_to_the_day(hour: int, closed_days: int) -> None:
    """Checked from two starting times.

    From noon of its first day, and from an hour before the end of the last working day before it.
    """
    opening = date(2029, 1, 5)
    first = opening - timedelta(days=closed_days + (hour == 16))
    start = datetime.combine(first, time(hour), tzinfo=BERLIN)
    due = datetime.combine(opening, time(10), tzinfo=BERLIN)
    assert closed_until(opening, closed_days).add(start, timedelta(hours=2 if hour == 16 else 1)) == due
    with pytest.raises(ValueError, match="is never open"):
        closed_until(opening + timedelta(days=1), closed_days + 1).add(start, timedelta(hours=2))


def test_the_day_is_that_of_the_calendars_zone() -> None:
    week = dict.fromkeys(WEEKDAYS, (Period(time(9), time(12)), Period(time(13), time(19))))
    east, west = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles")
    assert not Calendar(id="c", zone=east, week=week).is_after_hours(at("2026-11-23T12:30", east))  # Sunday in UTC
    by_six = Calendar(id="c", zone=west, week=week).by_next_business_day(at("2026-11-23T17:00", west), time(18))
    assert by_six == at("2026-11-23T18:00", west)  # Tuesday in UTC


def test_a_break_begins_the_moment_a_period_ends() -> None:
    week = dict.fromkeys(WEEKDAYS, (Period(time(9), time(12)), Period(time(13), time(17))))
    assert not Calendar(id="c", zone=BERLIN, week=week).is_after_hours(at("2026-11-23T12:00"))


def test_an_empty_span_is_zero() -> None:
    assert list(NINE_TO_FIVE.open_between(at("2026-11-23T08:00"), at("2026-11-23T09:00"))) == []
