"""Files as tables of text: what a file is shows in its bytes, never in its name, and every cell stays text (R15)."""

import csv
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from leadtight.reporting.audit.dialect import LONGEST_CELL, Dialect, dialect, unique
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.table import quoted

PARQUET, ZIP, OLD_WORKBOOK = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BLANKS = (
    *("?", "-", "--", "null", "none", "nan", "nat", "n/a", "na", "nil", "select", "(blank)", "(empty)"),
    *("#value!", "#ref!", "#n/a", "#div/0!", "#name?", "#num!", "#null!", "#error!", "\\n"),
)
"""Texts that stand for nothing in exports, in small letters."""

_SPACES = " \t\r\n\u00a0\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was looked at: its name for messages and its columns in order. `load` puts it into the database."""

    name: str
    columns: tuple[str, ...]
    path: Path
    kind: str
    text: Dialect | None

    def load(self, connection: duckdb.DuckDBPyConnection, table: str, wanted: Iterable[str]) -> None:
        """Create `table` with `row` (the header's is 1), `trouble` and the wanted columns as cleaned text.

        A wanted column is named by its position, as `cell` says. Rows keep the order of the file.
        """
        positions = sorted({self.columns.index(name) for name in wanted})
        if self.kind == "parquet":
            cells = "".join(f", {_clean(f'{_name(c)}::varchar')} as c{n}" for n, c in self._chosen(positions))
            source = f"read_parquet({quoted(str(self.path))})"
            connection.execute(
                f"create table {table} as select row_number() over () + 1 as row, null::varchar as trouble{cells}"
                f" from {source}"
            )
        elif self.kind == "workbook":
            _load_rows(connection, table, positions, len(self.columns), _workbook_rows(self.path))
        else:
            _load_text(connection, table, positions, self)

    def cell(self, name: str) -> str:
        """Return what a column is called in the table that `load` made."""
        return f"c{self.columns.index(name)}"

    def _chosen(self, positions: list[int]) -> list[tuple[int, str]]:
        return [(n, self.columns[n]) for n in positions]


def look(path: Path) -> Sheet:
    """Return what a file is and which columns it has. Raises UnusableError when it is no table."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error
    if not start:
        raise UnusableError(f"{path.name}: the file is empty")
    if start.startswith(PARQUET):
        return Sheet(path.name, _parquet_columns(path), path, "parquet", None)
    if start.startswith(ZIP):
        return Sheet(path.name, _workbook_columns(path), path, "workbook", None)
    if start.startswith(OLD_WORKBOOK):
        raise UnusableError(f"{path.name}: a workbook of Excel 97-2003; save it as xlsx or as CSV")
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<", b"{", b"[{")):
        raise UnusableError(f"{path.name}: holds HTML, XML or JSON; export it as xlsx or as CSV")
    found = dialect(path)
    return Sheet(path.name, found.columns, path, "text", found)


def _parquet_columns(path: Path) -> tuple[str, ...]:
    try:
        with duckdb.connect(":memory:") as connection:
            described = connection.execute(f"describe select * from read_parquet({quoted(str(path))})").fetchall()
    except duckdb.Error as error:
        raise UnusableError(f"{path.name}: {str(error).splitlines()[0]}") from error
    return tuple(row[0] for row in described)


def _workbook_columns(path: Path) -> tuple[str, ...]:
    header = next(_workbook_rows(path), [])
    if not any(name.strip() for name in header):
        raise UnusableError(f"{path.name}: row 1: there is no header")
    while header and not header[-1].strip():
        header.pop()
    return unique(header)


def _workbook_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has any, every cell as text: whole numbers keep all their digits."""
    import openpyxl  # costs 150 ms, and few files are workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                rows = ([_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
                first = next(rows, None)
                if first is not None and any(first):
                    yield first
                    yield from rows
                    return
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise UnusableError(f"{path.name}: no readable workbook: {error}") from error


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)


def _load_text(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: Sheet) -> None:
    assert sheet.text is not None
    if sheet.text.encoding == "utf-8-sig" and not sheet.text.has_blank_lines:
        try:
            _load_plain(connection, table, positions, sheet)
            return
        except duckdb.Error:
            # Rows of other widths, mixed line ends, stray quotes: the patient reader names the rows at fault.
            connection.execute(f"drop table if exists {table}")
    _load_rows(connection, table, positions, len(sheet.columns), _text_rows(sheet.path, sheet.text), sheet.text)


def _load_plain(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: Sheet) -> None:
    text = sheet.text
    assert text is not None
    names = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(sheet.columns)))
    cells = "".join(f", {_clean(f'c{n}')} as c{n}" for n in positions)
    connection.execute(
        f"create table {table} as select row, null::varchar as trouble{cells} from"
        f" (select row_number() over () as row, * from read_csv({quoted(str(sheet.path))}, auto_detect = false,"
        f" header = false, delim = {quoted(text.delimiter)}, quote = '\"', escape = '\"', strict_mode = true,"
        f" max_line_size = {LONGEST_CELL}, columns = {{{names}}})) where row > {text.header_row}"
    )


def _text_rows(path: Path, text: Dialect) -> Iterator[list[str]]:
    number = 0
    try:
        with path.open(encoding=text.encoding, newline="") as file:
            for number, row in enumerate(csv.reader(file, delimiter=text.delimiter), 1):
                if number >= text.header_row:
                    yield row
    except (UnicodeError, csv.Error) as error:
        raise UnusableError(f"{path.name}: row {number + 1}: {error}") from error


def _load_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    positions: list[int],
    width: int,
    rows: Iterator[list[str]],
    text: Dialect | None = None,
) -> None:
    """Write the rows out as the plainest CSV there is, and read that: one way into the database."""
    first = text.header_row if text else 1
    next(rows, None)
    handle, name = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, row in enumerate(rows, first + 1):
                if any(cell.strip() for cell in row):
                    writer.writerow([number, _trouble(row, width), *(_at(row, n) for n in positions)])
        names = ", ".join(("'row': 'BIGINT'", "'trouble': 'VARCHAR'", *(f"'c{n}': 'VARCHAR'" for n in positions)))
        cells = "".join(f", {_clean(f'c{n}')} as c{n}" for n in positions)
        connection.execute(
            f"create table {table} as select row, nullif(trouble, '') as trouble{cells} from"
            f" read_csv({quoted(name)}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"',"
            f" max_line_size = {LONGEST_CELL}, columns = {{{names}}}) order by row"
        )
    finally:
        Path(name).unlink()


def _trouble(row: list[str], width: int) -> str:
    extra = [cell for cell in row[width:] if cell.strip()]
    return f"{len(row)} cells for {width} columns" if extra else ""


def _at(row: list[str], position: int) -> str:
    return row[position].replace("\0", "") if position < len(row) else ""


def _clean(cell: str) -> str:
    trimmed = f"trim({cell}, {quoted(_SPACES)})"
    blanks = ", ".join(quoted(blank) for blank in ("", *BLANKS))
    return f"case when lower({trimmed}) in ({blanks}) then null else {trimmed} end"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
