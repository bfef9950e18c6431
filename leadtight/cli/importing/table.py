"""A CSV file as it is: which encoding, which delimiter, and its rows one by one, every cell as text (R15)."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8", "cp1252")
"""Tried in this order: what is no UTF-8 is nearly always a Western spreadsheet's."""

DELIMITERS = ",;\t|"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
SAMPLE_LINES = 50
CHUNK = 1 << 20
LONGEST_CELL = 1 << 20


class UnreadableError(Exception):
    """The file cannot be read as a table; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number as a spreadsheet counts (the header is row 1) and its cells by column."""

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file that was looked at once."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
        """Return a file with what was found out about it. Raises UnreadableError."""
        csv.field_size_limit(LONGEST_CELL)
        found = encoding or _encoding(path)
        try:
            sample = _sample(path, found)
            chosen = delimiter or _delimiter(sample)
            columns = tuple(cell.strip() for cell in next(csv.reader(sample, delimiter=chosen), []))
        except (LookupError, UnicodeError, csv.Error, OSError) as error:
            raise UnreadableError(f"{path}: {error}") from error
        if not any(columns):
            raise UnreadableError(f"{path}: row 1: there is no header")
        twice = sorted({c for c in columns if c and columns.count(c) > 1})
        if twice:
            raise UnreadableError(f"{path}: row 1: column {twice[0]!r} stands there twice")
        return cls(path, found, chosen, columns)

    def rows(self) -> Iterator[Record]:
        """Yield the rows that hold anything. Raises UnreadableError naming the row."""
        number = 1
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter)
                next(reader, None)
                for number, cells in enumerate(reader, 2):
                    if any(cell.strip() for cell in cells):
                        yield self._record(number, cells)
        except (UnicodeError, csv.Error, OSError) as error:
            raise UnreadableError(f"{self.path}: row {number}: {error}") from error

    def _record(self, number: int, cells: list[str]) -> Record:
        named = {c: cell.strip() for c, cell in zip(self.columns, cells, strict=False) if c}
        extra = [cell for cell in cells[len(self.columns) :] if cell.strip()]
        problem = f"{len(cells)} cells for {len(self.columns)} columns" if extra else ""
        return Record(number, named, problem)


def _encoding(path: Path) -> str:
    """Return the first encoding in which the whole file can be read, read in pieces."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        marked = next((name for mark, name in MARKS if start.startswith(mark)), None)
        return marked or next(name for name in (*ENCODINGS, "latin-1") if _reads(path, name))
    except OSError as error:
        raise UnreadableError(f"{path}: {error.strerror}") from error


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _sample(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, newline="") as file:
        return [line for _, line in zip(range(SAMPLE_LINES), file, strict=False)]


def _delimiter(sample: list[str]) -> str:
    """Return what separates the most cells of the header, and as many in most rows below it."""

    def fit(delimiter: str) -> tuple[int, int]:
        rows = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        width = rows[0] if rows else 0
        alike = sum(1 for row in rows if row == width)
        return (alike * 2 > len(rows) and width > 1, width)

    return max(DELIMITERS, key=fit)
