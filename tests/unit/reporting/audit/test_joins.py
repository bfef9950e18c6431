"""Keys in another spelling join if they mean one lead."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reporting.audit.exports import report, run, write_csv

pytestmark = pytest.mark.slow


def _report(tmp_path: Path, names: tuple[str, str], ours: Sequence[str], theirs: Sequence[str]) -> dict[str, Any]:
    leads = [(n, f"2026-01-{12 + n} 10:00:00", key) for n, key in enumerate(ours)]
    calls = [(key, f"2026-01-{12 + n} 10:02:00") for n, key in enumerate(theirs)]
    file = write_csv(tmp_path / "leads.csv", ("Nr", "Created", names[0]), leads)
    return report(file, "--activities", write_csv(tmp_path / "calls.csv", (names[1], "Call start time"), calls))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("+49 30 1234567", "0049301234567"),
        ("030/7654321", "+49307654321"),
        ("+44 (0)20 7946 0958", "020 7946 0958"),
        ("(415) 555-0132", "+1 415-555-0132"),
        ("8 (495) 123-45-67", "+7 495 1234567"),
        ("+33 1 99 00 12 34", "01 99 00 12 34"),
    ],
)
def test_a_number_joins_in_national_and_international_form(ours: str, theirs: str, tmp_path: Path) -> None:
    result = _report(tmp_path, ("Phone", "Phone number"), [ours, "+61 2 5550 0000"], [theirs, theirs])
    assert (result["contacted"], result["rows"]["activities"]["joined"]) == (1, 2)


def test_a_national_number_shared_by_two_leads_joins_neither(tmp_path: Path) -> None:
    ours = ["+49 30 1234567", "+43 30 1234567", "+49 30 7654321"]
    result = _report(tmp_path, ("Phone", "Phone"), ours, ["030 1234567", "030 1234567", "030 7654321"])
    assert (result["contacted"], result["rows"]["activities"]["unjoined"]) == (1, 2)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("1000", "1000.0"),
        ("00123", "123"),
        ("5471000000123", "zcrm_5471000000123"),
        ("00Q5g00000AbCdE", "00Q5g00000AbCdEFAQ"),
        ("00Q5g00000AbCdEFAQ", "00Q5g00000AbCdE"),
        ("{A1B2C3D4-0000-4000-8000-00000000000A}", "a1b2c3d4-0000-4000-8000-00000000000a"),
        ("L-17", "L-17;X-99"),
        ("17", "[17, 99]"),
        ("17", '["17","99"]'),
        ("17", "99, 17"),
    ],
)
def test_an_id_joins_as_connectors_and_spreadsheets_write_it(ours: str, theirs: str, tmp_path: Path) -> None:
    result = _report(tmp_path, ("Contact ID", "Associated Contact IDs"), [ours, "777"], [theirs, "777"])
    assert (result["contacted"], result["rows"]["activities"]["joined"]) == (2, 2)


def test_every_lead_in_a_list_of_ids_is_contacted(tmp_path: Path) -> None:
    result = _report(tmp_path, ("Record ID", "Associated Contact IDs"), ["10", "11", "12"], ["", "1", "10;12;11"])
    assert (result["contacted"], result["rows"]["activities"]["read"], result["rows"]["activities"]["joined"]) == (
        3,
        3,
        1,
    )


def test_fifteen_character_ids_that_differ_in_case_are_distinct(tmp_path: Path) -> None:
    ours = ["00Q5g00000AbCdE", "00Q5g00000abCdE"]
    result = _report(tmp_path, ("Lead ID", "Lead ID"), ours, ["00Q5g00000AbCdE", "00Q5g00000AbCdE"])
    assert result["contacted"] == 1


@pytest.mark.parametrize("theirs", ["Müller, Anna", "anna  müller", "Anna Muller"])
def test_a_name_joins_in_any_order_case_and_accents(theirs: str, tmp_path: Path) -> None:
    assert _report(tmp_path, ("Full name", "Contact name"), ["Anna Müller", "Bo Roe"], [theirs, "x"])["contacted"] == 1


def test_a_row_for_each_activity_is_one_lead_with_its_earliest_contact(tmp_path: Path) -> None:
    rows = [(n, f"2026-01-0{n} 10:00:00", f"2026-01-0{n} {at}") for n in (1, 2, 3) for at in ("17:00:00", "10:02:00")]
    result = report(write_csv(tmp_path / "leads.csv", ("Lead ID", "Create Date", "First Call"), rows))
    assert (result["leads"], result["response"]["median"]) == (3, 120.0)
    assert result["rows"]["leads"] == {"read": 6, "accepted": 3, "excluded": 0, "rejected": 0, "repeated": 3}
    assert result["problems"] == []


def test_leads_and_activities_in_one_file_are_read_as_both(tmp_path: Path) -> None:
    header = ("Lead ID", "Create Date", "Activity Type", "Activity Date")
    rows = [
        ("1", "2026-01-12 10:00:00", "Email Open", "2026-01-12 10:01:00"),
        ("1", "2026-01-12 10:00:00", "Call", "2026-01-12 10:04:00"),
        ("2", "2026-01-13 10:00:00", "Note", "2026-01-13 10:01:00"),
        ("2", "2026-01-13 10:00:00", "Email", "2026-01-13 11:00:00"),
    ]
    result = report(write_csv(tmp_path / "leads.csv", header, rows))
    assert (result["leads"], result["contacted"], result["buckets"]["under_5m"]) == (2, 2, 1)


def test_rows_of_one_id_with_different_creations_are_named(tmp_path: Path) -> None:
    rows = [("1", "2026-01-12 10:00:00"), ("1", "2026-02-12 10:00:00")]
    result = report(write_csv(tmp_path / "leads.csv", ("Lead ID", "Created"), rows))
    assert [(each["row"], each["reason"]) for each in result["problems"]] == [(3, "this id occurs earlier")]


def _other_zone(tmp_path: Path, mapping: str) -> tuple[Path, list[object]]:
    leads = [(n, f"2026-01-1{n} 10:00:00") for n in range(6)]
    calls = [(n, f"2026-01-1{n} 09:02:00") for n in range(6)]
    (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
    file = write_csv(tmp_path / "leads.csv", ("Lead ID", "Created"), leads)
    activities = write_csv(tmp_path / "calls.csv", ("Lead ID", "Call start time"), calls)
    return file, ["--activities", activities, "--timezone", "Europe/Berlin", "--mapping", tmp_path / "mapping.toml"]


def test_contacts_an_hour_too_early_are_refused_as_of_another_zone(tmp_path: Path) -> None:
    file, arguments = _other_zone(tmp_path, "[leads]\n")
    code, _, errors = run(file, *arguments)
    assert code == 2
    assert all(word in errors for word in ("calls.csv", "'Call start time'", "1 h", "timezone"))


def test_a_file_of_another_zone_is_read_in_the_mappings_zone(tmp_path: Path) -> None:
    file, arguments = _other_zone(tmp_path, '[activities]\ntimezone = "UTC"\n')
    result = report(file, *arguments)
    assert (result["contacted"], result["response"]["median"]) == (6, 120.0)
