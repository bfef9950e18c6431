"""The rule index finds every rule that holds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.domain.policy.rule_index import RuleIndex
from leadtight.policy import loader as policies
from tests.unit.domain.policy_checks.test_condition_algebra import ARRIVALS, CONDITIONS, some

POLICY = policies.shipped()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAMED = st.builds(
    Condition,
    email=some("@Example.com", "ada@other.example"),
    account=some("Obi Ltd", "example.com"),
    postcode=some("SW1*", "150-0001", "19999-22000"),
    field_is=st.dictionaries(st.sampled_from(["a", "b"]), some("1", "X"), max_size=2),
)


def with_fields(arrival: Arrival, **fields: Any) -> Arrival:
    return replace(arrival, form="Contact", inquiry=replace(arrival.inquiry, **fields))


LEADS = st.builds(
    with_fields,
    ARRIVALS,
    email=st.sampled_from([None, "Eve@example.COM", "ada@other.example"]),
    company=st.sampled_from(["", "OBI LTD", "Example.com"]),
    postcode=st.sampled_from(["", "sw1a 1aa", "150-0001", "20457", "2", "19999"]),
    fields=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "x"]), max_size=2),
)


@pytest.mark.slow
@settings(max_examples=settings().max_examples * 2)
@given(conditions=st.lists(CONDITIONS | NAMED, max_size=6), arrival=LEADS)
def test_every_matching_rule_is_returned_in_order(conditions: list[Condition], arrival: Arrival) -> None:
    possible = RuleIndex.of(rule.criteria for rule in conditions).possible(arrival.normalized, arrival.inquiry)
    holding = [n for n, condition in enumerate(conditions) if holds(condition, POLICY, arrival)]
    assert [n for n in possible if n in holding] == holding
    assert list(possible) == sorted(set(possible))


def test_of_many_rules_only_possible_ones_are_evaluated() -> None:
    rules = [
        Condition(postcode=("10000-14999",)),
        Condition(country=("DE",), phone_prefix=("+49",)),
        Condition(message_has=("urgent",)),
        Condition(field_is={"campaign": ("autumn",)}, source=("api",)),
        Condition(),
        Condition(field_is={"a": (), "b": ("1",)}),
        Condition(field_is={"a": ()}),
        Condition(account=("Obi Ltd",)),
    ]
    index = RuleIndex.of(rule.criteria for rule in rules)
    assert index.always == [2, 4]
    assert set(index.by_key) == {("postcode", "1"), ("postcode", "10000-14999"), ("phone_prefix", "+49")} | {
        ("field_is.campaign", "autumn"),
        ("field_is.b", "1"),
        ("field_is", "a"),
        ("account", "obi ltd"),
    }
    normalized = Arrival(
        source="api", form=None, inquiry=Inquiry(fields={"a": "x"}, company="OBI LTD"), received_at=NOW
    ).normalized
    assert index.possible(normalized, Inquiry(fields={"a": "x"}, company="OBI LTD")) == [2, 4, 6, 7]
