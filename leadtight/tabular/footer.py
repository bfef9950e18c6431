"""Rows below the table.

Totals, the number of rows, and the author and date of the report.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from leadtight.tabular.header_row import is_below_table

MOST = 20
"""Most rows below a table."""

REASON = "is below the table, like a total or a note"

Row = tuple[int, list[str]]


def mark_footer(rows: Iterable[Row], usual: int) -> Iterator[tuple[int, list[str], bool]]:
    """Yield rows with whether they are below the table.

    The last rows are, if they fill few cells compared with the `usual` number.
    """
    outside: deque[Row] = deque()
    for number, cells in rows:
        if is_below_table(cells, usual):
            outside.append((number, cells))
            if len(outside) > MOST:
                yield *outside.popleft(), False
            continue
        while outside:
            yield *outside.popleft(), False
        yield number, cells, False
    for number, cells in outside:
        yield number, cells, True
