"""Columns, date and amount formats, and stages of an import.

They are recognised, or read from a mapping file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadtight.cli.import_.columns import FIELDS, SEVERAL, meaning_of
from leadtight.tabular.amounts.column import AmountReading
from leadtight.tabular.amounts.currency_column import currency_column
from leadtight.tabular.dates.column import DateReading
from leadtight.tabular.vocabulary.words import plain

LISTS = ("won", "lost", "open")
SETTINGS = {*LISTS, "date_format", "decimal", "currency"}
CONTACTS = frozenset({"email", "phone"})
NAMES = frozenset({"name", "first_name", "last_name"})


class MappingError(Exception):
    """The mapping does not fit the file.

    The message names the key and the column.
    """


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """Field by column, closed and open stages, and formats.

    Several columns may be `email` or `phone`: the first filled one counts. Several may be `stage`: a closed value
    counts before an open one. `currency` is the column with the currency of the amounts: it is kept as it is, and more
    than one currency is refused. `dates` and `amounts` are decided from whole columns.
    """

    fields: Mapping[str, str]
    won: Sequence[str] = ()
    lost: Sequence[str] = ()
    open: Sequence[str] = ()
    date_format: str | None = None
    decimal: str | None = None
    currency: str | None = None
    is_from_file: bool = field(default=False, compare=False)
    dates: Mapping[str, DateReading] = field(default_factory=dict, compare=False)
    amounts: AmountReading | None = field(default=None, compare=False)
    by_field: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by field, since every row needs them."""
        by_field: dict[str, tuple[str, ...]] = {}
        for column, field_name in self.fields.items():
            by_field[field_name] = (*by_field.get(field_name, ()), column)
        object.__setattr__(self, "by_field", by_field)

    def column(self, name: str) -> str | None:
        """Return the first column mapped to the field `name`."""
        columns = self.columns(name)
        return columns[0] if columns else None

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the columns mapped to the field `name`."""
        return self.by_field.get(name, ())

    @property
    def identifies_leads(self) -> bool:
        """Return whether a column identifies or reaches a lead."""
        return bool(set(self.fields.values()) & (CONTACTS | NAMES))


def recognised(columns: Sequence[str]) -> ImportMapping:
    """Return the mapping that the column names suggest.

    Of two columns for one field the first counts. A date and its time in two columns are one moment, which goes before
    either alone.
    """
    fields: dict[str, str] = {}
    for column in (*(c for c in columns if " + " in c), *columns):
        field_name = meaning_of(column.split(" + ")[0])
        if field_name and (field_name in SEVERAL or field_name not in fields.values()):
            fields[column] = field_name
    in_order = {column: fields[column] for column in columns if column in fields}
    fields = _with_parts_of_names(in_order)
    return ImportMapping(fields, currency=_currency(fields, columns))


def _currency(fields: Mapping[str, str], columns: Sequence[str]) -> str | None:
    """Return the currency column; None without one or without amounts."""
    amount = next(
        (column for column, field_name in fields.items() if field_name == "value" and column in columns), None
    )
    return currency_column(columns, amount) if amount else None


def recognised_names(columns: Sequence[str]) -> int:
    """Return the number of recognised columns of a sheet."""
    return len(recognised(columns).fields)


def _with_parts_of_names(fields: dict[str, str]) -> dict[str, str]:
    """Map `Name` to the missing part of names.

    Beside a first name it is the last name, beside a last name the first.
    """
    parts = {field_name: column for column, field_name in fields.items() if field_name in NAMES}
    if set(parts) == NAMES or "name" not in parts or len(plain(parts["name"]).split()) > 1:
        return fields
    missing = {"first_name": "last_name", "last_name": "first_name"}
    part = next((missing[field_name] for field_name in parts if field_name in missing), None)
    return fields | {parts["name"]: part} if part else fields


def from_file(path: Path, columns: Sequence[str]) -> ImportMapping:
    """Read a mapping file.

    Raises MappingError naming the key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MappingError(f"{path}: {error}") from error
    fields, leads = tables.get("fields", {}), tables.get("leads", {})
    currency = leads.get("currency", _currency(fields, columns)) or None
    _refuse_unknown_columns(path, [("fields", each) for each in fields] + [("leads.currency", currency)], columns)
    for column, field_name in fields.items():
        if field_name not in FIELDS:
            raise MappingError(
                f"{path}: fields.{column!r}: unknown field {field_name!r}; choose from {', '.join(sorted(FIELDS))}"
            )
    twice = sorted({each for each in fields.values() if list(fields.values()).count(each) > 1} - SEVERAL - {"stage"})
    if twice:
        raise MappingError(f"{path}: fields: two columns mean {twice[0]!r}")
    unknown = sorted((tables.keys() - {"fields", "leads"}) | (leads.keys() - SETTINGS))
    if unknown:
        raise MappingError(f"{path}: unknown key {unknown[0]!r}")
    if leads.get("decimal") not in (None, ".", ","):
        raise MappingError(f"{path}: leads.decimal: must be . or ,")
    lists: dict[str, Any] = {key: leads.get(key) or () for key in LISTS}
    formats = {key: leads.get(key) for key in ("date_format", "decimal")}
    return ImportMapping(fields, **lists, **formats, currency=currency, is_from_file=True)


def _refuse_unknown_columns(
    path: Path, columns_by_key: Sequence[tuple[str, str | None]], columns: Sequence[str]
) -> None:
    for key, column in columns_by_key:
        if column is not None and column not in columns:
            raise MappingError(f"{path}: {key}: the file has no column {column!r}")


def to_text(mapping: ImportMapping) -> str:
    """Return a mapping as the file that `from_file` reads."""
    lines = ["# Column = Leadtight field. Columns that are not named are kept with the lead as they are.", "[fields]"]
    lines += [f"{_quoted(column)} = {_quoted(field_name)}" for column, field_name in mapping.fields.items()]
    lines += ["", "[leads]", "# Stages whose meaning differs from their words; won and lost become records."]
    lines += [f"{key} = {_quoted(list(getattr(mapping, key)))}" for key in LISTS]
    if mapping.currency:
        lines.append(f"currency = {_quoted(mapping.currency)}")
    if mapping.decimal:
        lines.append(f"decimal = {_quoted(mapping.decimal)}")
    if mapping.date_format:
        lines.append(f"date_format = {_quoted(mapping.date_format)}")
    return "\n".join(lines) + "\n"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
