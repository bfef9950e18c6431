"""Files as tables of text in the database: what a file is shows in its bytes, and every cell stays text (R15)."""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.exports import text as texts
from leadtight.reporting.exports import workbook
from leadtight.reporting.exports.errors import NoTableError
from leadtight.reporting.table import quoted

PARQUET, ZIP, OLD_WORKBOOK = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_8 = ("utf-8", "utf-8-sig")
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
    text: texts.Dialect | None

    def load(self, connection: duckdb.DuckDBPyConnection, table: str, wanted: Iterable[str]) -> None:
        """Create the view `table` with `row` (the header's is 1), `trouble` and the wanted columns as cleaned text.

        A wanted column is named by its position, as `cell` says; `raw` names what stands in the file. Rows keep the
        order of the file. Cells are cleaned when they are looked at: most never are, and few need it.
        """
        positions = self.positions(wanted)
        stored = f"{table}_raw"
        if self.kind == "parquet":
            cells = "".join(f", {_name(self.columns[n])}::varchar as r{n}" for n in positions)
            source = f"read_parquet({quoted(str(self.path))})"
            connection.execute(
                f"create table {stored} as select row_number() over () + 1 as row, null::varchar as trouble{cells}"
                f" from {source}"
            )
        elif self.kind == "workbook":
            _load_rows(connection, stored, positions, self, workbook.rows(self.path))
        else:
            _load_text(connection, stored, positions, self)
        connection.execute(f"create view {table} as {cleaned(stored, positions)}")

    def positions(self, names: Iterable[str]) -> list[int]:
        """Return where columns are, as `cleaned` wants them."""
        return sorted({self.columns.index(name) for name in names})

    def cell(self, name: str) -> str:
        """Return what a column is called in the view that `load` made."""
        return f"c{self.columns.index(name)}"


def raw(cell: str) -> str:
    """Return what a cell is called as it stands in the file, before it is cleaned."""
    return f"r{cell.removeprefix('c')}"


def written(connection: duckdb.DuckDBPyConnection, values: list[str | None]) -> dict[str, str | None]:
    """Return values as they are once cleaned, by what stands in the file."""
    rows = connection.execute(
        f"select r0, c0 from ({cleaned('(select unnest($values::varchar[]) as r0)', [0])}) where r0 is not null",
        {"values": values},
    ).fetchall()
    return dict(rows)


def cleaned(table: str, positions: list[int]) -> str:
    """Return SQL for the rows of a table that `load` made, or of a part of it, with its cells cleaned."""
    # Two steps: what is written twice in one is computed for every row, needed or not.
    trimmed = "".join(f", {_trimmed(f'r{n}')} as t{n}" for n in positions)
    cells = "".join(f", {_filled(f't{n}')} as c{n}" for n in positions)
    dropped = f" exclude ({', '.join(f't{n}' for n in positions)})" if positions else ""
    return f"select *{dropped}{cells} from (select *{trimmed} from {table})"


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
    try:
        found = texts.dialect(path)
    except NoTableError as error:
        raise UnusableError(f"{path.name}: {error}") from error
    return Sheet(path.name, unique(found.header), path, "text", found)


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the header's names, trimmed; the second column of a name is `name (2)`, one without any `column 3`."""
    found: dict[str, int] = {}
    result = []
    for position, given in enumerate(names, 1):
        name = " ".join(given.replace("\ufeff", "").split()) or f"column {position}"
        found[name] = found.get(name, 0) + 1
        result.append(name if found[name] == 1 else f"{name} ({found[name]})")
    return tuple(result)


def _parquet_columns(path: Path) -> tuple[str, ...]:
    try:
        with duckdb.connect(":memory:") as connection:
            described = connection.execute(f"describe select * from read_parquet({quoted(str(path))})").fetchall()
    except duckdb.Error as error:
        raise UnusableError(f"{path.name}: {str(error).splitlines()[0]}") from error
    return tuple(row[0] for row in described)


def _workbook_columns(path: Path) -> tuple[str, ...]:
    try:
        return unique(workbook.header(path))
    except NoTableError as error:
        raise UnusableError(f"{path.name}: {error}") from error


def _load_text(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: Sheet) -> None:
    assert sheet.text is not None
    if sheet.text.encoding in UTF_8 and not sheet.text.has_blank_lines:
        try:
            _load_plain(connection, table, positions, sheet)
            return
        except duckdb.Error:
            # Rows of other widths, mixed line ends, stray quotes: the patient reader names the rows at fault.
            connection.execute(f"drop table if exists {table}")
    _load_rows(connection, table, positions, sheet, texts.rows(sheet.path, sheet.text))


def _load_plain(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: Sheet) -> None:
    text = sheet.text
    assert text is not None
    names = ", ".join(f"'r{n}': 'VARCHAR'" for n in range(len(sheet.columns)))
    cells = "".join(f", r{n}" for n in positions)
    connection.execute(
        f"create table {table} as select row, null::varchar as trouble{cells} from"
        f" (select row_number() over () as row, * from read_csv({quoted(str(sheet.path))}, auto_detect = false,"
        f" header = false, delim = {quoted(text.delimiter)}, quote = '\"', escape = '\"', strict_mode = true,"
        f" max_line_size = {texts.LONGEST_CELL}, columns = {{{names}}})) where row > {text.header_row}"
    )


def _load_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    positions: list[int],
    sheet: Sheet,
    rows: Iterator[tuple[int, list[str]]],
) -> None:
    """Write the rows out as the plainest CSV there is, and read that: one way into the database."""
    handle, name = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, row in rows:
                wrong = texts.trouble(row, len(sheet.columns))
                writer.writerow([number, wrong, *(_at(row, n) for n in positions)])
        names = ", ".join(("'row': 'BIGINT'", "'trouble': 'VARCHAR'", *(f"'r{n}': 'VARCHAR'" for n in positions)))
        cells = "".join(f", r{n}" for n in positions)
        connection.execute(
            f"create table {table} as select row, nullif(trouble, '') as trouble{cells} from"
            f" read_csv({quoted(name)}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"',"
            f" max_line_size = {texts.LONGEST_CELL}, columns = {{{names}}}) order by row"
        )
    except NoTableError as error:
        raise UnusableError(f"{sheet.name}: {error}") from error
    finally:
        Path(name).unlink()


def _at(row: list[str], position: int) -> str:
    return row[position].replace("\0", "") if position < len(row) else ""


def is_blank(cell: str) -> str:
    """Return SQL that tells whether a cell is blank, from what stands in the file: for the few that are not read."""
    blanks = ", ".join(quoted(blank) for blank in ("", *BLANKS))
    return f"coalesce(lower(trim({raw(cell)}, {quoted(_SPACES)})) in ({blanks}), true)"


def _trimmed(cell: str) -> str:
    """Return SQL for a cell without spaces around it; most begin and end with plain ink, and are left as they are."""
    ends = f"ascii({cell}) between 33 and 126 and ascii({cell}[-1]) between 33 and 126"
    return f"case when {ends} then {cell} else trim({cell}, {quoted(_SPACES)}) end"


def _filled(trimmed: str) -> str:
    """Return SQL for a trimmed cell, null when it is blank."""
    blanks = ", ".join(quoted(blank) for blank in ("", *BLANKS))
    longest = max(map(len, BLANKS))
    is_blank = f"strlen({trimmed}) <= {longest} and lower({trimmed}) in ({blanks})"
    return f"case when {is_blank} then null else {trimmed} end"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
