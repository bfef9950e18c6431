"""Stored values survive JSON, and histories fold to their leads."""

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.calendar import timestamps
from leadtight.domain.model import event, lead, message, rotation
from leadtight.domain.model.codec import apply_difference, difference, from_document, to_document
from leadtight.domain.routing import receipt

pytestmark = pytest.mark.slow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
INSTANTS = st.integers(0, 7_000_000_000_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    datetime: INSTANTS,
    timedelta: st.timedeltas(timedelta(), timedelta(days=366)),  # the longest duration that a policy allows
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    Any: JSON,
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of a type.

    Any text, number and nesting that the type allows.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(typing.cast(type[Any], kind), **{name: values(hint) for name, hint in hints.items()})
    if origin is types.UnionType:
        return st.one_of(*(st.none() if a is types.NoneType else values(a) for a in arguments))
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.text(max_size=5), values(arguments[1]), max_size=3)
    strategy: st.SearchStrategy[Any] = st.from_type(kind)
    return strategy


STORED = [
    kind
    for module in (lead, event, message, receipt, rotation)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
]


def through_json(value: Any) -> Any:
    return from_document(type(value), json.loads(json.dumps(to_document(value))))


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_every_stored_value_is_read_back_equal(kind: type[Any]) -> None:
    @given(value=values(kind))
    def check(value: Any) -> None:
        assert through_json(value) == value

    check()


@given(value=values(lead.Lead))
def test_missing_keys_use_the_fields_default_and_unknown_keys_are_ignored(value: lead.Lead) -> None:
    document = to_document(value) | {"from_the_future": 1}
    del document["attempts"]
    assert from_document(lead.Lead, document).attempts == 0


@given(old_lead=values(lead.Lead), after=values(lead.Lead))
def test_the_difference_of_two_leads_turns_one_into_the_other(old_lead: lead.Lead, after: lead.Lead) -> None:
    old, new = to_document(old_lead), to_document(after)
    assert apply_difference(old, difference(old_lead, after)) == new
    assert apply_difference({}, difference(None, after)) == {
        name: value for name, value in new.items() if value is not None
    }
    assert difference(after, after) == {}


def test_other_types_have_no_document_form() -> None:
    with pytest.raises(TypeError, match="no document form for set"):
        to_document(set())


def test_instants_sort_as_utc_text_and_reject_naive_times() -> None:
    early, late = datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    assert timestamps.format_timestamp(early) < timestamps.format_timestamp(late)
    assert len(timestamps.format_timestamp(late)) == 27
    with pytest.raises(ValueError, match="naive"):
        timestamps.format_timestamp(late.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no time zone"):
        timestamps.parse_timestamp("2026-11-22T10:00:00")


@given(text=st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d", fullmatch=True))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    try:
        at = timestamps.parse_timestamp(text)
    except ValueError:
        return
    assert at.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_outside_the_calendar_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="date value out of range"):
        timestamps.parse_timestamp(text)
