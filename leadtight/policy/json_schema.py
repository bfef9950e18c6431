"""JSON Schema of policy.toml, generated from the declaration.

Editors complete and check with it.
"""

from __future__ import annotations

import json
from dataclasses import MISSING
from datetime import time, timedelta
from typing import Any, cast

from leadtight.domain.policy.policy import Policy
from leadtight.policy.declaration import declared, meaning
from leadtight.policy.kinds import Schema, ValueKind
from leadtight.policy.records import Field

DIALECT = "http://json-schema.org/draft-07/schema#"  # supported by TOML editors


def schema() -> Schema:
    """Return the JSON Schema of a policy."""
    return {"$schema": DIALECT, "title": "Leadtight policy", **_table(Policy)}


def _table(record: type, *, is_entry: bool = False, defaults: Any = None) -> Schema:
    fields = declared(record, is_entry=is_entry, defaults=defaults)
    properties = {field.key: _property(record, field) for field in fields}
    required = [field.key for field in fields if field.is_required]
    table = {"type": "object", "properties": properties, "additionalProperties": False}
    return table | ({"required": required} if required else {})


def _property(record: type, field: Field) -> Schema:
    means = meaning(record, field)
    described = _described(means.of_key)
    if field.shape == "value":
        return described | cast(ValueKind, field.kind).schema | _default(field)
    if field.shape == "table":
        return described | _table(field.record, defaults=field.default)
    if field.shape == "array":
        return described | {"type": "array", "items": _table(field.record)}
    each = field.kind.schema if field.kind else _table(field.record, is_entry=True)
    names = {"propertyNames": field.names.schema} if field.names else {}
    return described | {"type": "object", "additionalProperties": _described(means.of_each) | each} | names


def _described(meaning: str) -> Schema:
    return {"description": meaning} if meaning else {}


def _default(field: Field) -> Schema:
    return {"default": _json(field.default)} if written(field.default) else {}


def _json(default: Any) -> Any:
    if isinstance(default, tuple):
        return [str(item) for item in default]
    return default if isinstance(default, bool | int | float) else written(default)


def written(default: Any) -> str:
    """Return a default as the policy would write it.

    Empty where the key's meaning states its default.
    """
    if default is MISSING or isinstance(default, frozenset):
        return ""
    if isinstance(default, timedelta):
        return _duration(default)
    if isinstance(default, time):
        return default.strftime("%H:%M")
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple) and default:
        return json.dumps([str(item) for item in default])
    return str(default) if default else ""


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
