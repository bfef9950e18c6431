"""JSON Schema for policy.toml, made from what the reader asks for: editors complete and check with it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from leadtight.policy.introspection import ANY, Key, Listening, known
from leadtight.policy.value_schemas import Schema, kind_of, names_of, written

MEANINGS = Path(__file__).with_name("meanings.toml")
DIALECT = "http://json-schema.org/draft-07/schema#"  # what editors of TOML understand


def schema() -> Schema:
    """Return the JSON Schema of a policy."""
    return {"$schema": DIALECT, "title": "Leadtight policy", **_table(known())}


@cache
def meanings() -> dict[str, str]:
    """Return what each key means, by its path without a condition's place."""
    return tomllib.loads(MEANINGS.read_text(encoding="utf-8"))


def meant(path: str) -> str:
    """Return under which path a key's meaning stands: conditions mean the same wherever they stand."""
    _, when, rest = path.partition(".when")
    return f"when{rest}" if when else path


def _table(table: Listening) -> Schema:
    inside = {**{n: _key(k) for n, k in table.keys.items()}, **{n: _table(t) for n, t in table.inner.items()}}
    described: Schema = {} if table.many else _described(table.path)
    described["type"] = "object"
    if ANY in inside:
        described["additionalProperties"] = inside[ANY]
        if table.names:
            described["propertyNames"] = names_of(table.names)
        return described
    described |= {"properties": inside, "additionalProperties": False}
    needed = [n for n, key in table.keys.items() if key.required] + table.required_inner
    if needed:
        described["required"] = needed
    return (
        {**_described(table.path.removesuffix("[]")), "type": "array", "items": described} if table.many else described
    )


def _key(key: Key) -> Schema:
    default = {} if key.required or not written(key.default) else {"default": _json(key.default)}
    return _described(key.path) | kind_of(key).schema | default


def _json(default: Any) -> Any:
    if isinstance(default, tuple):
        return [str(item) for item in default]
    return default if isinstance(default, bool | int | float) else written(default)


def _described(path: str) -> Schema:
    meaning = meanings().get(meant(path))
    return {"description": meaning} if meaning else {}
