"""Detection of the header row.

Reports are saved with title, filters and blank rows above the header.
"""

from collections import Counter
from collections.abc import Sequence

from leadtight.tabular.cell_kinds import kind_of_cell
from leadtight.tabular.errors import NoTableError

MOST = 20
"""Most rows above a header."""

WIDEST = 3
"""Most cells that a title or a filter fills."""

SURE = 3
"""Typed columns that make a row of words a header.

With so many, a row with words in all of them is not data.
"""

Rows = Sequence[Sequence[str]]


def rows_above_header(rows: Rows) -> int:
    """Count the first rows that are above the header.

    They are the leading rows that fill few cells, and less than half as many as the fullest quarter of the rows. If
    columns hold dates, numbers or addresses, the header is the last row before them with words for each such column.
    """
    begins = _below_titles(rows)
    typed = _typed_columns(rows[begins + 1 :])
    may_be = [n for n in range(begins, min(begins + MOST, len(rows))) if _names(rows[n], typed)]
    if not typed or not may_be or (may_be[0] != begins and _is_lead(rows, begins, typed)):
        return begins if any(letter.isalpha() for cell in rows[begins : begins + 1] for letter in "".join(cell)) else 0
    last = may_be[0]
    while len(typed) >= SURE and last + 1 in may_be:
        last += 1
    return last


def refuse_data(rows: Rows, header: int) -> None:
    """Raise NoTableError when the supposed header is data.

    It is like the rows below it.
    """
    typed = _typed_columns(rows[header + 1 :])
    if header < len(rows) and _is_data(rows[header], typed):
        same = [n for n in typed if kind_of_cell(_cell(rows[header], n)) == typed[n]]
        shown = rows[header][max(same, key=lambda n: typed[n] != "number")]
        raise NoTableError(
            f"row {header + 1}: data such as {shown.strip()!r} instead of a header; write the column names above it"
        )


def _below_titles(rows: Rows) -> int:
    filled = [_filled(row) for row in rows]
    usual = usually_filled(rows)
    return next((n for n, cells in enumerate(filled[: MOST + 1]) if cells > WIDEST or cells * 2 >= max(usual, 1)), 0)


def usually_filled(rows: Rows) -> int:
    """Return the fewest filled cells of the fullest quarter."""
    some = sorted(n for row in rows if (n := _filled(row))) or [0]
    return some[len(some) * 3 // 4]


def is_below_table(row: Sequence[str], usual: int) -> bool:
    """Return whether a last row is below the table.

    It fills few cells, like a total or a note.
    """
    return _filled(row) <= WIDEST and _filled(row) * 2 < usual


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _typed_columns(rows: Rows) -> dict[int, str]:
    """Return the columns with typed content, and its kind.

    Most of their cells are dates, numbers, addresses or links.
    """
    typed = {}
    for column in range(max(map(len, rows), default=0)):
        kinds = Counter(kind for row in rows if (kind := kind_of_cell(_cell(row, column))))
        kind, count = kinds.most_common(1)[0] if kinds else ("text", 0)
        if kind != "text" and count * 10 >= kinds.total() * 8:
            typed[column] = kind
    return typed


def _names(row: Sequence[str], typed: dict[int, str]) -> bool:
    """Return whether a row names the typed columns.

    Words for each of them; a few may be blank.
    """
    kinds = [kind_of_cell(_cell(row, column)) for column in typed]
    return bool(kinds) and kinds.count("text") >= len(kinds) - kinds.count("") and kinds.count("") * 4 <= len(kinds)


def _is_data(row: Sequence[str], typed: dict[int, str]) -> bool:
    """Return whether a row holds data like those below.

    An address or a date, or numbers in most of these columns.
    """
    same = [kind for column, kind in typed.items() if kind_of_cell(_cell(row, column)) == kind]
    return bool(same) and (any(kind != "number" for kind in same) or len(same) * 2 > len(typed))


def _is_lead(rows: Rows, row: int, typed: dict[int, str]) -> bool:
    """Return whether a row is a complete row of data."""
    return _is_data(rows[row], typed) and len(rows[row]) >= max(typed) + 1


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""
