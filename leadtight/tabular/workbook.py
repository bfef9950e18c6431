"""A workbook (xlsx) as a table, with cells as text.

The best recognised of its visible sheets is read.
"""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from leadtight.tabular.cell_kinds import kind_of_cell
from leadtight.tabular.date_and_time import Pair, pairs
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.header_row import refuse_data, rows_above_header, usually_filled

LOOKED_AT = 200
"""Rows of a sheet that show where its table begins."""

Rate = Callable[[Sequence[str]], int]
"""Counts the recognised names of a header."""


@dataclass(frozen=True, slots=True)
class SheetTable:
    """An inspected sheet.

    `usually_filled` is how many cells most rows fill; `pairs` has the columns that are a date and its time, `others`
    the visible sheets that were not chosen.
    """

    name: str
    header_row: int
    header: tuple[str, ...]
    usually_filled: int
    pairs: tuple[Pair, ...]
    others: tuple[str, ...] = ()


def inspect(path: Path, sheet: str | None, rate: Rate) -> SheetTable:
    """Return the table of a sheet.

    The sheet of this name, else the one whose header has the most recognised names. Raises NoTableError.
    """
    with _OpenWorkbook(path) as book:
        visible = [each for each in book.worksheets if each.sheet_state == "visible"]
        if sheet is not None:
            return _table(_named(book, sheet))
        rated = [(_rated(each, rate), -n, each) for n, each in enumerate(visible)]
        rated = [each for each in rated if each[0][1]]
        if not rated:
            raise NoTableError("row 1: there is no header")
        table = _table(max(rated, key=lambda each: each[:2])[2])
        return replace(table, others=tuple(each.title for each in visible if each.title != table.name))


def rows(path: Path, table: SheetTable) -> Iterator[tuple[int, list[str]]]:
    """Yield the numbered rows with content below the header.

    Raises NoTableError.
    """
    with _OpenWorkbook(path) as book:
        below = islice(enumerate(_sheet_rows(book[table.name]), 1), table.header_row, None)
        yield from ((number, cells) for number, cells in below if any(cell.strip() for cell in cells))


class _OpenWorkbook:
    """An open workbook.

    What openpyxl cannot read is a NoTableError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Any:
        import openpyxl  # costs 150 ms, and few files are workbooks
        from openpyxl.utils.exceptions import InvalidFileException

        self._file = self.path.open("rb")
        try:
            return openpyxl.load_workbook(self._file, read_only=True, data_only=True)
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
            self._file.close()
            raise NoTableError(f"not a readable workbook: {error}") from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._file.close()
        if isinstance(error, zipfile.BadZipFile | KeyError | ValueError | OSError):
            raise NoTableError(f"not a readable workbook: {error}") from error


def _named(book: Any, name: str) -> Any:
    match = next((each for each in book.worksheets if each.title.casefold() == name.strip().casefold()), None)
    if match is None:
        there = ", ".join(repr(each.title) for each in book.worksheets)
        raise NoTableError(f"there is no sheet {name!r}; there are {there}")
    return match


def _table(sheet: Any) -> SheetTable:
    first = list(islice(_sheet_rows(sheet), LOOKED_AT))
    titles = rows_above_header(first) if first else 0
    header = list(first[titles]) if first else []
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise NoTableError(f"sheet {sheet.title!r}: row {titles + 1}: there is no header")
    refuse_data(first, titles)
    below = first[titles + 1 :]
    return SheetTable(sheet.title, titles + 1, tuple(header), usually_filled(below), pairs(header, below))


def _rated(sheet: Any, rate: Rate) -> tuple[bool, int, int, int]:
    """Return how well a sheet looks like the table.

    Several columns, recognised names, columns of dates, its width. A cover or a note has one cell where a table has its
    header; a dictionary of columns has no dates.
    """
    first = list(islice(_sheet_rows(sheet), LOOKED_AT))
    titles = rows_above_header(first) if first else 0
    header = [cell for cell in (first[titles] if first else ()) if cell.strip()]
    dates = {n for row in first[titles + 1 :] for n, cell in enumerate(row) if kind_of_cell(cell) == "date"}
    return len(header) > 1, rate(header) * 100 + len(header), len(dates), len(first)


def _sheet_rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    return ([_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _cell_text(value: Any) -> str:
    """Return a cell as text.

    Whole numbers keep all their digits.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
