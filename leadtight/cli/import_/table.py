"""An export's columns by name and rows as text (R15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadtight.tabular import footer, parquet, text, vcard, web_page, workbook
from leadtight.tabular.cell_table import CellTable
from leadtight.tabular.column_names import unique
from leadtight.tabular.date_and_time import Pair, joined, joined_name
from leadtight.tabular.encoding import bom_encoding
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import Kind, kind_of

LONGEST_CELL = 1 << 20


class ImportFileError(Exception):
    """The file cannot be read as a table.

    The message states the reason.
    """


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its spreadsheet number and cells by column.

    Numbers count from 1, including the header. `joined` names columns that combine two others.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""
    joined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An inspected file.

    `dialect` is the format of its text, `book` the sheet of a workbook, `cells` the table of a web page or an address
    book. Columns that join a date and its time in two columns (`pairs`) follow those of the file.
    """

    path: Path
    kind: Kind
    dialect: text.Dialect | None
    book: workbook.SheetTable | None
    header_row: int
    columns: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()
    cells: CellTable | None = None

    @property
    def described(self) -> str:
        """Describe the file's format in words."""
        if self.book:
            others = f" (ignored: {', '.join(map(repr, self.book.others))})" if self.book.others else ""
            return f"a workbook, sheet {self.book.name!r}{others}"
        if self.cells:
            return self.cells.described
        if self.dialect is None:
            return "Parquet"
        separated = {"\t": "tabs"}.get(self.dialect.delimiter, f"“{self.dialect.delimiter}”")
        return f"{self.dialect.encoding}, separated by {separated}"

    @classmethod
    def open(
        cls,
        path: Path,
        encoding: str | None = None,
        delimiter: str | None = None,
        sheet: str | None = None,
        rate: workbook.Rate = len,
    ) -> ExportFile:
        """Inspect a file.

        `rate` counts the recognised names of a sheet's header. Raises ImportFileError.
        """
        try:
            kind = "text" if delimiter else kind_of(path)
            if kind == "text":
                # A mark is believed: what does not fit it is refused, where the audit would guess on.
                dialect = text.dialect(path, encoding or bom_encoding(path), delimiter)
                return cls._with(path, kind, dialect, None, dialect.header_row, unique(dialect.header), dialect.pairs)
            if kind == "workbook":
                book = workbook.inspect(path, sheet, rate)
                return cls._with(path, kind, None, book, book.header_row, unique(book.header), book.pairs)
            if kind in ("page", "vcard"):
                cells = web_page.inspect(path, encoding) if kind == "page" else vcard.inspect(path, encoding)
                return cls._with(path, kind, None, None, cells.header_row, unique(cells.header), cells.pairs, cells)
            row, header = parquet.header(path)
            return cls._with(path, kind, None, None, row, unique(header), ())
        except OSError as error:
            raise ImportFileError(f"{path}: {error.strerror}") from error
        except NoTableError as error:
            raise ImportFileError(f"{path}: {error}") from error

    @classmethod
    def _with(
        cls,
        path: Path,
        kind: Kind,
        dialect: text.Dialect | None,
        book: workbook.SheetTable | None,
        header_row: int,
        names: tuple[str, ...],
        pairs: tuple[Pair, ...],
        cells: CellTable | None = None,
    ) -> ExportFile:
        columns = names + tuple(joined_name(names, pair) for pair in pairs)
        return cls(path, kind, dialect, book, header_row, columns, pairs, cells)

    def rows(self) -> Iterator[Record]:
        """Yield the rows with content.

        Raises ImportFileError naming the row.
        """
        looked_at = self.dialect or self.book or self.cells
        usual = looked_at.usually_filled if looked_at else 0
        width = len(self.columns) - len(self.pairs)
        try:
            for number, cells, is_below in footer.mark_footer(self._every_row(), usual):
                padded = [*cells[:width], *[""] * (width - len(cells)), *(joined(cells, pair) for pair in self.pairs)]
                values = {column: cell.strip() for column, cell in zip(self.columns, padded, strict=True)}
                problem = footer.REASON if is_below else self._problem(cells, width)
                yield Record(number, values, problem, frozenset(self.columns[width:]))
        except NoTableError as error:
            raise ImportFileError(f"{self.path}: {error}") from error

    def _problem(self, cells: list[str], width: int) -> str:
        stray = next((n for n, cell in enumerate(cells[:width]) if "\ufffd" in cell), None)
        decoded = self.dialect or self.cells
        if stray is not None and decoded and decoded.errors == "replace":
            column, encoding = self.columns[stray], decoded.encoding
            return f"column {column!r}: has a byte that is not {encoding}; correct it, or pass --encoding"
        return text.row_problem(cells, width)

    def _every_row(self) -> Iterator[tuple[int, list[str]]]:
        if self.dialect:
            return text.rows(self.path, self.dialect, LONGEST_CELL)
        if self.cells:
            return iter(self.cells.rows)
        return workbook.rows(self.path, self.book) if self.book else parquet.rows(self.path)
