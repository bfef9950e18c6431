"""The audit's definition of a contact, in words.

It explains "contacted" and "never" on the page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from leadtight.reporting.formatting import listed

MOST_VALUES = 6


def contact_definition(mapping: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the definition of a contact, "" without contacts.

    `mapping` is that of the report.
    """
    leads, activities = mapping.get("leads", {}), mapping.get("activities", {})
    ways = []
    if columns := leads.get("first_contact_at"):
        ways.append(f"a time in {listed(map(quoted, _each(columns)), 'or')}")
    if column := leads.get("response_time"):
        ways.append(f"a response time in {quoted(column)}")
    if activities:
        ways += _of_activities(activities.get("is_contact") or {})
    return f"{listed(ways, 'or')}, at or after the creation of the lead" if ways else ""


def _of_activities(rules: Any) -> list[str]:
    """Return one phrase for each rule.

    A rule lists values by column; all of its columns must match.
    """
    alternatives = [rules] if isinstance(rules, Mapping) else list(rules)
    if not any(alternatives):
        return ["any row of the activities, whatever its kind"]
    return [f"an activity with {listed(_conditions(rule))}" for rule in alternatives]


def _conditions(rule: Mapping[str, Iterable[str]]) -> list[str]:
    return [f"{quoted(column)} {_values(list(values))}" for column, values in rule.items()]


def _values(values: list[str]) -> str:
    shown = _distinct(values)
    rest = len(shown) - MOST_VALUES
    return listed([*shown[:MOST_VALUES], *([f"{rest} more"] if rest > 0 else [])], "or") or "of any value"


def _distinct(values: list[str]) -> list[str]:
    """Return values without those that differ only in case."""
    by_fold = {value.casefold(): value for value in reversed(values)}
    return list(reversed(by_fold.values()))


def _each(columns: str | Iterable[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns)


def quoted(column: str) -> str:
    """Return a name from the files as text quotes it."""
    return f"“{column}”"
