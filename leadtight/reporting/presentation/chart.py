"""Charts as inline SVG.

Lengths are in percent, so that they fit any screen without a script.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from leadtight.reporting.formatting import share
from leadtight.reporting.metrics.aggregates import rate

ROW_HEIGHT = 46
CELL_HEIGHT = 26
LEFT, TOP = 11.0, 22
"""Origin of a heat map: percent and pixels."""

LABELS = {
    "under_5m": "under 5 minutes",
    "5m_to_30m": "5 to 30 minutes",
    "30m_to_2h": "30 minutes to 2 hours",
    "2h_to_24h": "2 to 24 hours",
    "over_24h": "over 24 hours",
    "never": "not reached yet",
}
SHADES = 5
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
"""Possible ends of a heat map's scale below 1.

The first that no hour with enough leads exceeds; otherwise it ends at 1.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBar:
    """One bar of a chart.

    `width` is in percent of the longest possible one, `top` in pixels.
    """

    name: str
    label: str
    count: int
    share: str
    width: float
    top: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One cell of a heat map.

    `x` and `width` are in percent, `y` in pixels; `shade` is 0 to 4, None without leads.
    """

    x: float
    y: int
    width: float
    shade: int | None
    small: bool


def bars(buckets: Mapping[str, int], labels: Mapping[str, str] = LABELS) -> tuple[ChartBar, ...]:
    """Return one bar per response bucket, in order.

    A full bar is all leads.
    """
    total = sum(buckets.values())
    return tuple(
        _bar(n, name, labels[name], count, rate(count, total)) for n, (name, count) in enumerate(buckets.items())
    )


def rated(rows: Iterable[tuple[str, int, float | None]]) -> tuple[ChartBar, ...]:
    """Return one bar for each (label, leads, share).

    A full bar is all of its own leads.
    """
    return tuple(_bar(n, label, label, count, of) for n, (label, count, of) in enumerate(rows))


def _bar(number: int, name: str, label: str, count: int, of: float | None) -> ChartBar:
    width = round(100 * (of or 0), 2)
    return ChartBar(name=name, label=label, count=count, share=share(of), width=width, top=number * ROW_HEIGHT)


def scale(cells: Iterable[Mapping[str, Any]]) -> float:
    """Return the share at which a heat map's scale ends.

    A low end makes differences among low hours visible.
    """
    cells = [cell for cell in cells if cell["leads"]]
    enough = [cell for cell in cells if not cell["small"]] or cells
    highest = max((cell["contacted_in_window"] / cell["leads"] for cell in enough), default=1.0)
    return next((end for end in SCALES if highest <= end), 1.0)


def legend(end: float) -> tuple[str, ...]:
    """Return the meaning of each shade, lowest first."""
    steps = [f"{100 * end * n / SHADES:g}" for n in range(1, SHADES)]
    between = (f"{low} to {high}\u202f%" for low, high in pairwise(steps))
    return (f"under {steps[0]}\u202f%", *between, f"{steps[-1]}\u202f% and more")


def heat(cells: Iterable[Mapping[str, Any]], end: float = 1.0) -> tuple[HeatCell, ...]:
    """Return the 168 cells of the week.

    A row for each day and a column for each hour, shaded up to the `end` of a scale.
    """
    width = (100 - LEFT) / 24
    return tuple(
        HeatCell(
            x=round(LEFT + cell["hour"] * width, 3),
            y=TOP + number // 24 * CELL_HEIGHT,
            width=round(width * 0.9, 3),
            shade=_shade(cell["contacted_in_window"], cell["leads"], end) if cell["leads"] else None,
            small=bool(cell["small"] and cell["leads"]),
        )
        for number, cell in enumerate(cells)
    )


def _shade(kept: int, leads: int, end: float) -> int:
    return sum(kept / leads >= end * step / SHADES for step in range(1, SHADES))
