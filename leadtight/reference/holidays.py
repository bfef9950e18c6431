"""Public holidays of countries and regions, from the `holidays` package.

The package is imported when a working day is first needed: a process that needs none does not pay for it (decision
0010). The regions it knows are in `holiday_regions.txt`, so that a policy is checked without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

KNOWN = Path(__file__).with_name("holiday_regions.txt")


@dataclass(frozen=True, slots=True)
class HolidayDates:
    """The public holidays of any of some regions.

    Such as `DE-HH` or `US`; use it with `in`.
    """

    regions: tuple[str, ...]

    def __contains__(self, day: object) -> bool:
        """Return whether `day` is a holiday."""
        return isinstance(day, date) and any(day in _days(region, day.year) for region in self.regions)


def region(text: str) -> str:
    """Return the code of a country or region.

    Raises ValueError when its holidays are unknown.
    """
    country, _, part = text.partition("-")
    parts = _known().get(country)
    if parts is None:
        raise ValueError(f"unknown country {country!r} in {text!r}: write its two letters, such as DE")
    if "-" in text and part not in parts:
        raise ValueError(f"unknown region {part!r} in {text!r}: {country} has {', '.join(sorted(parts)) or 'none'}")
    return text


@cache
def _known() -> dict[str, frozenset[str]]:
    lines = (line.split("\t") for line in KNOWN.read_text(encoding="utf-8").splitlines())
    return {country: frozenset(parts) for country, *parts in lines}


@cache
def _days(region: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))
