"""The next callable minute against a walk by minutes (G1)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.compliance.contact_hours import ContactWindow, every_day
from leadtight.domain.outcomes.call_task import call_due
from leadtight.policy import loader as policies

OFFICE = policies.shipped().calendars["office"]
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = {
    **dict.fromkeys(range(4), ((time(9), time(12, 30)), (time(13, 30), time(18)))),
    4: ((time(9), time(12, 30)), (time(13, 30), time(16))),
}
CLOSED = {date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 31), date(2027, 1, 1)} | {
    date(2027, 3, 26),
    date(2027, 3, 29),
}
PLACES = (
    ("Europe/Berlin",),
    ("America/Los_Angeles",),
    ("America/New_York", "America/Los_Angeles"),
    ("Europe/London", "Asia/Kolkata"),
    ("Asia/Singapore",),
    (),
)
STARTS = (
    datetime(2026, 11, 23, 17, 30, tzinfo=UTC),  # 18:30 in Berlin, after closing
    datetime(2026, 11, 27, 15, 5, tzinfo=UTC),  # a Friday evening
    datetime(2026, 12, 23, 17, 1, tzinfo=UTC),  # before two closed days and a weekend
    datetime(2027, 3, 25, 22, 59, tzinfo=UTC),  # before Good Friday, and the night of the changed clocks
    datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # the night in which the clocks go back
    datetime(2026, 11, 24, 11, 45, tzinfo=UTC),  # in the lunch break
    datetime(2026, 11, 24, 7, 0, tzinfo=UTC),
)


def walk(zones: Sequence[str], start: datetime) -> datetime:
    """Return the first callable minute by trying each."""
    at = start
    while not (is_working(at) and all(is_permitted(at, zone) for zone in zones)):
        at += timedelta(minutes=1)
    return at


def is_working(at: datetime) -> bool:
    here = at.astimezone(BERLIN)
    periods = () if here.date() in CLOSED else HOURS.get(here.weekday(), ())
    return any(opens <= here.time() < closes for opens, closes in periods)


def is_permitted(at: datetime, zone: str) -> bool:
    return 8 <= at.astimezone(ZoneInfo(zone)).hour < 21


def windows(zones: Sequence[str]) -> tuple[ContactWindow, ...]:
    return tuple(ContactWindow(zone=ZoneInfo(zone), week=every_day(time(8), time(21))) for zone in zones)


@pytest.mark.parametrize("zones", PLACES)
@pytest.mark.parametrize("start", STARTS)
def test_a_call_is_due_in_the_first_working_and_permitted_minute(zones: Sequence[str], start: datetime) -> None:
    assert call_due(OFFICE, windows(zones), start) == walk(zones, start)


def test_the_last_minute_of_a_permitted_hour_counts_and_the_next_does_not() -> None:
    always = Calendar(id="always", zone=BERLIN, always=True)
    here = windows(["Europe/Berlin"])
    last, night = datetime(2026, 11, 23, 19, 59, tzinfo=UTC), datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert call_due(always, here, last) == last
    assert call_due(always, here, night) == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_where_work_and_permission_never_meet_the_permitted_hour_decides() -> None:
    mornings = Calendar(id="mornings", zone=BERLIN, week=dict.fromkeys(range(7), (OFFICE.week[0][0],)))
    start = datetime(2026, 6, 22, 8, 0, tzinfo=UTC)
    los_angeles = windows(["America/Los_Angeles"])  # 08:00 there is 17:00 in Berlin
    assert call_due(mornings, los_angeles, start) == datetime(2026, 6, 22, 15, 0, tzinfo=UTC)
