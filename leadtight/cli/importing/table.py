"""A CSV file as it is: its columns by name, and its rows one by one, every cell as text (R15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadtight.reporting.exports import text
from leadtight.reporting.exports.encoding import marked
from leadtight.reporting.exports.errors import NoTableError

LONGEST_CELL = 1 << 20


class UnreadableError(Exception):
    """The file cannot be read as a table; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number as a spreadsheet counts (from 1, with the header) and its cells by column."""

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file that was looked at once. A column without a name is `""`, and no record has it."""

    path: Path
    dialect: text.Dialect
    columns: tuple[str, ...]

    @property
    def encoding(self) -> str:
        """Return the encoding, as Python calls it."""
        return self.dialect.encoding

    @property
    def delimiter(self) -> str:
        """Return what separates the cells."""
        return self.dialect.delimiter

    @classmethod
    def open(cls, path: Path, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
        """Return a file with what was found out about it. Raises UnreadableError."""
        try:
            # A mark is believed: what does not fit it is refused, where the audit would guess on.
            found = text.dialect(path, encoding or marked(path), delimiter)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from error
        except NoTableError as error:
            raise UnreadableError(f"{path}: {error}") from error
        columns = tuple(name.strip() for name in found.header)
        twice = sorted({c for c in columns if c and columns.count(c) > 1})
        if twice:
            raise UnreadableError(f"{path}: row {found.header_row}: column {twice[0]!r} stands there twice")
        return cls(path, found, columns)

    def rows(self) -> Iterator[Record]:
        """Yield the rows that hold anything. Raises UnreadableError naming the row."""
        try:
            for number, cells in text.rows(self.path, self.dialect, LONGEST_CELL):
                named = {c: cell.strip() for c, cell in zip(self.columns, cells, strict=False) if c}
                yield Record(number, named, text.trouble(cells, len(self.columns)))
        except NoTableError as error:
            raise UnreadableError(f"{self.path}: {error}") from error
