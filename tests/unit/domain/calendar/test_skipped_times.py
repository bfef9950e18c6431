"""Skipped dates and skipped clock times: nothing is due then."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.compliance.contact_hours import ContactWindow

LONG = settings().max_examples > 1_000
DATES_LEFT_OUT = {
    "Pacific/Apia": date(2011, 12, 30),
    "Pacific/Fakaofo": date(2011, 12, 30),
    "Pacific/Kwajalein": date(1993, 8, 21),
    "Pacific/Kiritimati": date(1994, 12, 31),
    "Pacific/Kanton": date(1994, 12, 31),
    "Asia/Manila": date(1844, 12, 31),
    "Pacific/Guam": date(1844, 12, 31),
}
"""Every zone that crossed the date line westward, by the tz database."""

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
HOURS = (Period(time(9), time(17)),)


def dates_of(zone: ZoneInfo, around: date) -> list[date]:
    """Return the local dates around one, read every half hour.

    They reach from five days before to nine days after.
    """
    start = datetime.combine(around, time(), tzinfo=UTC) - timedelta(days=5)
    return sorted({(start + timedelta(minutes=30) * n).astimezone(zone).date() for n in range(14 * 48)})


@pytest.mark.parametrize("name", DATES_LEFT_OUT)
def test_the_zone_skips_the_date(name: str) -> None:
    assert DATES_LEFT_OUT[name] not in dates_of(ZoneInfo(name), DATES_LEFT_OUT[name])


def test_in_samoa_nothing_was_due_on_friday_30_december_2011() -> None:
    zone = ZoneInfo("Pacific/Apia")
    office = Calendar(id="office", zone=zone, week=dict.fromkeys(range(5), HOURS))
    thursday_evening = datetime.fromisoformat("2011-12-29T19:00-10:00")
    assert office.by_next_business_day(thursday_evening, time(10)) == datetime.fromisoformat("2012-01-02T10:00+14:00")
    always = Calendar(id="always", zone=zone, always=True)
    assert always.by_next_business_day(thursday_evening, time(10)) == datetime.fromisoformat("2011-12-31T10:00+14:00")


@pytest.mark.slow
@settings(max_examples=5_000 if LONG else 200)
@given(
    name=st.sampled_from(sorted(DATES_LEFT_OUT)),
    minutes=st.integers(-4 * 24 * 60, 2 * 24 * 60),
    at=TIMES,
    days=st.sets(st.integers(0, 6), min_size=1),
    always=st.booleans(),
)
def test_a_deadline_by_time_of_day_falls_on_the_first_existing_date(
    name: str, minutes: int, at: time, days: set[int], always: bool
) -> None:
    zone, left_out = ZoneInfo(name), DATES_LEFT_OUT[name]
    calendar = Calendar(id="c", zone=zone, week=dict.fromkeys(days, HOURS), always=always)
    start = datetime.combine(left_out, time(), tzinfo=UTC) + timedelta(minutes=minutes)
    due = next(
        due
        for day in dates_of(zone, left_out)
        if (always or day.weekday() in days) and (due := datetime.combine(day, at, tzinfo=zone).astimezone(UTC)) > start
    )
    assert calendar.by_next_business_day(start, at) == due


@pytest.mark.slow
@settings(max_examples=20_000 if LONG else 400)
@given(
    name=st.sampled_from(ZONES),
    start=st.integers(0, 70 * 365 * 24 * 60).map(lambda m: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=m)),
    at=TIMES,
)
def test_in_every_zone_a_deadline_by_time_of_day_is_when_the_clock_shows_or_skips_it(
    name: str, start: datetime, at: time
) -> None:
    zone = ZoneInfo(name)
    due = Calendar(id="always", zone=zone, always=True).by_next_business_day(start, at)
    wall = due.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(wall.date(), at)
    just_before = (due - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert due > start
    assert just_before < wanted <= wall or wall.date() > just_before.date(), "the first moment, or a jump over midnight"
    assert due - start <= timedelta(hours=49)


@pytest.mark.parametrize(
    ("zone", "start", "at", "due"),
    [
        ("Europe/Berlin", "2026-03-28T12:00+01:00", time(2, 30), "2026-03-29T03:00+02:00"),
        ("America/New_York", "2026-03-07T12:00-05:00", time(2), "2026-03-08T03:00-04:00"),
        ("America/Sao_Paulo", "2018-11-03T12:00-03:00", time(0), "2018-11-04T01:00-02:00"),
        ("Africa/Cairo", "2026-04-23T12:00+02:00", time(0, 30), "2026-04-24T01:00+03:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00+10:30", time(2, 15), "2026-10-04T02:30+11:00"),
        ("Europe/Berlin", "2026-10-24T12:00+02:00", time(2, 30), "2026-10-25T02:30+02:00"),  # twice: the first time
    ],
)
def test_a_skipped_time_is_due_at_the_jump(zone: str, start: str, at: time, due: str) -> None:
    calendar = Calendar(id="always", zone=ZoneInfo(zone), always=True)
    assert calendar.by_next_business_day(datetime.fromisoformat(start), at) == datetime.fromisoformat(due)


def test_a_day_without_its_working_hours_is_not_a_business_day() -> None:
    night = Calendar(
        id="night", zone=ZoneInfo("Europe/Berlin"), week=dict.fromkeys(range(7), (Period(time(2), time(3)),))
    )
    saturday = datetime.fromisoformat("2026-03-28T12:00+01:00")
    assert night.by_next_business_day(saturday, time(10)) == datetime.fromisoformat("2026-03-30T10:00+02:00")


def test_a_text_is_not_permitted_by_the_hours_of_a_skipped_date() -> None:
    fridays_only = tuple(((time(8), time(21)) if day == 4 else None) for day in range(7))
    window = ContactWindow(zone=ZoneInfo("Pacific/Apia"), week=fridays_only)
    thursday_evening = datetime.fromisoformat("2011-12-29T22:00-10:00")
    assert window.opens(thursday_evening) == datetime.fromisoformat("2012-01-06T08:00+14:00")
