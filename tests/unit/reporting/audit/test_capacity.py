"""M1, M2: arrivals against staff, and the resulting queue."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leadtight.reporting.metrics.capacity import max_leads_per_hour, people_needed, service_level
from leadtight.reporting.metrics.query import Staffing
from tests.unit.reporting.audit.exports import PLAIN, report, write_csv

MONDAY = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - an export's wall-clock time
A_WEEK = (20, 35, 20, 8, 20)


@pytest.mark.proves("M2")
def test_a_team_for_twenty_a_day_has_fifteen_too_many_on_tuesday_and_idles_on_thursday(tmp_path: Path) -> None:
    rows = [
        (f"{day}-{n}", MONDAY + timedelta(days=day, minutes=13 * n), "", "Ada", "Ads", "Open")
        for day, leads in enumerate(A_WEEK)
        for n in range(leads)
    ]
    file = write_csv(tmp_path / "leads.csv", PLAIN, rows)
    result = report(file, "--people", "1", "--handling", "24m")["capacity"]
    days = {each["weekday"]: (each["capacity"], each["overflow"], each["idle"]) for each in result["weekdays"]}
    assert days["tue"] == (20.0, 15.0, 0.0)
    assert days["thu"] == (20.0, 0.0, 12.0)
    assert days["mon"] == (20.0, 0.0, 0.0)
    assert (result["overflow"], result["idle"]) == (15.0, 12.0)
    assert [(day["date"], day["overflow"]) for day in result["days"]] == [("2026-01-06", 15.0)]
    assert len(result["cells"]) == 168
    tuesday = next(cell for cell in result["cells"] if (cell["weekday"], cell["hour"]) == ("tue", 9))
    assert (tuesday["leads_a_week"], tuesday["gap"], tuesday["within_window"]) == (5.0, True, 0.0)
    assert tuesday["people_needed"] == people_needed(5.0, _staff(1))


def test_without_people_nothing_is_computed_with_a_reason(tmp_path: Path) -> None:
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, [("1", MONDAY, "", "Ada", "Ads", "Open")]))
    assert result["capacity"] is None
    assert "capacity" in {each["what"] for each in result["cannot_compute"]}


def _staff(people: int) -> Staffing:
    return Staffing(people=people, handling=timedelta(minutes=24), window=timedelta(minutes=5))


def test_erlang_c_of_a_textbook() -> None:
    """Five people get twenty an hour, ten minutes each.

    By hand, C(5, 10/3) is 0.327.
    """
    must_wait = 1 - service_level(0, 20, 5, 600)
    assert must_wait == pytest.approx(0.3267, abs=1e-3)
    assert service_level(300, 10, 1, 600) == 0.0
    assert service_level(300, 0, 1, 600) == 1.0


@pytest.mark.parametrize(("arrivals", "people"), [(6, 3), (20, 5)])
def test_the_model_agrees_with_a_simulated_queue(arrivals: int, people: int) -> None:
    chance, free, now, kept = random.Random(7), [0.0] * people, 0.0, 0
    for _ in range(30_000):
        now += chance.expovariate(arrivals / 3600)
        first = min(range(people), key=free.__getitem__)
        start = max(now, free[first])
        free[first] = start + chance.expovariate(1 / 600)
        kept += start - now <= 300
    assert kept / 30_000 == pytest.approx(service_level(300, arrivals, people, 600), abs=0.02)


def test_fewest_people_and_most_leads_are_the_bounds() -> None:
    needed = people_needed(9.0, _staff(1))
    assert needed
    assert service_level(300, 9.0, needed, 1440) >= 0.9 > service_level(300, 9.0, needed - 1, 1440)
    most = max_leads_per_hour(_staff(6))
    assert service_level(300, most, 6, 1440) >= 0.9 > service_level(300, most + 0.01, 6, 1440)
