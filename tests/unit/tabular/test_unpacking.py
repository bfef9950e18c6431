"""Oversized workbooks are rejected before unpacking.

The size that their archive declares is not trusted.
"""

import resource
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest

from leadtight.cli.import_.table import ExportFile, ImportFileError
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.source_file import inspect
from leadtight.tabular import unpacking
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import kind_of

SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{LAUGHS}]><worksheet>&l9;</worksheet>'


def workbook(path: Path) -> Path:
    """Write a small workbook as programs write it."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (("Name", "E-mail", "Created"), ("Ada Obi", "ada@example.com", "2026-11-30")):
        sheet.append(row)
    book.save(path)
    return path


def with_part(path: Path, name: str, chunk: bytes, times: int) -> Path:
    """Replace a part of a workbook by repeated bytes."""
    whole = workbook(path.with_name("whole.xlsx"))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        with new.open(name, "w", force_zip64=True) as part:
            for _ in range(times):
                part.write(chunk)
    return path


BOMBS: dict[str, Callable[[Path], Path]] = {
    "a sheet of one long cell": lambda path: with_part(path, SHEET, b"x" * 1_000_000, 300),
    "a sheet of zeroes": lambda path: with_part(path, SHEET, b"\0" * 1_000_000, 300),
    "shared texts": lambda path: with_part(path, "xl/sharedStrings.xml", b"<si><t>x</t></si>" * 60_000, 300),
    "styles": lambda path: with_part(path, "xl/styles.xml", b"<xf/>" * 200_000, 50),
    "the list of sheets": lambda path: with_part(path, "xl/workbook.xml", b"<sheet/>" * 200_000, 50),
    "relations": lambda path: with_part(path, "xl/_rels/workbook.xml.rels", b"<Relationship/>" * 200_000, 50),
    "entities in a sheet": lambda path: with_part(path, SHEET, BILLION.encode(), 1),
    "entities in UTF-16": lambda path: with_part(path, SHEET, BILLION.encode("utf-16"), 1),
    "entities in the shared texts": lambda path: with_part(path, "xl/sharedStrings.xml", BILLION.encode(), 1),
    "entities in the list of parts": lambda path: with_part(path, "[Content_Types].xml", BILLION.encode(), 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("opens", [ExportFile.open, inspect])
def test_a_zip_bomb_is_refused_by_import_and_audit_at_once(
    bomb: Callable[[Path], Path], opens: Callable[[Path], object], tmp_path: Path
) -> None:
    path = bomb(tmp_path / "leads.xlsx")
    memory, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises((ImportFileError, UnusableError), match=r"unpacks to|declare entities"):
        opens(path)
    assert time.process_time() - begun < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 50_000, "kilobytes"


def test_a_workbook_with_too_many_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_ENTRIES", 5)
    with pytest.raises(NoTableError, match="over 5 parts"):
        kind_of(workbook(tmp_path / "leads.xlsx"))


def test_all_sheets_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 3_000)
    with pytest.raises(NoTableError, match="unpacks to"):
        kind_of(workbook(tmp_path / "leads.xlsx"))


@pytest.mark.slow
def test_an_archive_with_a_false_size_unpacks_to_at_most_the_declared_size(tmp_path: Path) -> None:
    path = with_part(tmp_path / "leads.xlsx", SHEET, b"x" * 1_000_000, 300)
    raw = path.read_bytes()
    size = 300_000_000
    assert raw.count(struct.pack("<I", size)) == 2, "at the part, and in the list of parts"
    path.write_bytes(raw.replace(struct.pack("<I", size), struct.pack("<I", 2_000)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ImportFileError, match=r"not a readable workbook|unpacks to|header"):
        list(ExportFile.open(path).rows())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 50_000, "kilobytes"


@pytest.mark.slow
@pytest.mark.parametrize("opens", [ExportFile.open, inspect])
def test_a_parquet_file_claiming_endless_rows_is_refused(opens: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    with duckdb.connect() as connection:
        query = "select 'x' as name from range(5_000_000)"
        connection.execute(f"copy ({query}) to '{path}' (format parquet, row_group_size 5_000_000, compression zstd)")
    assert path.stat().st_size < 50_000
    with pytest.raises((ImportFileError, UnusableError), match="5000000 rows"):
        opens(path)


@pytest.mark.slow
def test_an_ordinary_workbook_of_equal_rows_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Name", "E-mail", "Status"])
    for _ in range(20_000):
        sheet.append(["Ada Obi", "ada@example.com", "New"])
    book.save(tmp_path / "leads.xlsx")
    assert len(list(ExportFile.open(tmp_path / "leads.xlsx").rows())) == 20_000
