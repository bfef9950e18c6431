"""A web page as a table.

Many systems write one and name it `.xls`, because spreadsheets open it. The XML of Excel 2003 is read, too, whose rows
and cells have other names.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from leadtight.tabular.cell_table import CellTable, detect_markup, numbered
from leadtight.tabular.date_and_time import pairs
from leadtight.tabular.errors import NoTableError
from leadtight.tabular.header_row import refuse_data, rows_above_header, usually_filled
from leadtight.tabular.page_grid import Attributes, PageGrid

LOOKED_AT = 200
CHUNK = 1 << 20
LONGEST_TAG = 4 << 20
"""Most characters of a tag.

The parser reads an unclosed tag again with every chunk.
"""

_UNFINISHED = re.compile(r"<[a-zA-Z/!?]")
"""A tag that the end of the file cuts off.

It is not a tag (HTML standard, eof-in-tag), and is slow to read as text.
"""
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*+=\s*+["']?\s*+([\w.:-]++)""", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "template", "noscript", "comment", "select"})
"""Elements whose content is hidden or a list of options."""

_BLOCKS = frozenset({"br", "p", "div", "li"})
_ALSO = {"row": "tr", "cell": "td", "th": "td", "thead": "tbody"}
_CDATA = "CDATA["


def inspect(path: Path, fallback: str | None = None) -> CellTable:
    """Return the largest table of a page.

    With the rows of other tables that have the same header. `fallback` is the encoding if it is not UTF-8. Raises
    NoTableError, and OSError.
    """
    with path.open("rb") as file:
        declared = _CHARSET.search(file.read(1 << 12).replace(b"\0", b""))
    encoding, errors = detect_markup(path, declared[1] if declared else None, fallback)
    tables = [table for table in _tables(path, encoding, errors) if any(map(any, table))]
    if not tables:
        raise NoTableError("a web page without a table; export the list as xlsx or as CSV")
    largest = max(tables, key=lambda table: sum(bool(cell) for row in table for cell in row))
    titles = rows_above_header(largest[:LOOKED_AT])
    alike = [below for table in tables if (below := _below(largest[titles], table)) is not None]
    rows = [row for below in alike for row in below]
    widest = max((len(_filled(row)) for row in rows), default=0)
    width = max(len(_filled(largest[titles])), min(len(largest[titles]), widest))
    if width < 2:
        raise NoTableError(f"row {titles + 1}: there is no header")
    refuse_data(largest[:LOOKED_AT], titles)
    header = tuple(largest[titles][:width])
    others = len(tables) - len(alike)
    return CellTable(
        f"a web page, {encoding}, its largest table" + (f" (other tables left alone: {others})" if others else ""),
        encoding,
        errors,
        titles + 1,
        header,
        numbered(rows, titles + 2),
        usually_filled(rows),
        pairs(header, rows[:LOOKED_AT]),
    )


def _below(header: Sequence[str], table: Sequence[list[str]]) -> Sequence[list[str]] | None:
    """Return the rows below a table's header.

    None when it has a different header.
    """
    titles = rows_above_header(table[:LOOKED_AT])
    return table[titles + 1 :] if _filled(table[titles]) == _filled(header) else None


def _filled(row: Sequence[str]) -> Sequence[str]:
    """Return a row without the blank cells at its end."""
    last = next((n for n in range(len(row), 0, -1) if row[n - 1]), 0)
    return row[:last]


def _tables(path: Path, encoding: str, errors: str) -> list[list[list[str]]]:
    page = _Page()
    try:
        with path.open(encoding=encoding, errors=errors) as file:
            while chunk := file.read(CHUNK):
                page.feed(chunk)
                if len(page.rawdata) > LONGEST_TAG:
                    raise NoTableError("a tag of this page is not closed")
    except (UnicodeError, LookupError) as error:
        raise NoTableError(str(error)) from error
    if not _UNFINISHED.match(page.rawdata):
        page.close()
    page.end()
    return page.tables


class _Page(HTMLParser):
    """Collects the tables of a page.

    A table in a cell of another is separate, and not part of the cell.
    """

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[PageGrid] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        name = _name(tag)
        if self._silent or name in _SILENT:
            self._silent += [name] * (name in _SILENT)
        elif name == "table":
            self._open.append(PageGrid())
        elif self._open:
            self._begin(self._open[-1], name, {_name(key): value or "" for key, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        name = _name(tag)
        if self._silent:
            if name == self._silent[-1]:
                self._silent.pop()
        elif self._open:
            self._end(self._open[-1], name)

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent:
            self._open[-1].write(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_data(data.removeprefix(_CDATA) if data.startswith(_CDATA) else "")

    def handle_comment(self, data: str) -> None:
        if data.startswith(f"[{_CDATA}"):
            self.handle_data(data.removeprefix(f"[{_CDATA}").removesuffix("]]"))

    def end(self) -> None:
        """End the tables that are still open."""
        while self._open:
            self.tables.append(self._open.pop().finish())

    def _begin(self, grid: PageGrid, name: str, attributes: dict[str, str]) -> None:
        if name == "tr":
            grid.begin_row(attributes)
        elif name == "td":
            grid.begin_cell(attributes)
        elif name in ("tbody", "tfoot"):
            grid.begin_part(is_foot=name == "tfoot")
        elif name in _BLOCKS:
            grid.write("\0")

    def _end(self, grid: PageGrid, name: str) -> None:
        if name == "td":
            grid.end_cell()
        elif name == "tr":
            grid.end_row()
        elif name == "table":
            self.tables.append(self._open.pop().finish())


def _name(tag: str) -> str:
    """Return the HTML name of a tag or attribute.

    Without its namespace; Excel's names are translated.
    """
    local = tag.rpartition(":")[2]
    return _ALSO.get(local, local)
