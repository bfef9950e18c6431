"""Check parameters against a service model, as AWS does.

botocore itself checks types, required members and some minima. AWS also refuses other words of an enum, texts that do
not fit a pattern, and what is too long or too large.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import regex  # type: ignore[import-untyped]  # it ships no types

Shape = Any
"""One of botocore's kinds of shapes, whose parts its stubs do not tell."""

TRAITS = ("enum", "pattern", "min", "max", "required")
"""What makes a shape refuse a value."""


def problems(shape: Shape, value: Any, where: str, service: str) -> Iterator[str]:
    """Yield a line for each part that AWS refuses."""
    if accepts_everything(shape, service):
        return
    match shape.type_name:
        case "structure":
            yield from _of_structure(shape, value, where, service)
        case "list":
            yield from _of_list(shape, value, where, service)
        case "map":
            yield from _of_map(shape, value, where, service)
        case "string" | "blob":
            yield from _of_text(shape, value, where)
        case "integer" | "long" | "float" | "double":
            yield from _of_size(shape, value, where, "")


def _of_structure(shape: Shape, value: Mapping[str, Any], where: str, service: str) -> Iterator[str]:
    for name in shape.metadata.get("required", ()):
        if value.get(name) is None:
            yield f"{where}.{name}: missing"
    for name, item in value.items():
        if item is not None and name in shape.members:
            yield from problems(shape.members[name], item, f"{where}.{name}", service)


def _of_list(shape: Shape, value: Sequence[Any], where: str, service: str) -> Iterator[str]:
    yield from _of_size(shape, len(value), where, "items")
    for number, item in enumerate(value):
        yield from problems(shape.member, item, f"{where}[{number}]", service)


def _of_map(shape: Shape, value: Mapping[str, Any], where: str, service: str) -> Iterator[str]:
    yield from _of_size(shape, len(value), where, "entries")
    keys = not accepts_everything(shape.key, service)
    items = not accepts_everything(shape.value, service)
    for key, item in value.items():
        if keys:
            yield from _of_text(shape.key, key, where)
        if items:
            yield from problems(shape.value, item, f"{where}.{key}", service)


def _of_text(shape: Shape, value: object, where: str) -> Iterator[str]:
    if isinstance(value, str | bytes):  # else a file
        yield from _of_size(shape, len(value), where, "characters")
    if isinstance(value, str):
        enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
        if enum and value not in enum:
            yield f"{where}: {value!r} is not one of {', '.join(enum[:9])}"
        if pattern and not compiled(pattern).fullmatch(value):
            yield f"{where}: {value[:90]!r} does not match {pattern}"


def _of_size(shape: Shape, size: float, where: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{where}: {size} {unit} is less than {least}"
    if most is not None and size > most:
        yield f"{where}: {size} {unit} is more than {most}"


@cache
def compiled(pattern: str) -> Any:
    """Return a model's pattern, written for Java, in Python's words.

    Some models escape a backslash twice; others name characters by their surrogates.
    """
    pattern = re.sub(r"\\\\(?=[+dpSs.])", r"\\", pattern)
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF").replace("(?i)", "")
    return regex.compile(pattern, regex.DOTALL)


_FREE: dict[tuple[str, str], bool] = {("dynamodb", name): True for name in ("AttributeName", "AttributeValue")}
"""Whether shapes accept everything, as far as known.

The only rule of those in DynamoDB is the length of a name, which the size of its item limits.
"""


def accepts_everything(shape: Shape, service: str) -> bool:
    """Return whether no part of a shape refuses anything.

    That is found once for each shape: most parts of an item of DynamoDB are such.
    """
    key = (service, shape.name)
    if key not in _FREE:
        _FREE[key] = not _refuses_something(shape, set())
    return _FREE[key]


def _refuses_something(shape: Shape, seen: set[str]) -> bool:
    if shape.name in seen:
        return False
    seen.add(shape.name)
    if any(shape.metadata.get(trait) not in (None, []) for trait in TRAITS):
        return True
    return any(_refuses_something(part, seen) for part in _parts(shape))


def _parts(shape: Shape) -> tuple[Shape, ...]:
    match shape.type_name:
        case "structure":
            return tuple(shape.members.values())
        case "list":
            return (shape.member,)
        case "map":
            return (shape.key, shape.value)
    return ()
