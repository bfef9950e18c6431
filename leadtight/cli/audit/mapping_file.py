"""Read and write mapping files, TOML that names columns."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadtight.domain.model.errors import Problem
from leadtight.policy import toml_table, values
from leadtight.reporting.audit.durations import SECONDS
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.mapping import AuditMapping, Columns, as_table, named

if TYPE_CHECKING:
    from leadtight.reporting.audit.columns.profile import ColumnProfile
    from leadtight.reporting.audit.columns.questions import FileDescription, MappingQuestion

MOST_LETTERS = 160
_COLUMNS = ("lead_id", "person_key", "created_at", "first_assigned_at", "owner", "source", "stage", "stage_since")
_MORE = (
    *("response_time", "lost_reason", "value", "currency", "date_format", "decimal", "qualified_at", "qualification"),
)


def _rules(value: Any) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Parse the contact rules: one table or several.

    "" stands for a blank cell.
    """
    rules = value if isinstance(value, list) else [value]
    return tuple(_rule(rule) for rule in rules)


def _rule(value: Any) -> dict[str, tuple[str, ...]]:
    texts = value.values() if isinstance(value, Mapping) else [None]
    if not all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in texts):
        raise ValueError("must be lists of values by column, or a list of such tables")
    return {column: tuple(each) for column, each in value.items()}


def _unit(value: Any) -> str:
    if value not in SECONDS:
        raise ValueError(f"must be one of {', '.join(SECONDS)}")
    return str(value)


def _zone(value: Any) -> str:
    return values.zone(value).key


KEYS: dict[str, dict[str, Any]] = {
    "leads": dict.fromkeys((*_COLUMNS, *_MORE), values.text)
    | dict.fromkeys(("won", "lost", "opportunity", "qualified", "absent"), values.texts)
    | {"response_unit": _unit, "timezone": _zone},
    "activities": dict.fromkeys(("person_key", "at", "owner", "date_format"), values.text)
    | {"is_contact": _rules, "timezone": _zone},
    "spend": dict.fromkeys(("source", "amount", "date", "end", "currency", "date_format", "decimal"), values.text),
}


def beside(leads: Path) -> Path:
    """Return the default mapping path beside a leads file.

    It is `leads.mapping.toml` for `leads.csv`.
    """
    return leads.with_name(f"{leads.stem}.mapping.toml")


def remembered(leads: Path) -> Path | None:
    """Return the mapping file beside a leads file, if any."""
    return beside(leads) if beside(leads).is_file() else None


def read(path: Path | None) -> dict[str, dict[str, Any]]:
    """Return the tables of a mapping file; empty without one.

    Raises UnusableError naming the invalid key.
    """
    if path is None:
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise UnusableError(f"{path}: {error}") from error
    problems: list[Problem] = []
    with toml_table.Table(document, "", problems).closed() as file:
        tables = {name: _table(file.table(name), name) for name in KEYS if file.has(name)}
    if problems:
        raise UnusableError(f"{path}: {problems[0].field}: {problems[0].detail}")
    return tables


def _table(parent: toml_table.Table, name: str) -> dict[str, Any]:
    with parent.closed() as table:
        values = {key: table.get(key, read, None) for key, read in KEYS[name].items() if table.has(key)}
        if name == "leads" and table.has("first_contact_at"):
            values["first_contact_at"] = table.get("first_contact_at", _one_or_more, ())
        if values.get("decimal") not in (None, ".", ","):
            table.problem("decimal", "must be . or ,")
    return values


def _one_or_more(value: Any) -> tuple[str, ...]:
    return (values.text(value),) if isinstance(value, str) else values.texts(value)


def write(
    mapping: AuditMapping, files: Mapping[str, FileDescription], questions: Iterable[MappingQuestion] = ()
) -> str:
    """Return a mapping as text that `read` can parse.

    Unmapped columns and open questions are written as comments.
    """
    tables = (("leads", mapping.leads), ("activities", mapping.activities), ("spend", mapping.spend))
    parts = []
    for name, columns in tables:
        if columns is not None:
            lines = [f"{key} = {_value(value)}" for key, value in as_table(columns).items()]
            lines += _open(name, questions)
            lines += _others(columns, files.get(name))
            parts.append("\n".join((f"[{name}]", *lines)) + "\n")
    return "\n".join(parts)


def _open(table: str, questions: Iterable[MappingQuestion]) -> list[str]:
    """Return a table's questions as comments with their answer lines."""
    return [line for each in questions if each.table == table for line in (f"# {each.text}", f"# {each.line}")]


def _others(columns: Columns, described: FileDescription | None) -> list[str]:
    """Return unmapped columns as comments with their likely contents."""
    used = {column for _, column in named(columns)}
    others = [each for name, each in described.profiles.items() if name not in used] if described else []
    if not others:
        return []
    return ["# other columns of the file:", *(f"#   {_comment(each)}" for each in others)]


def _comment(profile: ColumnProfile) -> str:
    samples = " | ".join(profile.samples)
    text = f"{_value(profile.name)}: {profile.holds}{f', such as {samples}' if samples else ''}"
    return " ".join(text.split())[:MOST_LETTERS]


def _value(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_value(key)} = {_value(each)}" for key, each in value.items()) + " }"
    # A basic string of TOML is one of JSON, but for the escape of one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
