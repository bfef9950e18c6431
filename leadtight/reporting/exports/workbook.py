"""A workbook (xlsx) as a table: the first sheet with a header of several columns, every cell as text."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from leadtight.reporting.exports.errors import NoTableError


def header(path: Path) -> list[str]:
    """Return the first row as it stands there, without the blank cells at its end. Raises NoTableError."""
    names = next(_every_row(path), [])
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise NoTableError("row 1: there is no header")
    return names


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header that hold anything, each with its number. Raises NoTableError."""
    for number, cells in enumerate(_every_row(path), 1):
        if number > 1 and any(cell.strip() for cell in cells):
            yield number, cells


def _every_row(path: Path) -> Iterator[list[str]]:
    import openpyxl  # costs 150 ms, and few files are workbooks
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            headers = [_filled(next(_sheet_rows(sheet), [])) for sheet in book.worksheets]
            # A cover or a note has one cell where a table has its header; a table of one column is better than none.
            best = next((n for n, filled in enumerate(headers) if filled > 1), None)
            best = next((n for n, filled in enumerate(headers) if filled), None) if best is None else best
            if best is not None:
                yield from _sheet_rows(book.worksheets[best])
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise NoTableError(f"no readable workbook: {error}") from error


def _sheet_rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    return ([_cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))


def _filled(cells: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


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
