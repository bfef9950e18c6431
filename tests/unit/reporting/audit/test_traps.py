"""Traps of real exports.

Keys that look like others, addresses in capitals, covers, days as numbers.
"""

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from leadtight.cli.import_.table import ExportFile
from tests.unit.reporting.audit.exports import report, write_csv

pytestmark = pytest.mark.slow


@pytest.mark.proves("L5")
def test_an_activity_id_joins_nothing_while_another_column_fits(tmp_path: Path) -> None:
    leads = [(n, "2026-01-05 10:00:00") for n in range(1, 101)]
    calls = [(n, 1 + n * 7 % 60, f"2026-01-05 10:0{n % 8}:00") for n in range(1, 101)]
    file = write_csv(tmp_path / "leads.csv", ("Id", "Created Date"), leads)
    activities = write_csv(tmp_path / "calls.csv", ("Id", "Lead Id", "Activity Date Time"), calls)
    result = report(file, "--activities", activities)
    assert result["definition"]["mapping"]["activities"]["person_key"] == "Lead Id"
    assert result["contacted"] == 60


def test_columns_with_the_same_meaning_join_before_similar_numbers(tmp_path: Path) -> None:
    leads = [(n, 1000 + n, "2026-01-05 10:00:00") for n in range(1, 41)]
    calls = [(1000 + n % 20, n, "2026-01-05 10:03:00") for n in range(1, 41)]
    file = write_csv(tmp_path / "leads.csv", ("Record Id", "Contact Id", "Created Time"), leads)
    activities = write_csv(tmp_path / "calls.csv", ("Contact Id", "Related To", "Call Start Time"), calls)
    result = report(file, "--activities", activities)
    joined = (
        result["definition"]["mapping"]["leads"]["person_key"],
        result["definition"]["mapping"]["activities"]["person_key"],
    )
    assert joined in (("Record Id", "Related To"), ("Contact Id", "Contact Id"))


def test_case_does_not_matter_in_an_address_but_does_in_an_id(tmp_path: Path) -> None:
    rows = [("Ada@Example.com", "2026-01-05 10:00"), ("0016000000AbcDe", "2026-01-05 10:00")]
    file = write_csv(tmp_path / "leads.csv", ("Email", "Created At"), rows)
    calls = [("ada@example.COM ", "2026-01-05 10:02"), ("0016000000aBCdE", "2026-01-05 10:02")]
    result = report(file, "--activities", write_csv(tmp_path / "calls.csv", ("email", "timestamp"), calls))
    assert (result["rows"]["activities"]["joined"], result["contacted"]) == (1, 1)


@pytest.mark.proves("L5")
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_spreadsheet_day_numbers_are_times(zone: str, tmp_path: Path) -> None:
    rows = [(1, "46027.4166666667", "46027.4201388889"), (2, "46028.5", "")]
    file = write_csv(tmp_path / "leads.csv", ("Id", "Created Time", "First Contact At"), rows)
    result = report(file, "--timezone", zone)
    assert result["period"]["from"] == f"2026-01-05T{10 if zone == 'UTC' else 9:02}:00:00.000000Z"
    assert (result["leads"], result["response"]["median"]) == (2, 300.0)


TITLED = [
    ["Speed to Lead"],
    [],
    ["As of", "2026-02-01 08:00:00"],
    ["Filters: Created Date, Lead Owner"],
    ["Lead Id", "Created Date", "First Contact At", "Lead Owner", "Lead Source"],
    ["L1", "2026-01-05 10:00:00", "2026-01-05 10:03:00", "Ada", "Web, direct"],
    ["L2", "2026-01-06 10:00:00", "", "Bo", "Ads"],
    ["L3", "not a day", "", "Bo", "Ads"],
    [],
    ["Confidential, do not distribute"],
]


