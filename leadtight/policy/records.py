"""Read policy records from their tables, as their fields declare.

A field's type says what may be written (`leadtight.policy.kinds`), its default what holds when the key is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin

from leadtight.domain.policy.formats import FileKey
from leadtight.policy.kinds import ValueKind, is_optional, kind_of, without_none
from leadtight.policy.toml_table import Table
from leadtight.policy.written import BUILDERS, ELSEWHERE, TABLES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its key.

    It is a value, a table, an array of tables, or a table whose entries have names.
    """

    attribute: str
    key: str
    shape: Literal["value", "table", "array", "names"]
    kind: ValueKind | None
    record: Any
    names: ValueKind | None
    default: Any

    @property
    def is_required(self) -> bool:
        """Return whether the key is required.

        A missing table is an empty one.
        """
        return self.default is MISSING and self.shape in ("value", "table")


def read(record: type[T], table: Table, *, name: str | None = None, defaults: Any = MISSING) -> T:
    """Return a record from its table.

    An entry has its `name` as its id. The defaults of a table inside another record are those of that record.
    """
    attributes = attributes_of(record, table, name=name)
    if isinstance(defaults, record):
        return cast(T, replace(cast(Any, defaults), **attributes))
    build = BUILDERS.get(record)
    return cast(T, build(table, attributes)) if build else record(**attributes)


def attributes_of(record: type, table: Table, *, name: str | None = None) -> dict[str, Any]:
    """Return the values of a table by field.

    A missing required one is a problem, and blank.
    """
    declared = fields_of(record, is_entry=name is not None)
    attributes: dict[str, Any] = {"id": name} if name is not None and _has_id(record) else {}
    for key in table:
        if key in declared:
            _take(declared[key], table, attributes)
        else:
            table.unknown(key, declared)
    for field in declared.values():
        if field.default is MISSING and field.attribute not in attributes:
            _stand_in(field, table, attributes)
    return attributes


_UNREAD = object()


def _take(field: Field, table: Table, attributes: dict[str, Any]) -> None:
    value = _read(field, table)
    if value is not _UNREAD:
        attributes[field.attribute] = value


def _read(field: Field, table: Table) -> Any:
    if field.shape == "value":
        return table.get(field.key, cast(ValueKind, field.kind).read, _UNREAD)
    if field.shape == "table":
        return read(field.record, table.table(field.key), defaults=field.default)
    if field.shape == "array":
        return tuple(read(field.record, each) for each in table.tables(field.key))
    return dict(_entries(field, table.table(field.key)))


def _entries(field: Field, table: Table) -> Iterator[tuple[Any, Any]]:
    for key in table:
        name = table.named(key, field.names.read, _UNREAD) if field.names else key
        if field.record:
            value = read(field.record, table.table(key), name=key)
        else:
            value = table.get(key, cast(ValueKind, field.kind).read, _UNREAD)
        if name is not _UNREAD and value is not _UNREAD:
            yield name, value


def _stand_in(field: Field, table: Table, attributes: dict[str, Any]) -> None:
    if field.shape != "value":
        attributes[field.attribute] = _read(field, table)
        return
    if not table.has(field.key):
        table.problem(field.key, "is missing")
    attributes[field.attribute] = cast(ValueKind, field.kind).blank()


def _has_id(record: Any) -> bool:
    return "id" in getattr(record, "__dataclass_fields__", {})


@cache
def fields_of(record: type, *, is_entry: bool = False) -> Mapping[str, Field]:
    """Return the fields of a record's table by key.

    The `id` of an entry is its name.
    """
    table = TABLES.get(record, record)
    elsewhere = ELSEWHERE.get(table, frozenset()) | ({"id"} if is_entry else set())
    declared = (_field(*each) for each in _declared(table) if each[0] not in elsewhere)
    return {field.key: field for field in declared}


def _declared(table: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name, type and default of every field."""
    for field in fields(table) if is_dataclass(table) else ():
        if field.init:
            default = field.default if field.default_factory is MISSING else field.default_factory()
            yield field.name, field.type, default
    if "__dataclass_params__" not in vars(table):
        for name, hint in table.__annotations__.items():
            yield name, hint, vars(table).get(name, MISSING)


def _field(attribute: str, hint: Any, default: Any) -> Field:
    key = attribute
    if get_origin(hint) is Annotated:
        key = next((mark.key for mark in hint.__metadata__ if isinstance(mark, FileKey)), key)
    shape, kind, record, names = _shape(without_none(hint) if is_optional(hint) else hint)
    return Field(attribute, key, shape, kind, record, names, default)


def _shape(hint: Any) -> tuple[Any, ValueKind | None, Any, ValueKind | None]:
    origin, arguments = get_origin(hint), get_args(hint)
    if _is_record(hint):
        return "table", None, hint, None
    if origin is tuple and _is_record(arguments[0]):
        return "array", None, arguments[0], None
    if origin is Mapping and _is_record(arguments[1]):
        return "names", None, arguments[1], None if arguments[0] is str else kind_of(arguments[0])
    if origin is Mapping and arguments[0] is not str:
        return "names", kind_of(arguments[1]), None, kind_of(arguments[0])
    return "value", kind_of(hint), None, None


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)
