"""CSV files as they come.

Encodings, delimiters, odd rows, dates, and the meaning of columns.
"""

import random
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from leadtight.cli.import_ import mapping as mappings
from leadtight.cli.import_.mapping import ImportMapping, MappingError
from leadtight.cli.import_.results import harmless
from leadtight.cli.import_.rows import Reader, RejectedError
from leadtight.cli.import_.table import ExportFile, ImportFileError, Record

TEXT = "Name,Ort\nZoë Müller,Köln\n"


def written(folder: Path, content: bytes | str) -> Path:
    file = folder / "leads.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.encode("latin-1") + b"\x81,\x8d\n", "latin-1"),
    ],
)
def test_an_encoding_is_found_by_reading_the_whole_file(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = ExportFile.open(written(tmp_path, content))
    assert table.dialect
    assert (table.dialect.encoding, table.columns) == (encoding, ("Name", "Ort"))
    assert next(table.rows()) == Record(2, {"Name": "Zoë Müller", "Ort": "Köln"})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_found_despite_others_in_cells(tmp_path: Path, delimiter: str) -> None:
    rows = [["Name", "Note", "Value"], ["Ada", "a, b; c | d", "1,5"], ["Bo", "x;y;z", "2,5"]]
    quoted = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    table = ExportFile.open(written(tmp_path, quoted))
    assert table.dialect
    assert (table.dialect.delimiter, table.columns) == (delimiter, ("Name", "Note", "Value"))
    assert [r.cells["Value"] for r in table.rows()] == ["1,5", "2,5"]


def test_a_first_line_declaring_the_delimiter_is_not_a_header(tmp_path: Path) -> None:
    table = ExportFile.open(written(tmp_path, "sep=;\nName;Ort\nZoë;Köln\n"))
    assert list(table.rows()) == [Record(3, {"Name": "Zoë", "Ort": "Köln"})]


def test_bytes_that_contradict_the_byte_order_mark_are_refused(tmp_path: Path) -> None:
    table = ExportFile.open(written(tmp_path, TEXT.encode("utf-8-sig") + b"Bo,Ort\n" * 2000 + b"J\xf6rg,Bonn\n"))
    with pytest.raises(ImportFileError, match=r"leads\.csv: row \d+: .*0xf6"):
        list(table.rows())


def test_the_import_loads_no_database_engine() -> None:
    loaded = "import sys, leadtight.cli.import_.command; print('duckdb' in sys.modules, 'openpyxl' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True) == "False False\n"


def test_workbooks_and_parquet_are_read_like_csv_under_any_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Id", "Name", "Created"],
        [580502800000065, "Zoë", datetime(2026, 1, 5, 10, 4)],  # noqa: DTZ001 - workbooks know no zone
        [],
        ["7", None, None],
    ):
        sheet.append(row)
    book.create_sheet("Notes").append(["not", "this"])
    book.save(tmp_path / "leads.csv")
    table = ExportFile.open(tmp_path / "leads.csv")
    assert (table.columns, table.described) == (
        ("Id", "Name", "Created"),
        "a workbook, sheet 'Sheet' (ignored: 'Notes')",
    )
    assert [(r.number, r.cells["Id"], r.cells.get("Name")) for r in table.rows()] == [
        (2, "580502800000065", "Zoë"),
        (4, "7", ""),
    ]
    assert next(table.rows()).cells["Created"] == "2026-01-05 10:04:00"
    sql = "select 5805028000000654321 as Id, 'Zoë' as Name, null as Created"
    duckdb.execute(f"copy ({sql}) to '{tmp_path / 'leads.xlsx'}' (format parquet)")
    table = ExportFile.open(tmp_path / "leads.xlsx")
    assert (table.columns, table.described) == (("Id", "Name", "Created"), "Parquet")
    assert [r.cells for r in table.rows()] == [{"Id": "5805028000000654321", "Name": "Zoë", "Created": ""}]


