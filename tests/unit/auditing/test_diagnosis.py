"""L1 to L4: ninety days of leads with one cause, and with each pair, are told apart through the command."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from leadtight.reporting.diagnosis import Counts, Group, diagnose, verdict
from tests.unit.auditing.exports import PLAIN, report, write_csv

ORDER = ("routing", "accountability", "capacity", "automation")
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - an export's wall-clock time


def _arrivals() -> Iterator[datetime]:
    for day in range(90):
        yield from (MONDAY + timedelta(days=day, minutes=73 * n + 11) for n in range(19))


def _set_with(causes: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Yield leads that are answered within three minutes, but for what the causes do."""
    for n, at in enumerate(_arrivals()):
        working = at.weekday() < 5 and 9 <= at.hour < 17
        owner, wait = f"Rep {n % 4}", timedelta(minutes=3)
        if "accountability" in causes and n % 3:
            wait = timedelta(minutes=40)
        reached = True
        if "capacity" in causes and n % 10 in (1, 4, 8):
            reached = False
        if "automation" in causes and not working:
            reached = reached and n % 5 == 0
        if "routing" in causes and n % 4 == 1:
            owner, reached = "", n % 3 == 0
        yield f"L{n}", at, at + wait if reached else "", owner, "Ads", "Open"


def _diagnosed(folder: Path, causes: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = report(write_csv(folder / "leads.csv", PLAIN, _set_with(causes)))["diagnosis"]
    return found


def test_a_set_without_a_leak_has_no_cause(tmp_path: Path) -> None:
    found = _diagnosed(tmp_path, ())
    assert found == {"primary": None, "causes": [], "verdict": "coach", "corrective_order": []}


@pytest.mark.parametrize("cause", ORDER)
def test_each_cause_is_found(cause: str, tmp_path: Path) -> None:
    found = _diagnosed(tmp_path, (cause,))
    names = [each["cause"] for each in found["causes"]]
    # What nobody answers while nobody works calls for automation, and for people at those hours.
    assert names == ([cause, "capacity"] if cause == "automation" else [cause])
    assert found["primary"] == cause
    assert all(each["evidence"] and 0 < each["share"] <= 1 for each in found["causes"])


@pytest.mark.parametrize("pair", list(combinations(ORDER, 2)))
def test_each_pair_is_found(pair: tuple[str, str], tmp_path: Path) -> None:
    found = _diagnosed(tmp_path, pair)
    expected = {*pair, "capacity"} if "automation" in pair else {*pair}
    assert {each["cause"] for each in found["causes"]} == expected
    assert found["primary"] == pair[0]
    assert found["corrective_order"] == [cause for cause in ORDER if cause in expected]


def test_days_with_a_surge_that_are_missed_call_for_automation_and_capacity(tmp_path: Path) -> None:
    rows = []
    for day in range(90):
        surge = day % 14 == 1  # a Tuesday
        for n in range(60 if surge else 16):
            at = MONDAY + timedelta(days=day, hours=9, minutes=7 * n if surge else 25 * n)
            rows.append(
                (f"{day}-{n}", at, "" if surge and n >= 20 else at + timedelta(minutes=2), "Ada", "Ads", "Open")
            )
    found = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    assert len(found["segments"]["surge_days"]) == 7
    assert found["diagnosis"]["corrective_order"] == ["capacity", "automation"]


def test_an_unknown_follow_up_rate_is_itself_a_finding(tmp_path: Path) -> None:
    found = report(write_csv(tmp_path / "leads.csv", ("id", "created_at"), [(1, "2026-01-05 10:00")]))
    assert found["diagnosis"]["primary"] == "accountability"
    assert found["diagnosis"]["verdict"] is None
    assert "diagnosis.verdict" in {each["what"] for each in found["cannot_compute"]}


@pytest.mark.parametrize(("never", "expected"), [(99, "coach"), (100, "coach"), (101, "structural")])
def test_exactly_a_tenth_is_not_structural(never: int, expected: str) -> None:
    assert verdict(1000, 1000 - never) == expected


@pytest.mark.parametrize(("part", "found"), [(100, []), (101, ["routing", "accountability", "capacity"])])
def test_a_cause_needs_more_than_a_tenth(part: int, found: list[str]) -> None:
    usual = Group(leads=1000, contacted=1000 - part, late_in_working_time=part * 9 // 10 + (part > 100), missed=part)
    counts = Counts(leads=1000, contacted=900, unowned=part, in_hours=usual)
    assert [each["cause"] for each in diagnose(counts)["causes"]] == found


def test_a_group_that_could_be_chance_proves_no_pattern() -> None:
    usual = Group(leads=40, contacted=38, late_in_working_time=0, missed=2)
    for off_hours, found in (
        (Group(5, 4, 0, 1), []),
        (Group(50, 40, 0, 10), []),
        (Group(50, 20, 0, 30), ["automation"]),
    ):
        counts = Counts(leads=95, contacted=90, unowned=0, in_hours=usual, off_hours=off_hours)
        assert [each["cause"] for each in diagnose(counts)["causes"]][:1] == found


def test_the_order_of_correction_is_fixed_even_when_a_later_cause_is_larger() -> None:
    usual = Group(leads=1000, contacted=400, late_in_working_time=0, missed=600)
    found = diagnose(Counts(leads=1200, contacted=600, unowned=121, in_hours=usual))
    assert found["corrective_order"] == ["routing", "capacity"]
    assert [each["share"] for each in found["causes"]] == [121 / 1200, 0.5]
