"""A text file as a table of text cells.

Its encoding, delimiter and header, and its rows one by one.
"""

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadtight.tabular.date_and_time import Pair, pairs
from leadtight.tabular.encoding import detect
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.header_row import is_below_table, refuse_data, rows_above_header, usually_filled

USUAL = ",;\t|"
RARE = "^~\x1f\x01"
SAMPLE_LINES = 200
TAIL, FOOTER = 1 << 14, 20
"""Last bytes and lines that may contain a footer."""

LONGEST_CELL = 1 << 22


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a text file.

    `header` is as it stands in the file, in the row `header_row`, counted from 1, below any title. `is_plain`: the file
    is UTF-8, every row down to the header is one line, and nothing is below the table. `errors` is how bytes that do
    not fit the encoding are handled, `usually_filled` how many cells most rows fill; `pairs` has the columns that are a
    date and its time.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    is_plain: bool
    errors: str = "strict"
    usually_filled: int = 0
    pairs: tuple[Pair, ...] = ()


def dialect(
    path: Path, encoding: str | None = None, delimiter: str | None = None, fallback: str | None = None
) -> Dialect:
    """Return how to read a file.

    Arguments override detection; `fallback` is the encoding if the file is not UTF-8. Raises NoTableError, and OSError.
    """
    csv.field_size_limit(LONGEST_CELL)
    codec, errors = (encoding, "strict") if encoding else detect(path, fallback)
    try:
        lines = _sample(path, codec, errors)
        declared = _named_delimiter(lines)
        chosen = delimiter or declared or _delimiter(lines)
        first = list(csv.reader(lines[bool(declared) :], delimiter=chosen))
    except (LookupError, UnicodeError, csv.Error) as error:
        raise NoTableError(str(error)) from error
    titles = rows_above_header(first)
    header_row = titles + 1 + bool(declared)
    if not any(name.strip() for row in first[titles : titles + 1] for name in row):
        raise NoTableError(f"row {header_row}: there is no header")
    refuse_data(first, titles)
    is_utf8 = codec.startswith("utf-8") and errors == "strict"
    is_plain = is_utf8 and not any("\n" in c or "\r" in c for row in first[: titles + 1] for c in row)
    usual = usually_filled(first[titles + 1 :])
    is_plain = is_plain and not _has_footer(path, chosen, usual)
    header = tuple(first[titles])
    return Dialect(codec, chosen, header, header_row, is_plain, errors, usual, pairs(header, first[titles + 1 :]))


def rows(path: Path, how: Dialect, longest_cell: int = LONGEST_CELL) -> Iterator[tuple[int, list[str]]]:
    """Yield the numbered rows with content below the header.

    Only one is in memory. Raises NoTableError, which names the row.
    """
    csv.field_size_limit(longest_cell)
    number = 0
    try:
        with path.open(encoding=how.encoding, errors=how.errors, newline="") as file:
            for number, cells in enumerate(csv.reader(file, delimiter=how.delimiter), 1):
                if number > how.header_row and any(cell.strip() for cell in cells):
                    yield number, cells
    except (UnicodeError, csv.Error, OSError) as error:
        raise NoTableError(f"row {number + 1}: {error}") from error


def row_problem(cells: list[str], width: int) -> str:
    """Return what is wrong with a row, or "".

    Fewer cells than `width` are fine.
    """
    extra = any(cell.strip() for cell in cells[width:])
    return f"{len(cells)} cells for {width} columns" if extra else ""


def _has_footer(path: Path, delimiter: str, usual: int) -> bool:
    """Return whether the last row is below the table.

    For files in UTF-8.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = file.read().decode("utf-8", "replace").splitlines()
    rows = [row for row in csv.reader(lines[-FOOTER:], delimiter=delimiter) if any(cell.strip() for cell in row)]
    return bool(rows) and is_below_table(rows[-1], usual)


def _sample(path: Path, encoding: str, errors: str) -> list[str]:
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        return list(itertools.islice(file, SAMPLE_LINES))


def _named_delimiter(lines: list[str]) -> str | None:
    """Return the delimiter of a first line like `sep=;`.

    Spreadsheets write and read it.
    """
    first = lines[0].strip("\ufeff\r\n") if lines else ""
    return first[4:] if first.lower().startswith("sep=") and len(first) == 5 else None


def _delimiter(lines: list[str]) -> str:
    best = max(USUAL, key=lambda delimiter: _fit(lines, delimiter))
    if _fit(lines, best)[0]:
        return best
    rare = max(RARE, key=lambda delimiter: _fit(lines, delimiter))
    return rare if _fit(lines, rare)[0] else best


def _fit(lines: list[str], delimiter: str) -> tuple[bool, bool, bool, int]:
    """Return how well a delimiter fits.

    It divides the header; most rows are equally wide; no title is above; its width.
    """
    rows = list(csv.reader(lines, delimiter=delimiter))
    titles = rows_above_header(rows)
    widths = [len(row) for row in rows[titles:] if row]
    width = widths[0] if widths else 0
    alike = sum(1 for w in widths if w == width)
    return width > 1, alike * 10 >= len(widths) * 9, not titles, width
