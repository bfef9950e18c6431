"""Rows and columns of a table in a web page.

Cells may span several rows and columns.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadtight.tabular.errors import NoTableError

Attributes = list[tuple[str, str | None]]
WIDEST = 16_384
MOST_CELLS = 20_000_000
"""Most columns of a spreadsheet, and cells of a table.

A page that claims more is refused.
"""

_SPACES = re.compile(r"\s+")
_LINE = re.compile(r"\0\s*+|(?<!\s)\s++\0\s*+")


@dataclass(slots=True)
class PageGrid:
    """A table while it is read.

    `reach` has how many more rows a cell above covers in each column, `cell` the texts of the open cell.
    """

    rows: list[list[str]] = field(default_factory=list)
    foot: list[list[str]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    reach: dict[int, int] = field(default_factory=dict)
    is_foot: bool = False
    size: int = 0

    def begin_part(self, *, is_foot: bool) -> None:
        """Begin the body or the foot.

        The foot is shown last, wherever it stands.
        """
        self.end_row()
        self.is_foot = is_foot

    def begin_row(self, attributes: Mapping[str, str]) -> None:
        """Open a row, which may have an explicit number."""
        self.end_row()
        self._count(_number(attributes, "index"))
        self.rows.extend([[]] * (_number(attributes, "index") - 1 - len(self.rows)))
        self.row = []

    def begin_cell(self, attributes: Mapping[str, str]) -> None:
        """Open a cell.

        It may name its column, and how many columns and rows it spans.
        """
        self.end_cell()
        if self.row is None:
            self.begin_row({})
        assert self.row is not None
        self._skip_covered()
        columns = max(_number(attributes, "colspan"), _number(attributes, "mergeacross") + 1)
        rows = max(_number(attributes, "rowspan"), _number(attributes, "mergedown") + 1)
        start = max(_number(attributes, "index") - 1, len(self.row))
        if start + columns > WIDEST:
            raise NoTableError(f"row {len(self.rows) + 1}: has over {WIDEST} columns")
        self.row.extend([""] * (start - len(self.row)))
        self.cell, self.span = [], (columns, rows)

    def write(self, text: str) -> None:
        """Append text to the open cell; NUL is a newline."""
        if self.cell is not None:
            self.cell.append(text)

    def end_cell(self) -> None:
        """Put the open cell into the row.

        Its text goes into the first of the columns it spans.
        """
        if self.cell is None or self.row is None:
            return
        lines = (_SPACES.sub(" ", line).strip() for line in _LINE.split("".join(self.cell)))
        columns, rows = self.span
        if rows > 1:
            self.reach |= dict.fromkeys(range(len(self.row), len(self.row) + columns), rows - 1)
        self.row += ["\n".join(line for line in lines if line), *[""] * (columns - 1)]
        self.cell = None

    def end_row(self) -> None:
        """Keep the row that is open."""
        self.end_cell()
        if self.row is None:
            return
        width = len(self.row)
        self.reach = {n: rows - (n >= width) for n, rows in self.reach.items() if rows - (n >= width) > 0}
        self._count(width + len(self.reach))
        (self.foot if self.is_foot else self.rows).append(self.row)
        self.row = None

    def finish(self) -> list[list[str]]:
        """Return all rows, those of the foot last."""
        self.end_row()
        return self.rows + self.foot

    def _skip_covered(self) -> None:
        """Leave the columns blank that cells above cover."""
        assert self.row is not None
        while self.reach.get(len(self.row), 0) > 0:
            self.reach[len(self.row)] -= 1
            self.row.append("")

    def _count(self, cells: int) -> None:
        self.size += cells
        if self.size > MOST_CELLS:
            raise NoTableError(f"row {len(self.rows) + 1}: a table of over {MOST_CELLS} cells; save it as CSV")


def _number(attributes: Mapping[str, str], name: str) -> int:
    """Return a numeric attribute, 0 when it is none."""
    text = attributes.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
