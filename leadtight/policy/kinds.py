"""Kinds of policy values: reader, documentation and JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.message import TO_TEAM, Channel
from leadtight.domain.policy.formats import Format
from leadtight.domain.policy.pools import OutsideHours
from leadtight.domain.policy.rules import UnwantedReason
from leadtight.domain.policy.sequences import ALWAYS_STOP, STOP_ON
from leadtight.domain.policy.sources import MAIL_PROVIDERS, PROVIDERS
from leadtight.domain.policy.targets import CLOSE
from leadtight.policy import values

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class ValueKind:
    """A kind of value.

    `blank` replaces a missing one until all problems are collected.
    """

    words: str
    schema: Schema
    read: Callable[[Any], Any]
    blank: Callable[[], Any] = str
    plural: str = ""

    @property
    def several(self) -> str:
        """Return its name in the plural."""
        return self.plural or f"{self.words}s"


@cache
def kind_of(hint: Any) -> ValueKind:
    """Return the kind of value that a type allows.

    Raises LookupError for an unknown type.
    """
    if get_origin(hint) is Annotated:
        narrower = next((mark for mark in hint.__metadata__ if isinstance(mark, ValueKind | Format)), None)
        return _kind_marked(narrower) if narrower else kind_of(hint.__origin__)
    if is_optional(hint):
        return kind_of(without_none(hint))
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (tuple, frozenset):
        return _list_of(kind_of(arguments[0]), origin)
    if origin is Mapping:
        return _table_of(kind_of(arguments[1]))
    if issubclass(hint, StrEnum):
        return _choice(hint)
    return _TYPES[hint]


def _kind_marked(mark: ValueKind | Format) -> ValueKind:
    return mark if isinstance(mark, ValueKind) else _FORMATS[mark]


def is_optional(hint: Any) -> bool:
    """Return whether a type is `X | None`."""
    return NoneType in get_args(hint) and get_origin(hint) is not Literal


def without_none(hint: Any) -> Any:
    """Return the X of `X | None`."""
    return next(each for each in get_args(hint) if each is not NoneType)


def _list_of(item: ValueKind, origin: Callable[[Any], Any]) -> ValueKind:
    read = partial(values.items, item.read, item.several)
    schema = {"type": "array", "items": item.schema}
    collected = read if origin is tuple else lambda value: frozenset(read(value))
    return ValueKind(f"list of {item.several}", schema, collected, tuple, plural=f"lists of {item.several}")


def _table_of(item: ValueKind) -> ValueKind:
    schema = {"type": "object", "additionalProperties": item.schema}
    return ValueKind(f"table of {item.several}", schema, partial(values.table_of, item.read, item.several), dict)


def _choice(kind: type[StrEnum]) -> ValueKind:
    words = [str(each) for each in kind]
    name = " or ".join(words) if len(words) == 2 else _CHOICES.get(kind, kind.__name__.lower())
    return ValueKind(name, {"enum": words}, partial(values.one_of, kind), lambda: next(iter(kind)))


def _provider(value: Any) -> str:
    if value not in PROVIDERS | MAIL_PROVIDERS:
        raise ValueError(f"must be one of {', '.join(sorted(PROVIDERS | MAIL_PROVIDERS))}")
    return str(value)


def _skills(value: Any) -> frozenset[str]:
    return frozenset(skill.casefold() for skill in values.texts(value))


def _alert_channels(value: Any) -> tuple[Channel, ...]:
    names = values.texts(value)
    if not names or len({*names}) < len(names) or not {*names} <= {*TO_TEAM}:
        raise ValueError(f"must list one or more of {', '.join(TO_TEAM)}, each at most once")
    return tuple(Channel(name) for name in names)


def _day_time(value: Any) -> time | Literal["close"]:
    return CLOSE if value == CLOSE else values.clock_time(value)


def _stops(value: Any) -> frozenset[OutcomeMeaning]:
    return ALWAYS_STOP | frozenset(values.items(_stop, "outcomes", value))


def _stop(value: Any) -> OutcomeMeaning:
    if value not in STOP_ON:
        raise ValueError(f"must be one of {', '.join(sorted(STOP_ON))}")
    return OutcomeMeaning(value)


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def pattern(regex: str) -> Schema:
    """Return the schema of texts that match a pattern."""
    return {"type": "string", "pattern": regex}


_CLOCK = "([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?"
_TEXT = pattern("\\S")
_TIME = pattern(f"^{_CLOCK}$")
_AMOUNT: Schema = {"type": ["number", "string"]}
_DURATION = pattern("^(?=.)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$")
PERIOD = pattern(f"^{_CLOCK}-({_CLOCK}|24:00)$")
_DATE: Schema = {"format": "date", **pattern("^\\d{4}-\\d{2}-\\d{2}$")}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_SHARES = _list({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
_MEMBERS: Schema = {
    "anyOf": [
        _list(_TEXT, minItems=1),
        {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}, "minProperties": 1},
    ]
}
_CHANNELS = _list({"enum": [str(channel) for channel in TO_TEAM]}, minItems=1, uniqueItems=True)
_CHOICES: Mapping[type[StrEnum], str] = {
    UnwantedReason: "reason",
    OutcomeMeaning: "what it says",
    OutsideHours: "what they get",
}
_TYPES: Mapping[type, ValueKind] = {
    str: ValueKind("text", _TEXT, values.text),
    bool: ValueKind("true or false", {"type": "boolean"}, values.flag, bool),
    int: ValueKind("whole number", {"type": "integer", "minimum": 0}, values.count, int),
    Decimal: ValueKind("amount", _AMOUNT, values.decimal, Decimal),
    timedelta: ValueKind("duration", _DURATION, values.duration, timedelta),
    time: ValueKind("time of day", _TIME, values.clock_time, time),
    date: ValueKind("day", _DATE, values.day, lambda: date.min),
    datetime: ValueKind("instant with zone", _INSTANT, values.instant, lambda: datetime.min.replace(tzinfo=UTC)),
    ZoneInfo: ValueKind("time zone", _TEXT, values.zone, lambda: ZoneInfo("UTC")),
}
_FORMATS: Mapping[Format, ValueKind] = {
    Format(kind.words): kind
    for kind in (
        ValueKind(Format.WEB_ADDRESS, pattern("^https://[^\\s\"'<>\\\\]+$"), values.web_address),
        ValueKind(Format.ORIGIN, pattern("^https?://[^/?#@A-Z]+$"), values.origin),
        ValueKind(Format.LANGUAGE, pattern("^[a-z]{2}$"), values.language),
        ValueKind(Format.COUNTRY, pattern("^[A-Z]{2}$"), values.country),
        ValueKind(Format.COUNTRY_IN_ANY_CASE, pattern("^[A-Za-z]{2}$"), values.country_in_any_case, plural="countries"),
        ValueKind(Format.PHONE_NUMBER, pattern("^\\+[1-9]\\d{6,14}$"), values.phone_number),
        ValueKind(Format.PROVIDER, {"enum": sorted(PROVIDERS | MAIL_PROVIDERS)}, _provider),
        ValueKind(Format.CONNECT_ID, pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), values.connect_id),
        ValueKind(Format.SKILLS, _list(_TEXT), _skills, frozenset),
        ValueKind(Format.POSITIVE_INT, {"type": "integer", "minimum": 1}, values.positive, lambda: 1),
        ValueKind(Format.POINTS, {"type": "integer"}, values.points, int),
        ValueKind(Format.NON_NEGATIVE, _AMOUNT, values.non_negative, Decimal, plural="amounts"),
        ValueKind(Format.SHARE, _AMOUNT, values.share, Decimal),
        ValueKind(Format.PROPER_SHARE, _AMOUNT, values.proper_share, Decimal),
        ValueKind(Format.PROPER_SHARES, _SHARES, values.proper_shares, tuple),
        ValueKind(Format.POSITIVE_DURATION, _DURATION, values.span, lambda: timedelta(days=1)),
        ValueKind(Format.DAY_TIME, {"anyOf": [_TIME, {"const": CLOSE}]}, _day_time, time),
        ValueKind(Format.MEMBERS, _MEMBERS, values.members, dict),
        ValueKind(Format.ALERT_CHANNELS, _CHANNELS, _alert_channels, tuple),
        ValueKind(Format.STOPS, _list({"enum": sorted(STOP_ON)}), _stops, frozenset),
    )
}
