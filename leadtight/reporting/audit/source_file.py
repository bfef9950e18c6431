"""Files as tables of text in the database.

The type of a file shows in its bytes, and every cell stays text (R15). Columns are recognised, and dates and amounts
understood, from the whole file. Of a large file only a sample from its start is examined: the file is then read once,
straight into typed rows, and every row is checked against the sample. A row unlike the sample raises
UnrepresentativeSampleError, and the whole file is examined instead.
"""

import csv
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from leadtight.reporting.audit.errors import UnrepresentativeSampleError, UnusableError
from leadtight.reporting.facts.table import quoted
from leadtight.tabular import encoding, footer, parquet, web_page, workbook
from leadtight.tabular import text as texts
from leadtight.tabular.blanks import BLANKS
from leadtight.tabular.cell_table import CellTable
from leadtight.tabular.column_names import unique
from leadtight.tabular.date_and_time import Pair, joined, joined_name
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import kind_of

LARGE = 1 << 24
"""Size in bytes from which a text file is sampled."""

SAMPLE_ROWS = 20_000
"""Rows of a large file that are examined."""

MOST_SPELLINGS = 5000
"""Most distinct values that are examined one by one.

A column with more is compared row by row.
"""

FEW = 50
"""Most values to compare every row of a file with."""

NO_TIMES = (
    "an address book (vCard) does not say when a lead was created or contacted, so there is nothing to measure;"
    " use the export of a CRM (CSV, xlsx), or import the people with `leadtight import`"
)

