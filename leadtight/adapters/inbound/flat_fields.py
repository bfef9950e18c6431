"""Any JSON as flat fields: dotted names with texts.

Every value that is not empty is kept; none is overwritten.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from leadtight.adapters.inbound.field_names import put


def flat(content: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested JSON as dotted names and searchable texts."""
    fields: dict[str, str] = {}
    for name, text in leaves(content, prefix):
        put(fields, name, text)
    return fields


def leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path and text of every value.

    A list of plain values is one text; empty values are left out.
    """
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path and not path.endswith(".") else f"{path}{name}")
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{number}")
    elif (text := as_text(value)) != "":
        yield path, text


def as_text(value: Any) -> str:
    """Return a plain value, or several, as text.

    It is empty for values without meaning.
    """
    if isinstance(value, list):
        return ", ".join(filter(None, map(as_text, value)))
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def without(content: Any, *names: str) -> dict[str, Any]:
    """Return an object without some names.

    They are read elsewhere, or of no use.
    """
    return {str(k): v for k, v in content.items() if k not in names} if isinstance(content, Mapping) else {}
