"""Dataclasses to plain JSON documents and back: the one codec for table, queue and history."""

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from leadtight.domain import instants

T = TypeVar("T")
Document = dict[str, Any]


def to_document(value: Any) -> Any:
    """Return `value` as JSON types: instants as UTC text, durations in microseconds, decimals as text."""
    kind = type(value)
    return value if kind in _PLAIN else _writer(cast(Hashable, kind))(value)


_PLAIN = frozenset({types.NoneType, str, bool, int, float})


@cache
def _writer(hashed: Hashable) -> Callable[[Any], Any]:
    """Return what writes values of a kind: found out once, for leads are written with every change."""
    kind = cast(type[Any], hashed)
    for kinds, write in _WRITERS:
        if issubclass(kind, kinds):
            return write
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"no document form for {kind.__name__}")
    names = tuple(field.name for field in dataclasses.fields(kind))
    return lambda value: {name: to_document(getattr(value, name)) for name in names}


def _itself(value: Any) -> Any:
    return value


def _value(value: Enum) -> Any:
    return value.value


def _microseconds(value: timedelta) -> int:
    return value // timedelta(microseconds=1)  # a float of seconds is not exact


def _map(value: Mapping[Any, Any]) -> Document:
    return {str(k): to_document(v) for k, v in value.items()}


def _list(value: Iterable[Any]) -> list[Any]:
    return [to_document(v) for v in value]


_WRITERS: tuple[tuple[type[Any] | tuple[type[Any], ...], Callable[[Any], Any]], ...] = (
    (Enum, _value),
    ((types.NoneType, str, bool, int, float), _itself),
    (timedelta, _microseconds),
    (datetime, instants.to_text),
    ((date, Decimal), str),
    (Mapping, _map),
    ((list, tuple, frozenset), _list),
)


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


def difference(before: Any, after: Any) -> Document:
    """Return `{field: [old, new]}` for the fields in whose documents two records of one kind differ.

    Without a record `before`, every field that says something is new. Values that are equal are not written out:
    most of a record stays as it was.
    """
    found = {}
    for field in dataclasses.fields(after):
        old, new = getattr(before, field.name, None), getattr(after, field.name)
        if old is not new and old != new and (pair := [to_document(old), to_document(new)])[0] != pair[1]:
            found[field.name] = pair
    return dict(sorted(found.items()))


def apply_difference(document: Document, changes: Document) -> Document:
    """Return `document` with the new side of every change put in: one step of folding a history."""
    return {**document, **{name: new for name, (_, new) in changes.items()}}
