"""Exports as they come: delimiters, encodings, workbooks, Parquet, false names."""

import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from tests.unit.reporting.audit.exports import report, run, write_csv

pytestmark = pytest.mark.slow

HEADER = ("Id", "Created Time", "First Contact At", "Owner")
ROWS = (
    ("5805028000000654321", "2026-01-05 10:00", "2026-01-05 10:04", "Jörg"),
    ("5805028000000654322", "2026-01-05 11:00", "", "Šárka"),
)
WEST = tuple((*row[:3], row[3].replace("Šá", "Sa")) for row in ROWS)


def _text(delimiter: str, end: str = "\n", rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    return end.join(delimiter.join(row) for row in (HEADER, *rows)) + end


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_of_any_delimiter_line_end_and_encoding_is_read(
    delimiter: str, end: str, encoding: str, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(_text(delimiter, end).encode(encoding))
    result = report(file)
    assert (result["leads"], result["contacted"]) == (2, 1)
    assert [each["owner"] for each in result["owners"]] == ["Jörg", "Šárka"]


def test_western_spreadsheet_text_is_read(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(_text(";", "\r\n", WEST).encode("cp1252"))
    assert [each["owner"] for each in report(file)["owners"]] == ["Jörg", "Sarka"]


def test_bytes_that_contradict_the_byte_order_mark_do_not_stop_an_audit(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(_text(";").encode("utf-8-sig") + b"3;2026-01-05 12:00;;J\xf6\n")
    assert report(file)["leads"] == 3


def test_a_first_line_declaring_the_delimiter_is_obeyed(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("sep=;\n" + _text(";"), encoding="utf-8")
    assert report(file)["leads"] == 2


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for n, row in enumerate(ROWS):
        sheet.append([n, *row[1:]])
    plain = path.with_name("plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for n, row in enumerate(ROWS):  # as CRMs write numbers: with all their digits
                    content = content.replace(f"<v>{n}</v>".encode(), f"<v>{row[0]}</v>".encode())
            target.writestr(name, content)
    return path


@pytest.mark.proves("R15")
def test_whole_numbers_of_a_workbook_keep_all_digits(tmp_path: Path) -> None:
    facts = tmp_path / "facts.parquet"
    report(_workbook(tmp_path / "leads.xlsx"), "--facts", facts)
    ids = duckdb.execute(f"select lead_id, typeof(lead_id) from '{facts}' order by 1").fetchall()
    assert ids == [("5805028000000654321", "VARCHAR"), ("5805028000000654322", "VARCHAR")]


def test_false_file_names_do_not_matter(tmp_path: Path) -> None:
    as_csv = _workbook(tmp_path / "book.xlsx").rename(tmp_path / "leads.csv")
    assert report(as_csv)["leads"] == 2
    as_xls = tmp_path / "leads.xls"
    as_xls.write_text(_text(";"), encoding="utf-8")
    assert report(as_xls)["leads"] == 2


def test_parquet_is_read_with_its_own_types(tmp_path: Path) -> None:
    file = tmp_path / "leads.parquet"
    duckdb.sql(
        "copy (select 5805028000000654321 as Id, timestamptz '2026-01-05 10:00+01' as \"Created Time\","
        " timestamp '2026-01-05 09:04' as \"First Contact At\") to "
        f"'{file}' (format parquet)"
    )
    result = report(file)
    assert result["response"]["median"] == 240.0


@pytest.mark.proves("R15")
def test_ids_that_differ_in_the_last_digit_stay_separate(tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "leads.csv",
        ("Id", "Contact Name", "Created Time"),
        [("1", ROWS[0][0], "2026-01-15 10:00"), ("2", ROWS[1][0], "2026-01-15 10:00")],
    )
    calls = write_csv(tmp_path / "calls.csv", ("CONTACTID", "Call Start Time"), [(ROWS[0][0], "2026-01-15 10:03")])
    result = report(leads, "--activities", calls)
    assert (result["contacted"], result["never_contacted"]) == (1, 1)


@pytest.mark.proves("R15")
def test_a_rounded_id_joins_nothing_and_is_named(tmp_path: Path) -> None:
    rounded = "5.80503E+18"
    rows = [
        (rounded, rounded, "2026-01-15 10:00"),
        (rounded, rounded, "2026-01-15 11:00"),
        ("3", "3", "2026-01-15 12:00"),
    ]
    leads = write_csv(tmp_path / "leads.csv", ("Id", "Contact Name", "Created Time"), rows)
    calls = [(rounded, "2026-01-15 13:00"), ("3", "2026-01-15 13:00")]
    result = report(leads, "--activities", write_csv(tmp_path / "calls.csv", ("CONTACTID", "Call Start Time"), calls))
    assert (result["leads"], result["contacted"]) == (3, 1)
    assert [each["row"] for each in result["problems"] if each["column"] == "Contact Name"] == [2, 3]


@pytest.mark.proves("L5")
def test_rows_of_odd_width_are_padded_or_named(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(
        'id,created_at,first_contact_at,note\n1,2026-01-05 10:00\n\n2,2026-01-05 10:00,2026-01-05 10:01,5" pipe\n'
        '3,2026-01-05 10:00,,a,b\n4,2026-01-05 10:00,,"two\nlines"\n5,soon,,\n',
        encoding="utf-8",
    )
    result = report(file)
    assert result["rows"]["leads"] == {"read": 5, "accepted": 3, "excluded": 0, "rejected": 2}
    assert result["problems"] == [
        {"file": "leads.csv", "row": 5, "column": None, "value": None, "reason": "5 cells for 4 columns"},
        {"file": "leads.csv", "row": 7, "column": "created_at", "value": "soon", "reason": "is not a readable time"},
    ]


@pytest.mark.proves("R14")
@pytest.mark.parametrize("blank", ["", "?", "#VALUE!", "#REF!", "Select", "N/A", " ", "\u00a0", "null"])
def test_placeholder_texts_are_empty_and_join_nothing(blank: str, tmp_path: Path) -> None:
    leads = write_csv(
        tmp_path / "leads.csv",
        ("Id", "Contact Name", "Created Time", "Owner"),
        [("1", blank, "2026-01-15 10:00", blank), ("2", "77", "2026-01-15 10:00", "Ada")],
    )
    calls = write_csv(
        tmp_path / "calls.csv",
        ("CONTACTID", "Call Start Time"),
        [(blank, "2026-01-15 10:01"), ("77", "2026-01-15 10:02"), ("78", "2026-01-15 10:02")],
    )
    result = report(leads, "--activities", calls)
    assert result["contacted"] == 1
    assert result["rows"]["activities"] == {
        "read": 3,
        "accepted": 3,
        "excluded": 0,
        "rejected": 0,
        "joined": 1,
        "unjoined": 1,
        "blank_key": 1,
    }
    assert [each["owner"] for each in result["owners"]] == ["Ada", None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a workbook of Excel 97-2003"),
        (b"<html><table>", "a web page without a table"),
        (b"PK\x03\x04rest", "not a readable workbook"),
        (b"PAR1rest", "leads.csv: "),
        (b",,\n1,2,3\n", "row 1: there is no header"),
    ],
)
def test_an_invalid_table_is_refused_on_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(content)
    code, _, errors = run(file)
    assert code == 2
    assert message in errors
    assert errors.startswith("leadtight audit: leads.csv: ")
    assert errors.count("\n") == 1


def test_a_duplicate_column_name_is_numbered(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "leads.csv",
        ("Id", "Created", "Created", "First Contact At"),
        [("1", "2026-01-05 10:00", "2020-01-01", "2026-01-05 10:04")],
    )
    assert report(file)["response"]["median"] == 240.0
