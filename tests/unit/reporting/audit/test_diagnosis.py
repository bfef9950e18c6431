"""L1 to L4: one cause, and each pair, told apart.

Ninety days of leads go through the command.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from leadtight.reporting.metrics.diagnosis import Counts, Group, diagnose
from tests.unit.reporting.audit.exports import PLAIN, report, write_csv

pytestmark = pytest.mark.slow

ORDER = ("routing", "accountability", "capacity", "automation")
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - an export's wall-clock time


def _arrivals() -> Iterator[datetime]:
    for day in range(90):
        yield from (MONDAY + timedelta(days=day, minutes=73 * n + 11) for n in range(19))


def _set_with(causes: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Yield leads answered within three minutes, except by the causes."""
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
    diagnosis: dict[str, Any] = report(write_csv(folder / "leads.csv", PLAIN, _set_with(causes)))["diagnosis"]
    return diagnosis


def test_data_without_a_leak_has_no_cause(tmp_path: Path) -> None:
    diagnosis = _diagnosed(tmp_path, ())
    basis = diagnosis.pop("basis")
    assert diagnosis == {"primary": None, "causes": [], "verdict": "coach", "corrective_order": [], "withheld": []}
    assert [row["group"] for row in basis] == ["in_hours", "surge", "off_hours", "without_owner"]


@pytest.mark.proves("L1")
@pytest.mark.parametrize("cause", ORDER)
def test_each_cause_is_found(cause: str, tmp_path: Path) -> None:
    diagnosis = _diagnosed(tmp_path, (cause,))
    names = [each["cause"] for each in diagnosis["causes"]]
    # Unanswered leads outside hours call for automation, and for staff at those hours.
    assert names == ([cause, "capacity"] if cause == "automation" else [cause])
    assert diagnosis["primary"] == cause
    assert "" not in {each["evidence"] for each in diagnosis["causes"]}
    shares = [each["share"] for each in diagnosis["causes"]]
    assert 0 < min(shares) <= max(shares) <= 1


@pytest.mark.proves("L1")
@pytest.mark.parametrize("pair", list(combinations(ORDER, 2)))
def test_each_pair_is_found(pair: tuple[str, str], tmp_path: Path) -> None:
    diagnosis = _diagnosed(tmp_path, pair)
    expected = {*pair, "capacity"} if "automation" in pair else {*pair}
    assert {each["cause"] for each in diagnosis["causes"]} == expected
    assert diagnosis["primary"] == pair[0]
    assert diagnosis["corrective_order"] == [cause for cause in ORDER if cause in expected]


@pytest.mark.proves("L1")
def test_missed_surge_days_call_for_automation_and_capacity(tmp_path: Path) -> None:
    rows = []
    for day in range(90):
        surge = day % 14 == 1  # a Tuesday
        for n in range(60 if surge else 16):
            at = MONDAY + timedelta(days=day, hours=9, minutes=7 * n if surge else 25 * n)
            rows.append(
                (f"{day}-{n}", at, "" if surge and n >= 20 else at + timedelta(minutes=2), "Ada", "Ads", "Open")
            )
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    assert len(result["segments"]["surge_days"]) == 7
    assert result["diagnosis"]["corrective_order"] == ["capacity", "automation"]


@pytest.mark.proves("L2")
def test_a_file_without_any_contact_is_a_finding(tmp_path: Path) -> None:
    rows = [(n, "2026-01-05 10:00", "", "Ada", "Ads", "Open") for n in range(12)]
    diagnosis = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))["diagnosis"]
    assert [cause["cause"] for cause in diagnosis["causes"]] == ["accountability"]
    assert "no contact is on record for any of the 12 leads" in diagnosis["causes"][0]["evidence"]


@pytest.mark.proves("L2")
@pytest.mark.parametrize("header", [("id", "created_at"), ("id", "owner"), ("id", "first_contact_at"), ("id", "stage")])
def test_nothing_is_concluded_from_misunderstood_contacts_or_creations(header: tuple[str, ...], tmp_path: Path) -> None:
    rows = [(n, "" if header[1] == "owner" else "2026-01-05 10:00") for n in range(20)]
    result = report(write_csv(tmp_path / "leads.csv", header, rows))
    diagnosis = result["diagnosis"]
    assert (diagnosis["primary"], diagnosis["causes"], diagnosis["verdict"]) == (None, [], None)
    assert (diagnosis["corrective_order"], diagnosis["withheld"], diagnosis["basis"]) == ([], [], [])
    assert "diagnosis.verdict" in {each["what"] for each in result["cannot_compute"]}
    rate_known = next(item for item in result["self_audit"]["items"] if item["item"] == "rate_known")
    assert rate_known["score"] is None


