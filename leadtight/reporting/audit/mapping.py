"""Which column of an export means what."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadColumns:
    """Columns of the file of leads. Of several first contacts in one row the earliest counts.

    `response_time` is how long after the creation the first contact was, a bare number of it in `response_unit`.
    `won`, `lost` and `opportunity` are values of the stage, whatever their case. `date_format` has strptime's codes.
    `timezone` is that of times without an offset, where it is not the audit's. `absent` are keys of which the file has
    no column, so that the user is not asked for it.
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
    date_format: str | None = None
    decimal: str | None = None
    timezone: str | None = None
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityColumns:
    """Columns of the file of activities.

    Each of the rules of `is_contact` names the values that count, by column: all must match, "" a blank cell. Without
    rules every activity counts, else those that match one of them.
    """

    person_key: str | None = None
    at: str | None = None
    owner: str | None = None
    is_contact: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    date_format: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendColumns:
    """Columns of the file of what marketing cost; a row is of the days from `date` to `end`."""

    source: str | None = None
    amount: str | None = None
    date: str | None = None
    end: str | None = None
    currency: str | None = None
    date_format: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditMapping:
    """The mapping of every file of an audit; None where there is no such file."""

    leads: LeadColumns
    activities: ActivityColumns | None = None
    spend: SpendColumns | None = None


Answers = Mapping[str, Mapping[str, bool]]
"""What a person said of the values of columns of activities: whether they are contact."""

Columns = LeadColumns | ActivityColumns | SpendColumns
SETTINGS = (
    *("won", "lost", "opportunity", "date_format", "decimal", "is_contact", "response_unit", "timezone", "absent"),
)
"""Keys of a mapping that name no column."""


def named(columns: Columns) -> tuple[tuple[str, str], ...]:
    """Return every column that a table of the mapping names, with its key."""
    pairs: list[tuple[str, str]] = []
    for key, value in as_table(columns).items():
        if key == "is_contact":
            names = dict.fromkeys(name for rule in rules_of(value) for name in rule)
            pairs += [(f"is_contact.{name}", name) for name in names]
        elif key not in SETTINGS:
            pairs += [(key, name) for name in ([value] if isinstance(value, str) else value)]
    return tuple(pairs)


def rules_of(value: Any) -> list[Mapping[str, Any]]:
    """Return the rules of `is_contact` as a table has them: one, or a list of them."""
    return [value] if isinstance(value, Mapping) else list(value)


def as_table(columns: Columns) -> dict[str, Any]:
    """Return a table of the mapping as plain data, without what is not set; one first contact is a text."""
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
