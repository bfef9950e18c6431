"""Late events: their days are rewritten and named."""

from datetime import date, timedelta

import pytest

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.domain.model.event import Event
from tests.unit.reporting.history import History, utc

pytestmark = pytest.mark.slow

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def night(h: History, day: date) -> dict[str, object]:
    after = utc(f"{day + timedelta(days=1)} 00:15")
    return h.reports().nightly(day, after)


def hidden(h: History, lead_id: str) -> dict[tuple[str, str], Event]:
    """Take a lead's latest event out of the log.

    It looks as if it had not been stored yet.
    """
    key = max(key for key in h.table._events if key[0] == lead_id)
    return {key: h.table._events.pop(key)}


def straight(h: History, *days: date) -> dict[str, bytes]:
    """Return the files of a company without late events."""
    files = MemoryFiles()
    for day in days:
        h.reports(files).nightly(day, utc("2026-05-01 12:00"))
    return files.files


def test_a_late_event_restates_its_day_and_the_result_names_it() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    h.outcome("l01", "2026-03-02 09:00", "connected")
    late = hidden(h, "l01")
    assert (night(h, MONDAY)["contacted"], night(h, TUESDAY)["restated"]) == (0, [])
    h.table._events |= late
    report = night(h, WEDNESDAY)
    assert (report["restated"], report["contacted"]) == (["2026-03-02", "2026-03-03"], 1)
    assert h.files.files == straight(h, MONDAY, TUESDAY, WEDNESDAY)
    assert night(h, WEDNESDAY)["restated"] == []


def test_a_lead_recorded_the_next_day_counts_on_its_arrival_day() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    night(h, MONDAY)
    h.receive("l02", "2026-03-03 08:00", came_at="2026-03-02 21:00")
    h.assign("l02", "2026-03-03 08:00:01")
    assert night(h, TUESDAY)["restated"] == ["2026-03-02"]
    again = h.reports().nightly(MONDAY, utc("2026-05-01 12:00"))
    assert (again["day"]["leads"], again["day"]["events"]["received"], again["problems"]) == (2, 1, [])
    assert h.files.files == straight(h, MONDAY, TUESDAY)


def test_an_old_day_is_restated_on_demand_with_every_later_night_it_changes() -> None:
    h = History()
    h.arrive("l01", "2026-03-02 08:00")
    h.outcome("l01", "2026-03-02 09:00", "won")
    late = hidden(h, "l01")
    for n in range(2, 6):
        night(h, date(2026, 3, n))
    h.table._events |= late
    report = h.reports().nightly(MONDAY, utc("2026-05-01 12:00"))
    assert report["restated"] == [f"2026-03-0{n}" for n in range(3, 6)]
    assert h.files.files == straight(h, *(date(2026, 3, n) for n in range(2, 6)))


def test_the_review_of_a_restated_day_is_rewritten() -> None:
    h = History()
    h.arrive("l01", "2026-03-07 08:00")
    h.outcome("l01", "2026-03-07 09:00", "connected")
    late = hidden(h, "l01")
    for n in (6, 7, 8):
        night(h, date(2026, 3, n))
    h.reports().weekly(date(2026, 3, 8), utc("2026-03-09 06:00"))
    h.table._events |= late
    assert night(h, date(2026, 3, 9))["restated"] == ["2026-03-07", "2026-03-08", "2026-W10"]
    assert b'"contacted": 1' in h.files.files["weekly/2026-W10/review.json"]