def test_evidence_mentions_owners_and_hours_only_with_their_columns(tmp_path: Path) -> None:
    columns = {"owner": "Ada", "created_at": "2026-01-05 10:00:00", "dates": "2026-01-05"}
    evidence: dict[tuple[str, ...], str] = {}
    for columns_present in ((), ("owner",), ("created_at",), ("owner", "created_at")):
        created = columns["created_at" if "created_at" in columns_present else "dates"]
        header = ("id", "created_at", "first_contact_at", *(("owner",) if "owner" in columns_present else ()))
        contact = created.replace("10:00:", "10:02:")
        owner = ("Ada",) if "owner" in columns_present else ()
        rows = [(n, created, contact if n % 4 == 0 else "", *owner) for n in range(20)]
        diagnosis = report(write_csv(tmp_path / f"{len(evidence)}.csv", header, rows))["diagnosis"]
        assert [cause["cause"] for cause in diagnosis["causes"]] == ["capacity"]
        evidence[columns_present] = diagnosis["causes"][0]["evidence"]
    assert evidence == {
        (): "15 of 20 leads were never contacted",
        ("owner",): "15 of 20 leads with an owner were never contacted",
        ("created_at",): "15 of 20 leads that arrived in working hours were never contacted",
        ("owner", "created_at"): "15 of 20 leads with an owner that arrived in working hours were never contacted",
    }


def test_evidence_says_that_surge_days_are_counted_separately() -> None:
    usual, surge = Group(200, 160, 0, 50), Group(100, 40, 0, 70)
    diagnosis = diagnose(Counts(leads=300, contacted=200, unowned=None, in_hours=usual, surge=surge))
    assert [(cause["cause"], cause["evidence"]) for cause in diagnosis["causes"]] == [
        ("capacity", "40 of 200 leads that arrived in working hours on other days were never contacted"),
        (
            "automation",
            "70 of 100 leads that arrived in working hours on days with a surge were missed, against 50 of 200"
            " that arrived in working hours on other days",
        ),
    ]


@pytest.mark.parametrize("causes", [(cause,) for cause in ORDER] + list(combinations(ORDER, 2)))
def test_every_number_of_the_evidence_is_in_the_reports_tables(causes: tuple[str, ...], tmp_path: Path) -> None:
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, _set_with(causes)))
    basis = result["diagnosis"]["basis"]
    for name, total in (
        ("leads", result["leads"]),
        ("contacted", result["contacted"]),
        ("never", result["never_contacted"]),
        ("missed", result["leads"] - result["contacted_in_window"]),
    ):
        assert sum(row[name] for row in basis) == total
    numbers = {value for row in basis for value in row.values() if isinstance(value, int)} | {result["leads"]}
    assert result["diagnosis"]["causes"]
    for cause in result["diagnosis"]["causes"]:
        assert {int(number) for number in re.findall(r"\d+", cause["evidence"].replace(",", ""))} <= numbers


def test_causes_based_on_implausible_contacts_are_withheld() -> None:
    usual = Group(leads=1000, contacted=400, late_in_working_time=0, missed=600)
    diagnosis = diagnose(Counts(leads=1200, contacted=600, unowned=121, in_hours=usual, doubt="all of them were won"))
    assert [cause["cause"] for cause in diagnosis["causes"]] == diagnosis["corrective_order"] == ["routing"]
    assert [(cause["cause"], cause["why"]) for cause in diagnosis["withheld"]] == [("capacity", "all of them were won")]


@pytest.mark.proves("L3")
@pytest.mark.parametrize(("never", "expected"), [(9, "coach"), (10, "coach"), (11, "structural")])
def test_exactly_a_tenth_is_not_structural(never: int, expected: str, tmp_path: Path) -> None:
    rows = [(n, "2026-01-05 10:00", "" if n < never else "2026-01-05 10:02", "Ada", "Ads", "Open") for n in range(100)]
    assert report(write_csv(tmp_path / "leads.csv", PLAIN, rows))["diagnosis"]["verdict"] == expected


@pytest.mark.parametrize(("part", "causes"), [(100, []), (101, ["routing", "accountability", "capacity"])])
def test_a_cause_needs_more_than_a_tenth(part: int, causes: list[str]) -> None:
    usual = Group(leads=1000, contacted=1000 - part, late_in_working_time=part * 9 // 10 + (part > 100), missed=part)
    counts = Counts(leads=1000, contacted=900, unowned=part, in_hours=usual)
    assert [each["cause"] for each in diagnose(counts)["causes"]] == causes


def test_a_group_explained_by_chance_proves_no_pattern() -> None:
    usual = Group(leads=40, contacted=38, late_in_working_time=0, missed=2)
    for off_hours, causes in (
        (Group(5, 4, 0, 1), []),
        (Group(50, 40, 0, 10), []),
        (Group(50, 20, 0, 30), ["automation"]),
    ):
        counts = Counts(leads=95, contacted=90, unowned=0, in_hours=usual, off_hours=off_hours)
        assert [each["cause"] for each in diagnose(counts)["causes"]][:1] == causes


@pytest.mark.proves("L4")
def test_the_order_of_correction_is_fixed_even_when_a_later_cause_is_larger(tmp_path: Path) -> None:
    diagnosis = _diagnosed(tmp_path, ORDER)
    assert diagnosis["corrective_order"] == list(ORDER)
    by_size = sorted(diagnosis["causes"], key=lambda each: -float(each["share"]))
    assert [each["cause"] for each in by_size] != list(ORDER)
    assert by_size[0]["cause"] != "routing"
