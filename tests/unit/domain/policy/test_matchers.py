"""One value against one wish of a condition."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.evaluation import Arrival, holds
from leadtight.policy import loader as policies

POLICY = policies.shipped()
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def met(condition: Condition, known_owner_id: str | None = None, score: int = 0, **inquiry: Any) -> bool:
    arrival = Arrival(
        source="api",
        form=None,
        inquiry=Inquiry(**inquiry),
        received_at=MONDAY,
        score=score,
        known_owner_id=known_owner_id,
    )
    return holds(condition, POLICY, arrival)


@pytest.mark.parametrize(
    ("wanted", "postcode", "expected"),
    [
        ("10115", "10115", True),
        ("10115", "10116", False),
        ("10000-14999", "10000", True),
        ("10000-14999", "14999", True),
        ("10000-14999", "15000", False),
        ("10000-14999", "1200", False),
        ("10000-14999", "120000", False),
        ("10000-14999", "1234A", False),
        ("10000-14999", "", False),
        ("SW1*", "sw1a 1aa", True),
        ("SW1*", "SW2 1AA", False),
        ("*", "", False),
        ("1234 ab", "1234AB", True),
        ("150-0001", "150-0001", True),
        ("150-0001", "1500000", False),
        ("10115", "", False),
    ],
)
def test_a_postcode_matches_exactly_in_a_range_or_by_prefix(wanted: str, postcode: str, expected: bool) -> None:
    assert met(Condition(postcode=("99999", wanted)), postcode=postcode) is expected


def test_a_phone_prefix_matches_in_e164() -> None:
    assert met(Condition(phone_prefix=("+4930", "+33")), phone="+4930901820")
    assert not met(Condition(phone_prefix=("+4930",)), phone="+4940901820")
    assert not met(Condition(phone_prefix=("+49",)))


@pytest.mark.parametrize(
    ("company", "email", "expected"),
    [
        ("ACME gmbh", None, True),
        ("", "eve@Acme.example", True),
        ("Other", "eve@acme.example", True),
        ("Acme", "eve@notacme.example", False),
        ("", None, False),
    ],
)
def test_an_account_matches_by_name_or_address_domain(company: str, email: str | None, expected: bool) -> None:
    assert met(Condition(account=("Acme GmbH", "acme.example")), company=company, email=email) is expected


@pytest.mark.parametrize(("size", "expected"), [(None, False), (9, False), (10, True), (50, True), (51, False)])
def test_a_company_size_matches_inclusive_bounds(size: int | None, expected: bool) -> None:
    assert met(Condition(min_company_size=10, max_company_size=50), company_size=size) is expected


def test_region_and_product_match_in_any_case() -> None:
    assert met(Condition(region=("Bavaria",), product=("roof", "kitchen")), region="BAVARIA", product="Roof")
    assert not met(Condition(region=("Bavaria",)))
    assert not met(Condition(product=("roof",)), product="bath")


def test_every_wanted_field_must_have_a_wanted_value() -> None:
    wanted = Condition(field_is={"role": ("owner", "ceo"), "plan": ("pro",)})
    assert met(wanted, fields={"role": "CEO", "plan": "pro", "more": "x"})
    assert not met(wanted, fields={"role": "CEO"})
    assert not met(wanted, fields={"role": "clerk", "plan": "pro"})


@pytest.mark.parametrize(("owner_id", "expected"), [("ana", True), ("somebody who left", False), (None, False)])
def test_an_existing_owner_must_be_in_the_policy(owner_id: str | None, expected: bool) -> None:
    assert met(Condition(existing_owner=True), known_owner_id=owner_id) is expected
    assert met(Condition(existing_owner=False), known_owner_id=owner_id) is not expected


def test_a_score_matches_from_its_minimum() -> None:
    assert met(Condition(min_score=5), score=5)
    assert not met(Condition(min_score=5), score=4)
