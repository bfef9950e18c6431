"""Permitted hours for calls and texts, by place (H3).

From `calling_hours.toml`, each rule with its source.
"""

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from leadtight.domain.compliance.contact_hours import Day
from leadtight.reference.holidays import HolidayDates

RULES = Path(__file__).with_name("calling_hours.toml")
AREA_CODES = Path(__file__).with_name("us_area_codes.txt")
"""One state per line: code, name, area codes.

As of phonenumbers 9.0.
"""

EVERYWHERE = "*"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The permitted hours of a place, such as `US-FL`.

    `closed` are days without any. `source` is the section of law; `seen` is what was read of it: its text, or a summary
    that states these hours.
    """

    place: str
    week: tuple[Day | None, ...]
    closed: Container[date]
    source: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsState:
    """A state of the United States, with its area codes."""

    code: str
    name: str
    area_codes: frozenset[str]


@cache
def rules() -> Mapping[str, Rule]:
    """Return the rules by place."""
    tables = tomllib.loads(RULES.read_text(encoding="utf-8"))["rule"]
    return {table["place"]: _rule(table) for table in tables}


@cache
def states() -> tuple[UsState, ...]:
    """Return the states."""
    lines = (line.split("\t") for line in AREA_CODES.read_text(encoding="utf-8").splitlines())
    return tuple(UsState(code=code, name=name, area_codes=frozenset(codes)) for code, name, *codes in lines)


def _rule(table: Mapping[str, Any]) -> Rule:
    usual = [table["from"], table["until"]]
    week = tuple(_day(table.get(day, usual)) for day in DAYS)
    closed = HolidayDates((table["place"],)) if table.get("holidays") else ()
    return Rule(place=table["place"], week=week, closed=closed, source=table["source"], seen=table["seen"])


def _day(hours: Any) -> Day | None:
    return None if hours == "none" else (time.fromisoformat(hours[0]), time.fromisoformat(hours[1]))
