"""An export as it is: its columns by name, and its rows one by one, every cell as text (R15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadtight.tabular import parquet, text, workbook
from leadtight.tabular.encoding import marked
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.file_type import Kind, kind_of

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
class ExportFile:
    """A file that was looked at once; `dialect` is how its text is written. A column without a name is `""`, and no
    record has it.
    """

    path: Path
    kind: Kind
    dialect: text.Dialect | None
    header_row: int
    columns: tuple[str, ...]

    @property
    def described(self) -> str:
        """Return in words how it is written."""
        if self.dialect is None:
            return "a workbook" if self.kind == "workbook" else "Parquet"
        separated = {"\t": "tabs"}.get(self.dialect.delimiter, f"“{self.dialect.delimiter}”")
        return f"{self.dialect.encoding}, separated by {separated}"

    @classmethod
    def open(cls, path: Path, encoding: str | None = None, delimiter: str | None = None) -> ExportFile:
        """Return a file with what was found out about it. Raises UnreadableError."""
        try:
            kind = "text" if encoding or delimiter else kind_of(path)
            # A mark is believed: what does not fit it is refused, where the audit would guess on.
            found = text.dialect(path, encoding or marked(path), delimiter) if kind == "text" else None
            row, header = (found.header_row, found.header) if found else _header(path, kind)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from error
        except NoTableError as error:
            raise UnreadableError(f"{path}: {error}") from error
        columns = tuple(name.strip() for name in header)
        twice = sorted({c for c in columns if c and columns.count(c) > 1})
        if twice:
            raise UnreadableError(f"{path}: row {row}: column {twice[0]!r} stands there twice")
        return cls(path, kind, found, row, columns)

    def rows(self) -> Iterator[Record]:
        """Yield the rows that hold anything. Raises UnreadableError naming the row."""
        try:
            for number, cells in self._every_row():
                named = {c: cell.strip() for c, cell in zip(self.columns, cells, strict=False) if c}
                yield Record(number, named, text.trouble(cells, len(self.columns)))
        except NoTableError as error:
            raise UnreadableError(f"{self.path}: {error}") from error

    def _every_row(self) -> Iterator[tuple[int, list[str]]]:
        if self.dialect:
            return text.rows(self.path, self.dialect, LONGEST_CELL)
        return workbook.rows(self.path) if self.kind == "workbook" else parquet.rows(self.path)


def _header(path: Path, kind: Kind) -> tuple[int, Sequence[str]]:
    return workbook.header(path) if kind == "workbook" else parquet.header(path)
