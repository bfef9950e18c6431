"""A workbook (xlsx) as a table: the first sheet with a header of several columns, every cell as text."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from leadtight.tabular.errors import NoTableError
from leadtight.tabular.header_row import above_the_header

LOOKED_AT = 200
"""Rows of each sheet that show where its table begins."""


def header(path: Path) -> tuple[int, list[str]]:
    """Return the number of the header's row and the row as it stands, without the blank cells at its end.

    Raises NoTableError.
    """
    number, names = next(_every_row(path), (1, []))
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise NoTableError("row 1: there is no header")
    return number, names


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header that hold anything, each with its number. Raises NoTableError."""
    return ((number, cells) for number, cells in islice(_every_row(path), 1, None) if any(c.strip() for c in cells))


def _every_row(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the header and all rows below it, each with its number."""
    import openpyxl  # costs 150 ms, and few files are workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            tables = [(sheet, *_begin(sheet)) for sheet in book.worksheets]
            # A cover or a note has one cell where a table has its header; a table of one column is better than none.
            widest = next((t for t in tables if t[2] > 1), None) or next((t for t in tables if t[2]), None)
            if widest is not None:
                sheet, titles, _ = widest
                yield from islice(enumerate(_sheet_rows(sheet), 1), titles, None)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise NoTableError(f"no readable workbook: {error}") from error


def _begin(sheet: Any) -> tuple[int, int]:
    """Return how many rows of a sheet stand above its header, and how many cells the header fills."""
    first = list(islice(_sheet_rows(sheet), LOOKED_AT))
    titles = above_the_header(first)
    return titles, sum(bool(cell.strip()) for cell in first[titles]) if first else 0


def _sheet_rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    return ([_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _cell_text(value: Any) -> str:
    """Return a cell as text; whole numbers keep all their digits."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return str(value)
