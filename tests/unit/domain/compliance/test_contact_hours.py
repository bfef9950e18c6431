"""The first instant permitted in every candidate zone (H3).

It is right across clock changes.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.compliance.contact_hours import ContactWindow, Day, every_day, first_permitted

MINUTE = timedelta(minutes=1)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kolkata",
]
HOURS = st.tuples(st.integers(6, 11), st.integers(16, 22)).map(lambda h: (time(h[0]), time(h[1])))
WEEKS = st.lists(st.one_of(st.none(), HOURS, HOURS, HOURS), min_size=7, max_size=7).map(tuple)


def is_open(window: ContactWindow, at: datetime) -> bool:
    """Check local time against a window, independently of the product."""
    local = at.astimezone(window.zone)
    hours: Day | None = window.week[local.weekday()]
    return hours is not None and local.date() not in window.closed and hours[0] <= local.time() < hours[1]


@given(
    places=st.lists(st.tuples(st.sampled_from(ZONES), WEEKS), min_size=1, max_size=4),
    minute=st.integers(0, 366 * 1440),
    closed=st.sets(st.integers(0, 20), max_size=3),
)
def test_the_instant_is_inside_every_candidate_window_and_never_later_than_needed(
    places: list[tuple[str, tuple[Day | None, ...]]], minute: int, closed: set[int]
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + minute * MINUTE
    days = frozenset(now.date() + timedelta(days=n) for n in closed)
    windows = [ContactWindow(zone=ZoneInfo(zone), week=week, closed=days) for zone, week in places]
    instant = first_permitted(windows, now)
    until = instant or now + timedelta(days=10)
    assert instant is None or all(is_open(window, instant) for window in windows)
    tried = (now + n * 30 * MINUTE for n in range(20 * 48))
    assert not any(all(is_open(w, at) for w in windows) for at in tried if at < until)


def test_hours_begin_and_end_to_the_minute_on_days_of_clock_changes() -> None:
    berlin = ContactWindow(zone=ZoneInfo("Europe/Berlin"), week=every_day(time(8), time(21)))
    for day, hour in ((date(2026, 3, 28), 7), (date(2026, 3, 29), 6), (date(2026, 10, 24), 6), (date(2026, 10, 25), 7)):
        opens = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        assert berlin.opens(opens - MINUTE) == opens
        assert berlin.opens(opens) == opens
        closes = opens + timedelta(hours=13)
        assert berlin.opens(closes - MINUTE) == closes - MINUTE
        assert berlin.opens(closes) != closes


def test_disjoint_windows_have_no_instant() -> None:
    first, other = (
        ContactWindow(zone=ZoneInfo("UTC"), week=every_day(time(a), time(b))) for a, b in ((8, 10), (10, 12))
    )
    assert first_permitted([first, other], datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert first.opens(datetime(2026, 1, 1, 10, tzinfo=UTC)) == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert ContactWindow(zone=ZoneInfo("UTC"), week=7 * (None,)).opens(datetime(2026, 1, 1, tzinfo=UTC)) is None
