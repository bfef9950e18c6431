"""Where tables begin and end, and which columns belong together.

Other content is rejected as a table.
"""

import zipfile
from pathlib import Path

import pytest

from leadtight.tabular import footer
from leadtight.tabular.column_names import unique
from leadtight.tabular.date_and_time import joined, pairs
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import kind_of
from leadtight.tabular.header_row import refuse_data, rows_above_header
from leadtight.tabular.vocabulary.totals import is_total

HEADER = ["Id", "Created", "Owner", "Email", "Amount"]
LEADS = [[str(n), f"2026-01-{n + 10} 10:00", "Ann", f"a{n}@example.com", "100"] for n in range(9)]


@pytest.mark.parametrize(
    "titles",
    [
        [],
        [["Leads of January"], []],
        [["Report", "of", "the", "sales", "team"]],
        [["Leads"], ["As of", "2026-02-01 08:00"], ["Filter:", "Owner", "Ann"]],
    ],
)
def test_the_header_is_found_below_leading_rows(titles: list[list[str]]) -> None:
    rows = [*titles, HEADER, *LEADS]
    assert rows_above_header(rows) == len(titles)
    refuse_data(rows, len(titles))


@pytest.mark.parametrize("rows", [LEADS, [["Ada", "ada@example.com"], ["Bo", "bo@example.com"]]])
def test_a_file_without_a_header_is_refused_with_its_content(rows: list[list[str]]) -> None:
    with pytest.raises(
        NoTableError, match=r"row 1: data such as '(2026-01-10 10:00|a?d?a.*@example.com)' instead of a header"
    ):
        refuse_data(rows, rows_above_header(rows))


@pytest.mark.parametrize("cell", ["", "n/a", "-", "unknown"])
def test_a_first_row_with_gaps_is_not_a_header(cell: str) -> None:
    rows = [
        ["Name", "Email", "Phone"],
        ["Ada", cell, cell],
        ["Bo", "b@example.com", "030 1"],
        ["Cy", "c@example.com", "030 2"],
    ]
    assert rows_above_header(rows) == 0


def test_rows_below_the_table_are_not_rows_of_it() -> None:
    rows = [
        (2, ["1", "2", "3", "4", "5"]),
        (3, ["1"]),
        (4, ["1", "2", "3", "4", "5"]),
        (6, ["Total", "2"]),
        (7, ["(c) us"]),
    ]
    assert [(number, below) for number, _, below in footer.mark_footer(rows, 5)] == [
        *((2, False), (3, False), (4, False)),
        *((6, True), (7, True)),
    ]


@pytest.mark.parametrize(
    "text", ["Total", "Grand Total:", "Summe: 3", "Gesamt (25)", "Итого", "合計", "합계", "Total - 3 rows"]
)
def test_a_total_is_recognised_by_its_word(text: str) -> None:
    assert is_total(text)


@pytest.mark.parametrize("text", ["Total Energies", "Summer", "Ada Total", "", "3"])
def test_a_name_is_not_a_total(text: str) -> None:
    assert not is_total(text)


def test_duplicate_names_are_numbered_and_none_is_lost() -> None:
    assert unique(["A", " A ", "A (2)", "", "B\n C"]) == ("A", "A (2)", "A (2) (2)", "column 4", "B C")


def test_a_date_belongs_to_the_time_of_day_beside_it_and_not_to_a_duration() -> None:
    header = ["Call Date", "Call Time", "Talk Time", "Due Date"]
    rows = [["01/13/2026", "10:01 AM", "0:03:10", "2026-02-01"], ["01/14/2026", "4:02 PM", "0:01:30", "2026-02-01"]]
    assert pairs(header, rows) == ((0, 1),)


def test_a_date_cell_and_a_time_cell_are_one_moment() -> None:
    assert joined(["2026-01-13 00:00:00", "10:01:00"], (0, 1)) == "2026-01-13 10:01:00"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "Excel 97-2003, or one with a password"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0", "calendar"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
        (b"<?xml version='1.0'?><leads><lead/></leads>", "XML"),
        (b'[{"id": 1}]', "JSON"),
        (b"SQLite format 3\0", "database"),
    ],
)
def test_an_invalid_table_is_refused_with_instructions(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_bytes(content)
    with pytest.raises(NoTableError, match=says):
        kind_of(tmp_path / "leads.csv")


@pytest.mark.parametrize(
    ("name", "says"),
    [("leads.csv", "unpack it and use leads.csv"), ("xl/workbook.bin", "xlsb"), ("content.xml", "OpenDocument")],
)
def test_an_archive_other_than_a_workbook_is_refused(name: str, says: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as archive:
        archive.writestr(name, "Id\n1\n")
    with pytest.raises(NoTableError, match=says):
        kind_of(tmp_path / "leads.xlsx")


def test_a_workbook_is_refused_by_its_unpacked_size_before_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadtight.tabular.unpacking.MOST_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 2000)
    with pytest.raises(NoTableError, match=r"unpacks to 0\.0 GB"):
        kind_of(tmp_path / "leads.xlsx")
