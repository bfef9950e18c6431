"""Caveats before an audit's figures: excluded rows and implausible contacts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadtight.reporting.audit.contacts.definition import contact_definition
from tests.unit.reporting.audit.exports import PLAIN, report, write_csv

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - an export's wall-clock time


def caveats(result: dict[str, Any]) -> dict[str, tuple[int, int, bool]]:
    return {each["what"]: (each["count"], each["of"], each["grave"]) for each in result["caveats"]}


def leads(folder: Path, waits: Sequence[float | None], stages: Sequence[str] = ()) -> Path:
    """Write leads an hour apart with their waits in seconds."""
    rows = []
    for n, (wait, stage) in enumerate(zip(waits, stages or ["Open"] * len(waits), strict=True)):
        at = MONDAY + timedelta(hours=n, seconds=1)
        contact = "" if wait is None else at + timedelta(seconds=wait)
        rows.append((f"L{n}", at, contact, "Ada", "Ads", stage))
    return write_csv(folder / "leads.csv", PLAIN, rows)


def test_a_complete_file_has_no_caveat(tmp_path: Path) -> None:
    assert caveats(report(leads(tmp_path, [60.0, 90.0, None, 300.0]))) == {}


@pytest.mark.parametrize(("unreadable", "grave"), [(1, False), (2, True)])
def test_rejected_rows_are_counted_and_grave_above_a_tenth(unreadable: int, grave: bool, tmp_path: Path) -> None:
    rows = [(f"L{n}", "soon" if n < unreadable else MONDAY, MONDAY, "Ada", "Ads", "Open") for n in range(10)]
    result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
    assert caveats(result)["rejected_leads"] == (unreadable, 10, grave)
    reason = result["caveats"][0]["why"]
    assert f"{unreadable} of 10 rows of leads" in reason
    assert f"{unreadable} with no readable time in “created_at”" in reason


def test_excluded_rows_are_reported_by_rule(tmp_path: Path) -> None:
    file = leads(tmp_path, [60.0] * 4, ["Test", "Open", "Test", "Open"])
    result = report(file, "--exclude", "stage=test")
    assert caveats(result) == {"excluded_leads": (2, 4, False)}
    assert result["caveats"][0]["why"] == "2 of 4 rows of leads are excluded, as requested: 2 rows by “stage=test”"


@pytest.mark.parametrize(
    ("waits", "stages", "refuted"),
    [
        ([None, None, 60.0, 60.0], ["Won", "Closed Won", "Won", "Open"], True),
        ([None] * 4 + [60.0] * 8, ["Won", "Open", "Open", "Open"] + ["Won"] * 8, False),
    ],
)
def test_won_leads_without_a_contact_show_missing_contacts(
    waits: list[float | None], stages: list[str], refuted: bool, tmp_path: Path
) -> None:
    result = report(leads(tmp_path, waits, stages), "--cost-per-lead", "40")
    count, of, grave = caveats(result)["won_without_contact"]
    assert count == sum(w is None and "Won" in s for w, s in zip(waits, stages, strict=True))
    assert of == waits.count(None)
    assert grave
    assert f"{count} of the {of} leads without a contact" in result["caveats"][-1]["why"]
    assert "counts as spent on leads without a contact" in result["caveats"][-1]["why"]
    assert bool(result["diagnosis"]["withheld"]) is refuted
    assert (result["diagnosis"]["primary"] is None) is refuted


def test_many_contacts_at_the_instant_of_creation_are_counted(tmp_path: Path) -> None:
    assert caveats(report(leads(tmp_path, [0.0] + [60.0] * 9))) == {}
    assert caveats(report(leads(tmp_path, [0.0] * 2 + [60.0] * 8))) == {"contacts_at_creation": (2, 10, True)}
    result = report(leads(tmp_path, [0.0] * 8 + [None] * 2))
    assert caveats(result) == {"contacts_at_creation": (8, 8, True)}
    assert "at the instant of the creation" in result["caveats"][0]["why"]
    assert "capacity" in [each["cause"] for each in result["diagnosis"]["withheld"]]
    assert result["diagnosis"]["causes"] == result["diagnosis"]["corrective_order"] == []


def test_contacts_in_the_minute_of_creation_are_questioned_only_when_they_are_the_majority(tmp_path: Path) -> None:
    for same_minute, grave in ((4, False), (6, True)):
        rows = [
            (f"L{n}", f"2026-01-05 {n:02d}:10", f"2026-01-05 {n:02d}:{10 if n < same_minute else 12}", "A", "B", "Open")
            for n in range(10)
        ]
        result = report(write_csv(tmp_path / "leads.csv", PLAIN, rows))
        assert caveats(result) == {"contacts_at_creation": (same_minute, 10, grave)}
        assert "in the minute of the creation" in result["caveats"][0]["why"]


def test_contacts_before_the_creation_are_counted_in_any_column(tmp_path: Path) -> None:
    assert caveats(report(leads(tmp_path, [-60.0, 60.0, None]))) == {"contacts_before_creation": (1, 3, True)}
    file = write_csv(
        tmp_path / "people.csv",
        ("id", "contact id", "created_at"),
        [(n, f"p{n}", MONDAY + timedelta(hours=n)) for n in range(4)],
    )
    calls = [
        ("p0", MONDAY - timedelta(hours=1), "Outbound"),
        ("p1", MONDAY, "Outbound"),  # before, and one after
        ("p1", MONDAY + timedelta(hours=1, minutes=2), "Outbound"),
        ("p2", MONDAY, "Inbound"),
        ("p3", MONDAY + timedelta(hours=4), "Outbound"),
    ]
    activities = write_csv(tmp_path / "calls.csv", ("contact id", "at", "call type"), calls)
    result = report(file, "--activities", activities)
    assert caveats(result) == {"no_contact": (1, 5, False), "contacts_before_creation": (1, 4, True)}
    assert result["contacted"] == 2


def test_unjoined_activities_are_reported_beside_the_figure(tmp_path: Path) -> None:
    rows = [(n, f"p{n}", MONDAY) for n in range(3)]
    file = write_csv(tmp_path / "leads.csv", ("id", "contact id", "created_at"), rows)
    calls = [(key, MONDAY, "Outbound") for key in ("p0", "x1", "x2", "")] + [("p1", "soon", "Outbound")]
    activities = write_csv(tmp_path / "calls.csv", ("contact id", "at", "call type"), calls)
    result = report(file, "--activities", activities)
    assert caveats(result)["unjoined_activities"] == (3, 4, True)
    assert caveats(result)["rejected_activities"] == (1, 5, True)


@pytest.mark.parametrize(
    ("header", "caveat", "column"),
    [
        (("id", "first_contact_at"), "creation_not_recognised", "created_at"),
        (("id", "created_at"), "contacts_not_known", "first_contact_at"),
    ],
)
def test_an_unrecognised_column_comes_first_with_what_to_name(
    header: tuple[str, str], caveat: str, column: str, tmp_path: Path
) -> None:
    result = report(write_csv(tmp_path / "leads.csv", header, [(n, MONDAY) for n in range(3)]))
    assert result["caveats"][0]["what"] == caveat
    assert column in result["caveats"][0]["remedy"]
    assert result["contact_rate"] is None


def test_the_report_defines_in_words_what_counts_as_a_contact(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "leads.csv", ("Id", "Contact Name", "Created Time"), [("1", "p", MONDAY)])
    header = ("Call Start Time", "CONTACTID", "Call Type", "Call Status")
    calls = [(MONDAY, "p", kind, status) for kind in ("Outbound", "outbound") for status in ("Attended", "Busy")]
    result = report(file, "--activities", write_csv(tmp_path / "calls.csv", header, calls))
    assert result["definition"]["contact"] == (
        "an activity with “Call Type” Outbound and “Call Status” Attended, at or after the creation of the lead"
    )
    assert report(leads(tmp_path, [1.0]))["definition"]["contact"] == (
        "a time in “first_contact_at”, at or after the creation of the lead"
    )


def test_every_gap_of_an_audit_says_how_to_fill_it(tmp_path: Path) -> None:
    result = report(write_csv(tmp_path / "leads.csv", ("id", "created_at"), [(n, MONDAY) for n in range(3)]))
    without = {gap["why"] for gap in result["cannot_compute"] if not gap["remedy"]}
    assert without == set()


def test_contacts_within_seconds_are_not_human_when_they_are_the_majority(tmp_path: Path) -> None:
    assert caveats(report(leads(tmp_path, [2.0] * 5 + [60.0 + n for n in range(5)]))) == {}
    result = report(leads(tmp_path, [2.0] * 6 + [None] * 4))
    assert caveats(result) == {"contacts_within_seconds": (6, 6, True)}
    assert result["diagnosis"]["causes"] == []


@pytest.mark.parametrize(("column", "caveat"), [(1, "creations_at_one_instant"), (2, "contacts_at_one_instant")])
def test_import_times_are_not_lead_times(column: int, caveat: str, tmp_path: Path) -> None:
    rows = [[f"L{n}", MONDAY + timedelta(hours=n), MONDAY + timedelta(hours=n + 30), "A", "B", "C"] for n in range(12)]
    for same, expected in ((6, {}), (7, {caveat: (7, 12, True)})):
        for row in rows[:same]:
            row[column] = MONDAY + timedelta(hours=20, seconds=7)
        assert caveats(report(write_csv(tmp_path / "leads.csv", PLAIN, rows))) == expected


def test_several_contact_rules_are_listed_in_turn() -> None:
    rules = [{"Type": ["Call"], "Result": ["Reached", "reached", "Voicemail"]}, {"Type": ["Mail"]}]
    mapping: dict[str, dict[str, Any]] = {
        "leads": {"first_contact_at": ["First Call", "First Mail"]},
        "activities": {"is_contact": rules},
    }
    assert contact_definition(mapping) == (
        "a time in “First Call” or “First Mail”, an activity with “Type” Call and “Result” Reached or Voicemail or"
        " an activity with “Type” Mail, at or after the creation of the lead"
    )


def test_uncounted_spend_and_merged_sources_are_reported(tmp_path: Path) -> None:
    rows = [(f"L{n}", MONDAY + timedelta(hours=n), "", ("Ads", "ads", "SEO")[n % 3]) for n in range(9)]
    file = write_csv(tmp_path / "leads.csv", ("id", "created_at", "first_contact_at", "source"), rows)
    spend = [("2026-01-05", "Ads", 60), ("2026-01-05", "SEO", 40), ("2025-03-01", "Ads", 90), ("", "Total", 190)]
    spend_file = write_csv(tmp_path / "spend.csv", ("date", "source", "spend"), spend)
    result = report(file, "--spend", spend_file)
    assert {name: counts[0] for name, counts in caveats(result).items() if "spend" in name or "spell" in name} == {
        "totals_in_spend": 1,
        "spend_outside_period": 1,
        "source_spellings": 1,
    }
    assert result["money"]["spend"] == 100.0
    assert "“Ads” and “ads”" in next(c["why"] for c in result["caveats"] if c["what"] == "source_spellings")


@pytest.mark.parametrize("rows", [[("2026-01-05", "Ads", "a lot")], [("2025-01-05", "Ads", "60")]])
def test_spend_without_counted_rows_is_unknown_and_not_zero(rows: list[tuple[str, str, str]], tmp_path: Path) -> None:
    spend = write_csv(tmp_path / "spend.csv", ("date", "source", "spend"), rows)
    result = report(leads(tmp_path, [60.0, 90.0]), "--spend", spend)
    assert (result["money"]["spend"], result["money"]["cost_per_lead"]) == (None, None)
    assert caveats(result)["no_spend"] == (1, 1, True)
    gap = next(gap for gap in result["cannot_compute"] if gap["what"] == "money.spend")
    assert gap["why"].startswith("no row of the spend file has an amount")
    assert gap["remedy"]


@pytest.mark.parametrize(
    "written", ["2026-01-{:02}T00:00:00+01:00", "2026-01-{:02} 00:00:00 -0500", "2026-01-{:02}T00:00Z"]
)
def test_midnights_of_another_zone_have_no_time_of_day(written: str, tmp_path: Path) -> None:
    rows = [(n, written.format(n), written.format(n + n % 2)) for n in range(5, 25)]
    result = report(write_csv(tmp_path / "leads.csv", ("Lead ID", "Created", "First Contact"), rows))
    assert "no_time_of_day" in caveats(result)
    assert (result["contacted"], result["response"]["median"]) == (20, None)


def test_each_date_uses_the_time_of_day_beside_it(tmp_path: Path) -> None:
    header = ("Lead ID", "Created Date", "Created Time", "First Contact Date", "First Contact Time")
    rows = [(n, f"3/{n}/2026", "10:00 AM", f"3/{n}/2026", "10:03 AM") for n in range(13, 29)]
    result = report(write_csv(tmp_path / "leads.csv", header, rows))
    assert (result["contacted"], result["response"]["median"]) == (16, 180)
