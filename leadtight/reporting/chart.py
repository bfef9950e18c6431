"""A bar chart as inline SVG: lengths in percent, so that it fits any screen without a script."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtight.reporting.figures.counting import rate
from leadtight.reporting.wording import share

ROW_HEIGHT = 46

LABELS = {
    "under_5m": "under 5 minutes",
    "5m_to_30m": "5 to 30 minutes",
    "30m_to_2h": "30 minutes to 2 hours",
    "2h_to_24h": "2 to 24 hours",
    "over_24h": "over 24 hours",
    "never": "not reached yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: `width` in percent of the longest possible one, `top` in pixels."""

    name: str
    label: str
    count: int
    share: str
    width: float
    top: int


def bars(buckets: Mapping[str, int]) -> tuple[Bar, ...]:
    """Return one bar per response bucket, in order; a full bar is all leads."""
    total = sum(buckets.values())
    return tuple(
        Bar(
            name=name,
            label=LABELS[name],
            count=count,
            share=share(rate(count, total)),
            width=round(100 * (rate(count, total) or 0), 2),
            top=number * ROW_HEIGHT,
        )
        for number, (name, count) in enumerate(buckets.items())
    )