@pytest.mark.parametrize("kind", ["csv", "semicolons", "padded", "xlsx"])
def test_titles_and_filters_above_the_header_are_skipped_and_rows_keep_their_numbers(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"leads.{'xlsx' if kind == 'xlsx' else 'csv'}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in TITLED:
            book.active.append(row)
        book.save(file)
    else:
        rows = [row + [""] * (5 - len(row)) for row in TITLED] if kind == "padded" else TITLED
        with file.open("w", newline="", encoding="utf-8") as opened:
            csv.writer(opened, delimiter=";" if kind == "semicolons" else ",").writerows(rows)
    result = report(file)
    assert (result["leads"], result["contacted"], result["response"]["median"]) == (2, 1, 180.0)
    assert result["rows"]["leads"] == {"read": 4, "accepted": 2, "excluded": 0, "rejected": 2}
    assert [(p["row"], p["column"]) for p in result["problems"]] == [(8, "Created Date"), (10, None)]
    table = ExportFile.open(file)
    assert table.columns[0] == "Lead Id"
    assert next(table.rows()).number == 6


def test_a_header_stays_the_header_above_sparse_or_ragged_rows(tmp_path: Path) -> None:
    sparse = "Id,Created Date,First Contact At,A,B,C,D,E\n" + "1,2026-01-05 10:00:00\n2,2026-01-06 10:00:00\n"
    (tmp_path / "sparse.csv").write_text(sparse, encoding="utf-8")
    assert report(tmp_path / "sparse.csv")["leads"] == 2
    commas = "Id;Created Date;Notes\n1;2026-01-05 10:00:00;a, b, c, d\n2;2026-01-06 10:00:00;e, f, g, h\n"
    (tmp_path / "commas.csv").write_text(commas, encoding="utf-8")
    assert report(tmp_path / "commas.csv")["leads"] == 2


def test_a_cover_before_the_table_is_skipped(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Leads of January"])
    sheet = book.create_sheet("Leads")
    sheet.append(["Id", "Created Time", "First Contact At"])
    sheet.append([1, datetime(2026, 1, 5, 10), datetime(2026, 1, 5, 10, 3)])  # noqa: DTZ001 - workbooks know no zone
    book.save(tmp_path / "leads.xlsx")
    assert report(tmp_path / "leads.xlsx")["response"]["median"] == 180.0


@pytest.mark.parametrize(
    ("header", "rows", "mapped"),
    [
        (
            (
                "Activity - ID",
                "Activity - Done",
                "Activity - Marked as done time",
                "Activity - Assigned to user",
                "Lead - ID",
            ),
            [("7", "Done", "2026-01-05 10:04:00", "Ana", "L1"), ("8", "To do", "", "Ben", "L2")],
            {"at": "Activity - Marked as done time", "is_contact": {"Activity - Done": ["Done"]}},
        ),
        (
            ("Activity ID", "Lead ID", "Assigned", "Completed Date/Time", "Status", "Call Result"),
            [("7", "L1", "Ana", "2026-01-05 10:04:00", "Completed", "Connected"), ("8", "L2", "Ben", "", "Open", "")],
            {"at": "Completed Date/Time", "is_contact": {"Call Result": ["Connected"]}},
        ),
        (
            ("Call Id", "Call Owner", "Call Type", "Call Start Time", "Related To Id", "Call Result"),
            [
                ("7", "Ana", "Outbound", "2026-01-05 10:04:00", "L1", "Interested"),
                ("8", "Ben", "Inbound", "2026-01-05 10:06:00", "L2", ""),
            ],
            {"at": "Call Start Time", "is_contact": {"Call Result": ["Interested"], "Call Type": ["Outbound"]}},
        ),
    ],
    ids=["pipedrive", "salesforce", "zoho"],
)
def test_activities_as_crms_list_them_join_and_count(
    header: tuple[str, ...], rows: list[tuple[str, ...]], mapped: dict[str, object], tmp_path: Path
) -> None:
    leads = [("L1", "2026-01-05 10:00:00", "Ana", "Lost Lead"), ("L2", "2026-01-05 10:00:00", "Ben", "New")]
    file = write_csv(tmp_path / "leads.csv", ("Lead ID", "Created Time", "Lead Owner", "Lead Status"), leads)
    result = report(file, "--activities", write_csv(tmp_path / "activities.csv", header, rows))
    mapping = result["definition"]["mapping"]
    assert {key: mapping["activities"][key] for key in mapped} == mapped
    assert mapping["activities"]["owner"] in header
    assert mapping["leads"]["lost"] == ["Lost Lead"]
    assert (result["contacted"], result["response"]["median"]) == (1, 240.0)