def test_one_column_is_a_table_and_multiline_cells_are_one_row(tmp_path: Path) -> None:
    table = ExportFile.open(written(tmp_path, 'Email\n"ada@\nexample.com"\n\n   \nbo@example.com\n'))
    assert [(r.number, r.cells["Email"]) for r in table.rows()] == [(2, "ada@\nexample.com"), (5, "bo@example.com")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"\xd0\xcf\x11\xe0", "Excel 97-2003"),
        (b"<html>", "a web page without a table"),
        (b"\n\n", "no header"),
        (b"1,2026-01-05,ada@example.com\n2,2026-01-06,bo@example.com\n", "row 1: data such as"),
    ],
)
def test_an_invalid_table_is_refused_by_row(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(ImportFileError, match=says):
        ExportFile.open(written(tmp_path, content))
    with pytest.raises(ImportFileError, match="No such file"):
        ExportFile.open(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "columns",
    [
        ["Full Name", "E-Mail", "Phone Number", "Create Date", "Lead Status", "Record ID"],
        ["First Name", "Last Name", "Email", "Mobile", "Created Time", "Lead Owner", "Amount"],
    ],
)
def test_columns_are_recognised_by_common_names_and_each_field_is_taken_once(columns: list[str]) -> None:
    mapping = mappings.recognised([*columns, "Colour", columns[0].upper() + "?"])
    assert set(mapping.fields) == set(columns)
    assert len(set(mapping.fields.values())) == len(columns)


def test_a_written_mapping_is_read_back_unchanged(tmp_path: Path) -> None:
    file, columns = tmp_path / "mapping.toml", ['Na"me', "Größe é", "Stufe"]
    mapping = ImportMapping(
        {columns[0]: "name", columns[2]: "stage"}, won=["Bezahlt"], lost=["Weg"], date_format="%d.%m.%Y", decimal=","
    )
    file.write_text(mappings.to_text(mapping), encoding="utf-8")
    assert mappings.from_file(file, columns) == mapping


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[fields]\n"Nme" = "name"\n', "no column 'Nme'"),
        ('[fields]\n"Name" = "nme"\n', "unknown field 'nme'"),
        ('[fields]\n"Name" = "name"\n"Ort" = "name"\n', "two columns mean 'name'"),
        ('[leads]\nwn = ["x"]\n', "unknown key 'wn'"),
        ("[fields\n", "line"),
    ],
)
def test_a_mismatched_mapping_is_refused_by_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(MappingError, match=says):
        mappings.from_file(tmp_path / "m.toml", ["Name", "Ort"])


def reader(*, historical: bool = False, **options: object) -> Reader:
    fields = {"Id": "external_id", "Name": "name", "Created": "received_at", "Stage": "stage", "Value": "value"}
    fields |= {"Closed": "closed_at", "Why": "lost_reason"}
    return Reader(ImportMapping(fields, **options), historical)  # type: ignore[arg-type]


def row(**cells: str) -> Record:
    return Record(2, cells)


@pytest.mark.proves("R15")
def test_r15_an_id_is_text_and_names_the_row() -> None:
    ids = ["1234567890123456789", "1234567890123456790", "007", "7", "1e5"]
    assert [reader().read(row(Id=id_, Name="Ada"))["key"] for id_ in ids] == ids


def test_a_row_without_an_id_is_identified_by_its_content() -> None:
    keys = [reader().read(Record(number, {"Name": "Ada", "Ort": "Köln"}))["key"] for number in (2, 90)]
    other = reader().read(row(Name="Ada", Ort="Bonn"))["key"]
    assert keys[0] == keys[1] != other


def test_a_closed_row_is_a_record_with_its_stage_and_date_and_an_open_one_is_live() -> None:
    closed = reader().read(row(Name="Ada", Stage="closed LOST", Closed="2026-01-02", Why="price"))
    assert closed["past"] == {"stage": "lost", "closed_at": "2026-01-02T00:00:00", "lost_reason": "price"}
    assert "past" not in reader().read(row(Name="Ada", Stage="Proposal sent", Closed="2026-01-02"))
    kept = reader(historical=True).read(row(Name="Ada", Stage="Proposal sent"))
    assert kept["past"]["stage"] == "proposal_sent"
    assert kept["body"]["fields"] == {"Stage": "Proposal sent"}
    assert reader(won=["Bezahlt"]).read(row(Name="Ada", Stage="bezahlt"))["past"]["stage"] == "won"


def test_an_unreadable_value_names_its_column() -> None:
    with pytest.raises(RejectedError, match=r"column 'Created': '31\.31\.2026' is not a date"):
        reader().read(row(Name="Ada", Created="31.31.2026"))
    with pytest.raises(RejectedError, match="over 64 KB"):
        reader().read(row(Name="Ada", Note="x" * 70_000))
    with pytest.raises(RejectedError, match="3 cells for 2 columns"):
        reader().read(Record(2, {}, "3 cells for 2 columns"))


@pytest.mark.parametrize(
    ("text", "decimal", "value"), [("1.234,50 €", ",", "1234.50"), ("$1,234.50", ".", "1234.50"), ("-3", ".", "-3")]
)
def test_an_amount_is_read_in_local_notation(text: str, decimal: str, value: str) -> None:
    assert reader(decimal=decimal).read(row(Name="Ada", Value=text))["body"]["value"] == value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_result_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_any_bytes_are_read_or_rejected(tmp_path: Path) -> None:
    seeded = random.Random(7)
    numbers = []
    for _ in range(200):
        file = written(tmp_path, bytes(seeded.choices(range(256), k=seeded.randrange(400))))
        with suppress(ImportFileError):
            numbers += [record.number for record in ExportFile.open(file).rows()]
    assert min(numbers) > 1


@pytest.mark.proves("A9")
@pytest.mark.slow
def test_ten_thousand_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        lines = (f"{n},Ada {n},ada{n}@example.com,{'x' * 500}\n" for n in range(rows))
        table = ExportFile.open(written(tmp_path, "Id,Name,Email,Note\n" + "".join(lines)))
        every = Reader(mappings.recognised(table.columns), historical=False)
        tracemalloc.start()
        assert sum(1 for record in table.rows() if every.read(record)) == rows
        bytes_ = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return bytes_

    assert peak(10_000) < 2 * peak(500)
