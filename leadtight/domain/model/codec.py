"""The codec between dataclasses and plain JSON documents.

Table, queue and history use it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar, cast

from leadtight.domain.calendar import timestamps

T = TypeVar("T")
Document = dict[str, Any]


def to_document(value: Any) -> Any:
    """Return `value` as JSON types.

    Instants become UTC text, durations microseconds, decimals text.
    """
    kind = type(value)
    return value if kind in _PLAIN else _writer(cast(Hashable, kind))(value)


_PLAIN = frozenset({types.NoneType, str, bool, int, float})


@cache
def _writer(hashed: Hashable) -> Callable[[Any], Any]:
    """Return the writer of a type.

    It is cached, because leads are written with every change.
    """
    kind = cast(type[Any], hashed)
    for kinds, write in _WRITERS:
        if issubclass(kind, kinds):
            return write
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"no document form for {kind.__name__}")
    names = _names(cast(Hashable, kind))

    def write_record(record: Any) -> Document:
        document = {}
        for name in names:
            value = getattr(record, name)  # most fields are plain, and a call for each takes longer than all else
            document[name] = value if type(value) in _PLAIN else to_document(value)
        return document

    return write_record


def without_defaults(value: Any) -> Document:
    """Return the document of a record, omitting default values.

    `from_document` restores them.
    """
    document: Document = to_document(value)
    usual = _defaults(cast(Hashable, type(value)))
    return {name: v for name, v in document.items() if name not in usual or usual[name] != v}


@cache
def _defaults(kind: Any) -> Document:
    """Return the documents of a type's defaults, by field."""
    defaults = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            defaults[field.name] = to_document(field.default)
        elif field.default_factory is not dataclasses.MISSING:
            defaults[field.name] = to_document(field.default_factory())
    return defaults


@cache
def _names(kind: Any) -> Sequence[str]:
    return tuple(field.name for field in dataclasses.fields(kind))


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
    (datetime, timestamps.format_timestamp),
    ((date, Decimal), str),
    (Mapping, _map),
    ((list, tuple, frozenset), _list),
)


def from_document(kind: type[T], document: Any) -> T:
    """Return the `kind` that `document` describes.

    Missing keys take the field's default. A type whose stored form has changed has an `upgrade` method, which returns
    any of its documents in the current form.
    """
    return cast(T, _reader(cast(Hashable, kind))(document))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the reader of a type, cached."""
    origin = typing.get_origin(kind)
    if kind is Any:
        return _itself
    if origin in (types.UnionType, typing.Union):
        return _or_none(_reader(_not_none(kind)))
    if origin is tuple:
        return _tuple_of(_reader(typing.get_args(kind)[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_of(_reader(typing.get_args(kind)[1]))
    return _plain_reader(kind)


def _plain_reader(kind: type[Any]) -> Callable[[Any], Any]:
    if dataclasses.is_dataclass(kind):
        return partial(_read_record, kind)
    for kinds, read in _READERS:
        if issubclass(kind, kinds):
            return read
    if issubclass(kind, Decimal | Enum):
        return kind
    return _plain_of(kind) if kind in _PLAINLY_READ else _itself


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _tuple_of(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read_all(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise TypeError(f"expected a list, not {type(value).__name__}")
        return tuple(map(read, value))

    return read_all


def _mapping_of(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {name: read(v) for name, v in value.items()}


def _read_record(kind: type[Any], value: Any) -> Any:
    readers = _readers(cast(Hashable, kind))
    value = kind.upgrade(value) if hasattr(kind, "upgrade") else value
    return kind(**{name: readers[name](v) for name, v in value.items() if name in readers})


def _microseconds_read(value: int) -> timedelta:
    return timedelta(microseconds=value)


def _plain_of(kind: type[Any]) -> Callable[[Any], Any]:
    """Return a reader that accepts one plain type only.

    A number must not pass for a name.
    """

    def read(value: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")
        return value

    return read


_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (datetime, timestamps.parse_timestamp),
    (date, date.fromisoformat),
    (timedelta, _microseconds_read),
)
_PLAINLY_READ = (str, bool, int)


def _not_none(kind: Any) -> Any:
    return next(a for a in typing.get_args(kind) if a is not types.NoneType)


@cache
def _readers(kind: Any) -> Mapping[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}


def difference(before: Any, after: Any) -> Document:
    """Return `{field: [old, new]}` for the fields that differ.

    Both records are of one type and compared as documents. Without `before`, every field with a value is new. Equal
    values are not written out: most of a record does not change.
    """
    changes = {}
    for name in _names(cast(Hashable, type(after))):
        old, new = getattr(before, name, None), getattr(after, name)
        if old is not new and old != new and (pair := [to_document(old), to_document(new)])[0] != pair[1]:
            changes[name] = pair
    return dict(sorted(changes.items()))


def apply_difference(document: Document, changes: Document) -> Document:
    """Apply the new values of a difference to `document`.

    This is one step of folding a history.
    """
    return {**document, **{name: new for name, (_, new) in changes.items()}}
