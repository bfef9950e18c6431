"""Dataclasses to plain JSON documents and back: the one codec for table, queue and history."""

import dataclasses
import types
import typing
from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from leadtight.domain import instants

T = TypeVar("T")
Document = dict[str, Any]


def to_document(value: Any) -> Any:
    """Return `value` as JSON types: instants as UTC text, durations in seconds, decimals as text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date | timedelta | Decimal):
        return _scalar_to_text(value)
    if isinstance(value, Mapping):
        return {str(k): to_document(v) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [to_document(v) for v in value]
    return _fields_to_document(value)


def _scalar_to_text(value: date | timedelta | Decimal) -> str | int:
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)  # a float of seconds is not exact
    if isinstance(value, datetime):
        return instants.to_text(value)
    return str(value)


def _fields_to_document(value: Any) -> Document:
    if not dataclasses.is_dataclass(value):
        raise TypeError(f"no document form for {type(value).__name__}")
    return {f.name: to_document(getattr(value, f.name)) for f in dataclasses.fields(value)}


def from_document(kind: type[T], document: Any) -> T:
    """Return the `kind` that `document` describes; missing keys take the field's default.

    A kind whose stored form has changed has a `from_former`, which returns any of its documents in today's form.
    """
    return cast(T, _read(kind, document))


def _read(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if kind is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _read(_not_none(kind), value)
    if origin is tuple:
        item = typing.get_args(kind)[0]
        return tuple(_read(item, v) for v in value)
    if origin is not None and issubclass(origin, Mapping):
        item = typing.get_args(kind)[1]
        return {k: _read(item, v) for k, v in value.items()}
    return _read_plain(kind, value)


def _read_plain(kind: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(kind):
        record = cast(type[Any], kind)
        hints = _hints(cast(Hashable, kind))
        value = record.from_former(value) if hasattr(record, "from_former") else value
        return record(**{k: _read(hints[k], v) for k, v in value.items() if k in hints})
    if issubclass(kind, datetime):
        return instants.from_text(value)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, timedelta):
        return timedelta(microseconds=value)
    if issubclass(kind, Decimal | Enum):
        return kind(value)
    return value


def _not_none(kind: Any) -> Any:
    return next(a for a in typing.get_args(kind) if a is not types.NoneType)


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def difference(before: Document, after: Document) -> Document:
    """Return `{field: [old, new]}` for the fields in which two documents differ."""
    names = sorted(before.keys() | after.keys())
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}


def apply_difference(document: Document, changes: Document) -> Document:
    """Return `document` with the new side of every change put in: one step of folding a history."""
    return {**document, **{name: new for name, (_, new) in changes.items()}}
