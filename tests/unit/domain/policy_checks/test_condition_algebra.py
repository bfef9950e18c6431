"""Conclusions about two conditions hold for every lead."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.domain.policy_checks.condition_algebra import covers, disjoint
from leadtight.policy import loader as policies

pytestmark = pytest.mark.slow

POLICY = policies.shipped()


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


CONDITIONS = st.builds(
    Condition,
    source=some("api", "web_form", "API"),
    country=some("DE", "DK", "us"),
    language=some("de", "en"),
    message_has=some("urgent", "today"),
    min_value=st.none() | st.integers(0, 2).map(Decimal),
    after_hours_of=st.none() | st.sampled_from(["office", "always"]),
    postcode=some("20000-22999", "20*", "20457"),
    phone_prefix=some("+49", "+4940"),
    min_company_size=st.none() | st.integers(0, 3),
    max_company_size=st.none() | st.integers(0, 3),
    field_is=st.dictionaries(st.sampled_from(["a", "b"]), some("1", "2"), max_size=2),
    min_score=st.none() | st.integers(-1, 2),
    existing_owner=st.none() | st.booleans(),
)
INQUIRIES = st.builds(
    Inquiry,
    country=st.sampled_from(["DE", "DK", "US", ""]),
    language=st.sampled_from(["de", "en", ""]),
    message=st.sampled_from(["urgent", "today, urgent", ""]),
    value=st.none() | st.integers(0, 2).map(Decimal),
    postcode=st.sampled_from(["20457", "21000", ""]),
    phone=st.sampled_from(["+4940123", "+4930123", None]),
    company_size=st.none() | st.integers(0, 3),
    fields=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2),
)
ARRIVALS = st.builds(
    Arrival,
    source=st.sampled_from(["api", "web_form"]),
    form=st.none(),
    inquiry=INQUIRIES,
    received_at=st.sampled_from([datetime(2026, 11, 23, 3, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)]),
    score=st.integers(-1, 2),
    known_owner_id=st.sampled_from([None, "ana"]),
)


@settings(max_examples=settings().max_examples * 5)
@given(first=CONDITIONS, second=CONDITIONS, arrival=ARRIVALS)
def test_a_covering_condition_holds_whenever_the_covered_one_does(
    first: Condition, second: Condition, arrival: Arrival
) -> None:
    if covers(first, second):
        assert holds(first, POLICY, arrival) or not holds(second, POLICY, arrival)
    if disjoint(first, second):
        assert not (holds(first, POLICY, arrival) and holds(second, POLICY, arrival))
    assert covers(Condition(), first)
    assert covers(first, first)
    assert disjoint(first, second) == disjoint(second, first)


def condition(**wishes: Any) -> Condition:
    return Condition(**wishes)


def test_proofs_match_a_readers_expectation() -> None:
    assert covers(condition(country=("de", "DK")), condition(country=("DE",), min_value=Decimal(1)))
    assert covers(condition(min_value=Decimal(1)), condition(min_value=Decimal(2)))
    assert covers(condition(max_company_size=9), condition(max_company_size=5))
    assert covers(condition(field_is={"a": ("1", "2")}), condition(field_is={"a": ("1",), "b": ("2",)}))
    assert not covers(condition(country=("DE",)), condition())
    assert not covers(condition(min_score=5), condition(min_score=4))
    assert not covers(condition(after_hours_of="office"), condition(after_hours_of="always"))
    assert disjoint(condition(country=("DE",)), condition(country=("DK",), min_value=Decimal(1)))
    assert disjoint(condition(min_company_size=10), condition(max_company_size=9))
    assert disjoint(condition(existing_owner=True), condition(existing_owner=False))
    assert not disjoint(condition(country=("DE",)), condition(min_value=Decimal(1)))
    assert not disjoint(condition(message_has=("a",)), condition(message_has=("b",)))