_LONGEST = max(map(len, BLANKS))
_SPACES = " \t\r\n\u00a0\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An inspected file, which `load` puts into the database.

    `name` is its name in messages, `columns` are in file order. `pairs` has extra columns after those of the file, each
    a date joined with its time. `is_sampled`: only the start of the file was examined. `spelled` caches the spellings
    of a column's values.
    """

    name: str
    columns: tuple[str, ...]
    path: Path
    kind: str
    header_row: int
    text: texts.Dialect | None
    is_sampled: bool = False
    book: workbook.SheetTable | None = None
    cells: CellTable | None = field(default=None, compare=False)
    pairs: Mapping[int, Pair] = field(default_factory=dict, compare=False)
    spelled: dict[str, list[str | None]] = field(default_factory=dict, compare=False)

    @property
    def usually_filled(self) -> int:
        """Count the cells that most rows fill, 0 when unknown."""
        looked_at = self.text or self.book or self.cells
        return looked_at.usually_filled if looked_at else 0

    @property
    def first_row(self) -> int:
        """Return the number of the first row below the header."""
        return self.header_row + 1

    @property
    def described(self) -> str:
        """Describe the chosen table of a workbook or page.

        Names the other tables, too. Empty for other files.
        """
        if self.cells:
            return f"{self.name}: {self.cells.described}"
        if self.book is None:
            return ""
        others = f" (left alone: {', '.join(map(repr, self.book.others))})" if self.book.others else ""
        return f"{self.name}: sheet {self.book.name!r}{others}"

    def load(self, connection: duckdb.DuckDBPyConnection, table: str, wanted: Iterable[str]) -> None:
        """Create the views `table` and `table`_whole with cleaned text.

        `table` has the examined rows, `table`_whole all of them; both have the wanted columns, `row` (the header's is
        1) and `trouble`. A wanted column is named by its position, as `cell` returns it; `raw` names the uncleaned
        cell. Rows keep the order of the file. Cells are cleaned when they are read: most never are, and few need it.
        For a sampled file, `row` of `table`_whole is null, and the view `table`_numbered reads the file once more, row
        by row.
        """
        positions = self.positions(wanted)
        whole, stored = f"{table}_whole", f"{table}_raw"
        if self.is_sampled:
            cells = "".join(f", {self.raw_cell(n)}" for n in positions)
            rows = _read_csv(self, self.first_row - 1)
            read = f"select null::bigint as row, null::varchar as trouble{cells} from {rows}"
            connection.execute(
                f"create view {table}_numbered as"
                f" select * replace (row_number() over () + {self.first_row - 1} as row) from ({read})"
            )
            connection.execute(f"create table {stored} as from {table}_numbered limit {SAMPLE_ROWS}")
            connection.execute(f"create view {whole} as {cleaned(f'({read})', positions)}")
        elif self.kind == "parquet":
            _load_parquet(connection, stored, positions, self)
        elif self.book or self.cells:
            _load_rows(connection, stored, positions, self, self._rows())
        else:
            _load_text(connection, stored, positions, self)
        connection.execute(f"create view {table} as {cleaned(stored, positions)}")
        if not self.is_sampled:
            connection.execute(f"create view {whole} as from {table}")

    @property
    def width(self) -> int:
        """Count the columns of the file."""
        return len(self.columns) - len(self.pairs)

    def raw_cell(self, position: int) -> str:
        """Return SQL for an uncleaned cell.

        A date is joined with its time.
        """
        if position not in self.pairs:
            return f"r{position}"
        day, clock = self.pairs[position]
        return f"r{day} || ' ' || r{clock} as r{position}"

    def moment_of(self, name: str) -> str:
        """Return the joined date and time of a column.

        The column itself when it is not part of a pair.
        """
        position = self.columns.index(name)
        return next((self.columns[n] for n, pair in self.pairs.items() if position in pair), name)

    def own_rows(self) -> Iterator[list[str]]:
        """Yield the raw rows, each date joined with its time.

        Not for Parquet.
        """
        for _, cells in self._rows():
            padded = [*cells[: self.width], *[""] * (self.width - len(cells))]
            yield padded + [joined(cells, pair) for pair in self.pairs.values()]

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        if self.cells:
            return iter(self.cells.rows)
        if self.book:
            return workbook.rows(self.path, self.book)
        assert self.text is not None
        return texts.rows(self.path, self.text)

    def positions(self, names: Iterable[str]) -> list[int]:
        """Return where columns are, as `cleaned` wants them."""
        return sorted({self.columns.index(name) for name in names})

    def cell(self, name: str) -> str:
        """Return a column's name in the views of `load`."""
        return f"c{self.columns.index(name)}"

    def spellings(self, connection: duckdb.DuckDBPyConnection, table: str, cell: str) -> list[str | None]:
        """Return the distinct raw values of a column.

        At most `MOST_SPELLINGS` of them.
        """
        if cell not in self.spelled:
            sql = f"select distinct {raw(cell)} from {table}_raw limit {MOST_SPELLINGS}"
            self.spelled[cell] = [row[0] for row in connection.execute(sql).fetchall()]
        return self.spelled[cell]

    def new_value_sql(self, but: Collection[str] = ()) -> str:
        """Return SQL for whether a row has an unsampled value.

        `but` are cells to ignore. Raises UnrepresentativeSampleError when there are too many values to compare with.
        """
        parts = ["false"]
        for cell, spelled in self.spelled.items():
            if FEW < len(spelled) < MOST_SPELLINGS:
                raise UnrepresentativeSampleError(f"{self.name}: {len(spelled)} different values")
            if len(spelled) <= FEW and cell not in but:
                literals = ", ".join(quoted(each) for each in spelled if each is not None) or "''"
                parts.append(f"coalesce({raw(cell)} not in ({literals}), false)")
        return f"({' or '.join(parts)})"

    def is_empty(self, names: Iterable[str]) -> str:
        """Return SQL for whether all of these columns are empty."""
        return f"coalesce({', '.join((*(raw(self.cell(name)) for name in names), 'null', 'null'))}) is null"

    def check_like_sample(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Raise UnrepresentativeSampleError if a typed row is marked `unlike`."""
        if self.is_sampled and connection.execute(f"select 1 from {table} where unlike limit 1").fetchall():
            raise UnrepresentativeSampleError(self.name)

    def check_line_numbers(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Raise UnrepresentativeSampleError if row numbers differ from line numbers.

        Call it only when a row is identified by its number: it takes as long as everything else besides the queries.
        """
        if not self.is_sampled:
            return
        rows = connection.execute(f"select count(*) + {self.first_row - 1} from {table}").fetchall()[0][0]
        if not encoding.rows_match_lines(self.path, rows):
            raise UnrepresentativeSampleError(self.name)


def raw(cell: str) -> str:
    """Return the name of a cell before cleaning."""
    return f"r{cell.removeprefix('c')}"


def cleaned_values(connection: duckdb.DuckDBPyConnection, values: list[str | None]) -> dict[str, str | None]:
    """Return the cleaned form of raw values, by raw value."""
    rows = connection.execute(
        f"select r0, c0 from ({cleaned('(select unnest($values::varchar[]) as r0)', [0])}) where r0 is not null",
        {"values": values},
    ).fetchall()
    return dict(rows)


def cleaned(table: str, positions: list[int]) -> str:
    """Return SQL for a loaded table with cleaned cells added."""
    cells = "".join(f", {_cleaned(f'c{n}')} as c{n}" for n in positions)
    return f"select *{cells} from {table}"


def clean(cell: str) -> str:
    """Return SQL that cleans a raw cell as `load` does.

    For branches that few rows take.
    """
    trimmed = f"trim({raw(cell)}, {quoted(_SPACES)})"
    blanks = ", ".join(quoted(blank) for blank in ("", *BLANKS))
    is_blank = f"strlen({trimmed}) <= {_LONGEST} and lower({trimmed}) in ({blanks})"
    return f"case when {is_blank} then null else {trimmed} end"


def is_clean(cell: str) -> str:
    """Return a cheap SQL test for cells without cleaning.

    True only for clean cells; some clean cells fail it.
    """
    text = raw(cell)
    return f"strlen({text}) > {_LONGEST} and {text} between '!' and '~' and {text}[-1] between '!' and '~'"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to inspect a file.

    `encoding` applies to files that are not UTF-8, `sheet` to workbooks. `rate` counts the recognised names of a
    sheet's header: of several sheets, the one with the most is read.
    """

    encoding: str | None = None
    sheet: str | None = None
    rate: workbook.Rate = len


AS_FOUND = ReadOptions()


def inspect(path: Path, choice: ReadOptions = AS_FOUND, *, may_sample: bool = False) -> SourceFile:
    """Return the type of a file and its columns.

    With `may_sample`, a large text file is only sampled if its start is enough. Raises UnusableError when it is not a
    table.
    """
    try:
        kind = kind_of(path)
        if kind == "parquet":
            row, names = parquet.header(path)
            return SourceFile(path.name, tuple(names), path, kind, row, None)
        if kind == "workbook":
            book = workbook.inspect(path, choice.sheet, choice.rate)
            columns, pairs = _with_pairs(unique(book.header), book.pairs)
            return SourceFile(path.name, columns, path, kind, book.header_row, None, book=book, pairs=pairs)
        if kind in ("page", "vcard"):
            page = _page(path, kind, choice)
            columns, pairs = _with_pairs(unique(page.header), page.pairs)
            return SourceFile(path.name, columns, path, kind, page.header_row, None, cells=page, pairs=pairs)
        dialect, is_sampled = _dialect(path, choice.encoding, may_sample=may_sample)
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error
    except NoTableError as error:
        raise UnusableError(f"{path.name}: {error}") from error
    columns, pairs = _with_pairs(unique(dialect.header), dialect.pairs)
    return SourceFile(path.name, columns, path, kind, dialect.header_row, dialect, is_sampled, pairs=pairs)


def _page(path: Path, kind: str, choice: ReadOptions) -> CellTable:
    if kind == "vcard":
        raise NoTableError(NO_TIMES)
    return web_page.inspect(path, choice.encoding)


def _with_pairs(names: tuple[str, ...], pairs: Iterable[Pair]) -> tuple[tuple[str, ...], dict[int, Pair]]:
    """Return the columns with joined date-and-time columns appended.

    Also returns the pairs by the position of their column.
    """
    by_position = dict(enumerate(pairs, len(names)))
    return names + tuple(joined_name(names, pair) for pair in by_position.values()), by_position


def _dialect(path: Path, fallback: str | None, *, may_sample: bool) -> tuple[texts.Dialect, bool]:
    """Return how to read a text file, and whether sampled."""
    begins = encoding.encoding_of_start(path) if may_sample and path.stat().st_size >= LARGE else None
    if begins:
        with suppress(NoTableError):
            beginning = texts.dialect(path, begins)
            if beginning.is_plain and encoding.has_lines(path, SAMPLE_ROWS):
                return beginning, True
    return texts.dialect(path, fallback=fallback), False


def _load_parquet(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: SourceFile) -> None:
    cells = "".join(f", {_name(sheet.columns[n])}::varchar as r{n}" for n in positions)
    connection.execute(
        f"create table {table} as select row_number() over () + 1 as row, null::varchar as trouble{cells}"
        f" from read_parquet({quoted(str(sheet.path))})"
    )


def _load_text(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: SourceFile) -> None:
    assert sheet.text is not None
    if sheet.text.is_plain:
        try:
            if _load_plain(connection, table, positions, sheet):
                return
            connection.execute(f"drop view {table}")
        except duckdb.Error:
            pass  # rows of other widths, mixed line ends, stray quotes: the slower reader names the rows at fault
        connection.execute(f"drop table if exists {table}_stored")
    _load_rows(connection, table, positions, sheet, texts.rows(sheet.path, sheet.text))


def _load_plain(connection: duckdb.DuckDBPyConnection, table: str, positions: list[int], sheet: SourceFile) -> bool:
    """Load a text file as it is.

    Return whether its rows are its lines: no row is blank or consists of delimiters only.
    """
    cells = ", ".join(f"r{n}" for n in positions) or "r0"
    read = ", ".join(sheet.raw_cell(n) for n in positions) or "r0"
    connection.execute(f"create table {table}_stored as select {read} from {_read_csv(sheet, 0)}")
    connection.execute(
        f"create view {table} as select rowid + 1 as row, null::varchar as trouble, * from {table}_stored"
        f" where rowid >= {sheet.header_row}"
    )
    rows, empty = connection.execute(
        f"select count(*), coalesce(bool_or(coalesce({cells}, null) is null), false) from {table}_stored"
    ).fetchall()[0]
    return not empty and encoding.rows_match_lines(sheet.path, rows)


def _read_csv(sheet: SourceFile, skipped: int) -> str:
    """Return SQL for all raw columns, after skipping lines."""
    text = sheet.text
    assert text is not None
    names = ", ".join(f"'r{n}': 'VARCHAR'" for n in range(sheet.width))
    return (
        f"read_csv({quoted(str(sheet.path))}, auto_detect = false, header = false, skip = {skipped},"
        f" delim = {quoted(text.delimiter)}, quote = '\"', escape = '\"', strict_mode = true,"
        f" max_line_size = {texts.LONGEST_CELL}, columns = {{{names}}})"
    )


def _load_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    positions: list[int],
    sheet: SourceFile,
    rows: Iterator[tuple[int, list[str]]],
) -> None:
    """Write the rows as the plainest CSV and load that.

    So there is one way into the database.
    """
    handle, name = tempfile.mkstemp(suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, row, is_below in footer.mark_footer(rows, sheet.usually_filled):
                wrong = footer.REASON if is_below else texts.row_problem(row, sheet.width)
                writer.writerow([number, wrong, *(_at(row, n, sheet.pairs.get(n)) for n in positions)])
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


def _at(row: list[str], position: int, pair: Pair | None) -> str:
    if pair:
        return joined(row, pair)
    return row[position].replace("\0", "") if position < len(row) else ""


def _cleaned(cell: str) -> str:
    """Return SQL that cleans a cell in every row.

    Most cells pass as clean after a look at both ends.
    """
    text = raw(cell)
    starts = ", ".join(quoted(letter) for letter in sorted({b[0] for b in BLANKS} | {b[0].upper() for b in BLANKS}))
    may_be_blank = f"strlen({text}) <= {_LONGEST} and {text}[1] in ({starts})"
    ends_in_space = f"{text} not between '!' and '~' or {text}[-1] not between '!' and '~'"
    # Null matches neither, so all rows of nulls take the second arm, which is free.
    return f"case when {ends_in_space} or {may_be_blank} then {clean(cell)} else {text} end"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
