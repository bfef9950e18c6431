"""Dates and times of day in separate columns.

Together they are one moment, in an extra column after the others.
"""

import re
from collections.abc import Callable, Sequence

from leadtight.tabular.blanks import is_blank
from leadtight.tabular.cell_kinds import kind_of_cell
from leadtight.tabular.vocabulary.words import plain

_CLOCK = re.compile(
    r"(\d{1,2})[:.]\d{2}(?:[:.]\d{2})?(?:[.,]\d+)?\s*([AaPp]\.?[Mm]\.?)?|[^午오\n]*+[午오][^\d\n]*+\d.*"
)
MORNING = 6
"""Hour that distinguishes times of day from durations.

Times of day are mostly later, durations mostly shorter.
"""

Pair = tuple[int, int]


def pairs(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
    """Return the positions of date columns with their time columns."""
    columns = range(len(header))
    dates = [n for n in columns if _holds(rows, n, _is_day)]
    clocks = [n for n in columns if _holds(rows, n, _is_clock) and _holds(rows, n, _is_late, share=4)]
    result = []
    for clock in clocks:
        near = [day for day in dates if abs(day - clock) == 1 or _stem(header[day]) == _stem(header[clock])]
        if near:
            result.append(
                (min(near, key=lambda day: (_stem(header[day]) != _stem(header[clock]), abs(day - clock))), clock)
            )
    return tuple(result)


def joined_name(header: Sequence[str], pair: Pair) -> str:
    """Return the name of the joined column."""
    return f"{header[pair[0]]} + {header[pair[1]]}"


def joined(cells: Sequence[str], pair: Pair) -> str:
    """Return the moment in a row.

    Empty when date or time is blank.
    """
    day, clock = (cells[n].strip() if n < len(cells) else "" for n in pair)
    day = day.removesuffix(" 00:00:00")
    return f"{day} {clock}" if not is_blank(day) and not is_blank(clock) else ""


def _holds(rows: Sequence[Sequence[str]], column: int, is_one: Callable[[str], bool], share: int = 8) -> bool:
    """Return whether most cells of a column are alike.

    `share` is in tenths.
    """
    cells = [row[column].strip() for row in rows if column < len(row) and not is_blank(row[column])]
    return bool(cells) and sum(map(is_one, cells)) * 10 >= len(cells) * share


def _is_day(cell: str) -> bool:
    return kind_of_cell(cell) == "date" and (":" not in cell or cell.endswith(" 00:00:00"))


def _is_clock(cell: str) -> bool:
    return bool(_CLOCK.fullmatch(cell))


def _is_late(cell: str) -> bool:
    match = _CLOCK.fullmatch(cell)
    return bool(match and (match[1] is None or match[2] or int(match[1]) >= MORNING))


def _stem(name: str) -> str:
    """Return a name without the words for date and time."""
    return re.sub(
        r"\b(?:date|time|datum|uhrzeit|zeit|fecha|hora|heure|data|ora|dato|tid|tijd|godzina)\b", "", plain(name)
    ).strip()
