"""Keys declared by the policy's records, with their meanings.

Meanings are the docstrings of fields, read from source. Nothing that serves leads imports this: the interpreter drops
these docstrings, so they cost no cold start.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from leadtight.domain.policy.policy import Policy
from leadtight.policy.kinds import ValueKind
from leadtight.policy.records import Field, fields_of
from leadtight.policy.written import TABLES

ANY = "*"  # placeholder for a name that the policy's author chooses


@dataclass(frozen=True, slots=True)
class Key:
    """A key with a value: path, kind, default and meaning."""

    path: str
    kind: ValueKind
    default: Any
    is_required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class KeyMeaning:
    """Meaning of a key, and of its table's entries."""

    of_key: str = ""
    of_each: str = ""


def declared(record: type, *, is_entry: bool = False, defaults: Any = None) -> list[Field]:
    """Return the fields of a record's table, values first.

    Defaults are those of the record that holds it.
    """
    fields = sorted(fields_of(record, is_entry=is_entry).values(), key=lambda field: field.shape != "value")
    if not isinstance(defaults, record):
        return fields
    return [replace(field, default=getattr(defaults, field.attribute)) for field in fields]


def all_keys(record: type = Policy, path: str = "", *, is_entry: bool = False, defaults: Any = None) -> Iterator[Key]:
    """Yield every key with a value, inner tables included.

    Keys of conditions are repeated wherever they stand.
    """
    for field in declared(record, is_entry=is_entry, defaults=defaults):
        yield from _keys(field, meaning(record, field), f"{path}.{field.key}".strip("."))


def _keys(field: Field, means: KeyMeaning, path: str) -> Iterator[Key]:
    if field.shape == "value":
        yield Key(path, cast(ValueKind, field.kind), field.default, field.is_required, means.of_key)
    elif field.kind:
        yield Key(f"{path}.{ANY}", field.kind, None, is_required=False, meaning=means.of_each)
    else:
        place = {"table": path, "array": f"{path}[]", "names": f"{path}.{ANY}"}[field.shape]
        yield from all_keys(field.record, place, is_entry=field.shape == "names", defaults=field.default)


def meaning(record: type, field: Field) -> KeyMeaning:
    """Return the meaning of a record's key.

    It is its docstring, else that of the record in its table.
    """
    text = docstrings(TABLES.get(record, record)).get(field.attribute) or (
        _first_paragraph(field.record.__doc__) if field.record else ""
    )
    of_key, _, of_each = text.partition("\n\n")
    return KeyMeaning(" ".join(of_key.split()), " ".join(of_each.split()))


def _first_paragraph(text: str) -> str:
    return text.partition("\n\n")[0]


def docstrings(record: type) -> dict[str, str]:
    """Return the docstring of every field, including inherited ones."""
    texts: dict[str, str] = {}
    for base in reversed(record.__mro__[:-1]):
        texts |= _classes(inspect.getsourcefile(base) or "").get(base.__name__, {})
    return texts


@cache
def _classes(file: str) -> dict[str, dict[str, str]]:
    """Return a source file's docstrings by class and field."""
    module = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: dict(_documented(node.body)) for node in module.body if isinstance(node, ast.ClassDef)}


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
