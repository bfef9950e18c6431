"""Which column means what: recognised by its name, or told in a mapping file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadtight.adapters.webhooks.names import CALLED, plain

ALSO_CALLED = {
    "external_id": {"id", "external_id", "record_id", "lead_id", "deal_id", "contact_id"},
    "received_at": {"received_at", "created", "created_at", "created_time", "created_date", "create_date", "date"},
    "stage": {"stage", "status", "lead_status", "deal_stage"},
    "closed_at": {"closed_at", "closed_date", "close_date", "closing_date"},
    "lost_reason": {"lost_reason", "loss_reason", "closed_lost_reason"},
    "owner": {"owner", "lead_owner", "deal_owner", "deal_owner_name", "contact_owner", "assigned_to"},
    "value": {"value", "amount", "deal_value", "estimated_value"},
    "language": {"language"},
    "company_size": {"company_size", "employees", "number_of_employees"},
}
OURS = CALLED | ALSO_CALLED
WON = ("won", "closed won", "closedwon", "paid", "customer")
LOST = ("lost", "closed lost", "closedlost", "unqualified", "disqualified")


class MappingError(Exception):
    """The mapping does not fit; the text names the key and the column."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Our field by column, which stages are closed, and how dates and amounts are written."""

    fields: Map[str, str]
    won: Sequence[str] = WON
    lost: Sequence[str] = LOST
    date_format: str | None = None
    decimal: str = "."
    formats: Map[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str | None:
        """Return the column that is our field `name`."""
        return next((column for column, ours in self.fields.items() if ours == name), None)


def recognised(columns: Sequence[str]) -> Mapping:
    """Return the mapping that the columns' names suggest; of two for one field the first is taken."""
    fields: dict[str, str] = {}
    for column in columns:
        ours = next((name for name, called in OURS.items() if plain(column) in called), None)
        if ours and ours not in fields.values():
            fields[column] = ours
    return Mapping(fields)


def from_file(path: Path, columns: Sequence[str]) -> Mapping:
    """Return the mapping that a file tells. Raises MappingError naming the key."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MappingError(f"{path}: {error}") from error
    fields, leads = told.get("fields", {}), told.get("leads", {})
    for column, ours in fields.items():
        if column not in columns:
            raise MappingError(f"{path}: fields: the file has no column {column!r}")
        if ours not in OURS:
            raise MappingError(
                f"{path}: fields.{column!r}: unknown field {ours!r}; there are {', '.join(sorted(OURS))}"
            )
    twice = sorted({ours for ours in fields.values() if list(fields.values()).count(ours) > 1})
    if twice:
        raise MappingError(f"{path}: fields: two columns are {twice[0]!r}")
    unknown = sorted((told.keys() - {"fields", "leads"}) | (leads.keys() - {"won", "lost", "date_format", "decimal"}))
    if unknown:
        raise MappingError(f"{path}: unknown key {unknown[0]!r}")
    return Mapping(
        fields,
        won=leads.get("won", WON),
        lost=leads.get("lost", LOST),
        date_format=leads.get("date_format"),
        decimal=leads.get("decimal", "."),
    )


def to_text(mapping: Mapping) -> str:
    """Return a mapping as the file that `from_file` reads."""
    lines = ["# Their column = our field. Columns that are not named are kept with the lead as they are.", "[fields]"]
    lines += [f"{_quoted(column)} = {_quoted(ours)}" for column, ours in mapping.fields.items()]
    lines += [
        "",
        "[leads]",
        "# Stages that are closed: such rows become records.",
        f"won = {_quoted(list(mapping.won))}",
    ]
    lines += [f"lost = {_quoted(list(mapping.lost))}", f"decimal = {_quoted(mapping.decimal)}"]
    if mapping.date_format:
        lines.append(f"date_format = {_quoted(mapping.date_format)}")
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
