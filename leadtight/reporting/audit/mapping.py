"""Which column of an export means what."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadColumns:
    """Columns of the file of leads.

    Of several first contacts in one row the earliest counts. `response_time` is the wait from the creation to the
    first contact, a bare number of it in `response_unit`. `won`, `lost` and `opportunity` are values of the stage,
    ignoring case. A lead is qualified when it has a time in `qualified_at`, or one of the values `qualified` in the
    column `qualification`, without one in the stage. `date_format` has strptime's codes. `timezone` applies to
    times without an offset, if it differs from the audit's. `absent` are keys that the file has no column for, so
    that the user is not asked for them.
    """

    lead_id: str | None = None
    person_key: str | None = None
    created_at: str | None = None
    first_assigned_at: str | None = None
    first_contact_at: tuple[str, ...] = ()
    response_time: str | None = None
    response_unit: str | None = None
    owner: str | None = None
    source: str | None = None
    stage: str | None = None
    stage_since: str | None = None
    lost_reason: str | None = None
    value: str | None = None
    currency: str | None = None
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    opportunity: tuple[str, ...] = ()
    qualified_at: str | None = None
    qualification: str | None = None
    qualified: tuple[str, ...] = ()
    date_format: str | None = None
    decimal: str | None = None
    timezone: str | None = None
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityColumns:
    """Columns of the file of activities.

    Each rule of `is_contact` lists the values that count, by column; all its columns must match, and "" is a blank
    cell. Without rules every activity counts, otherwise those that match a rule.
    """

    person_key: str | None = None
    at: str | None = None
    owner: str | None = None
    is_contact: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    date_format: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendColumns:
    """Columns of the file of marketing spend.

    A row covers the days from `date` to `end`.
    """

    source: str | None = None
    amount: str | None = None
    date: str | None = None
    end: str | None = None
    currency: str | None = None
    date_format: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMapping:
    """The mapping of every file, None without the file."""

    leads: LeadColumns
    activities: ActivityColumns | None = None
    spend: SpendColumns | None = None


Answers = Mapping[str, Mapping[str, bool]]
"""Whether values of activity columns are contacts, by the user."""

Columns = LeadColumns | ActivityColumns | SpendColumns
SETTINGS = (
    *(
        "won",
        "lost",
        "opportunity",
        "qualified",
        "date_format",
        "decimal",
        "is_contact",
        "response_unit",
        "timezone",
        "absent",
    ),
)
"""Keys of a mapping that name no column."""


def named(columns: Columns) -> tuple[tuple[str, str], ...]:
    """Return the named columns of a mapping table, with keys."""
    pairs: list[tuple[str, str]] = []
    for key, value in as_table(columns).items():
        if key == "is_contact":
            names = dict.fromkeys(name for rule in rules_of(value) for name in rule)
            pairs += [(f"is_contact.{name}", name) for name in names]
        elif key not in SETTINGS:
            pairs += [(key, name) for name in ([value] if isinstance(value, str) else value)]
    return tuple(pairs)


def rules_of(value: Any) -> list[Mapping[str, Any]]:
    """Return the rules of `is_contact`: one, or a list."""
    return [value] if isinstance(value, Mapping) else list(value)


def as_table(columns: Columns) -> dict[str, Any]:
    """Return a mapping table as plain data.

    Without unset keys; a single first contact is a string.
    """
    table: dict[str, Any] = {}
    for each in fields(columns):
        value = getattr(columns, each.name)
        if value in (None, (), {}):
            continue
        if each.name == "is_contact":
            rules = [{name: list(values) for name, values in rule.items()} for rule in value]
            table[each.name] = rules[0] if len(rules) == 1 else rules
        elif each.name == "first_contact_at" and len(value) == 1:
            table[each.name] = value[0]
        else:
            table[each.name] = list(value) if isinstance(value, tuple) else value
    return table
