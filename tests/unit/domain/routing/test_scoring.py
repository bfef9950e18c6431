"""Scores sum their rules' points, and tiers require them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.evaluation import Arrival, tier_of
from leadtight.domain.policy.rules import ScoringRule
from leadtight.domain.policy.targets import Tier
from leadtight.domain.routing.scoring import score
from leadtight.domain.routing.selection import pool_for, rule_for
from leadtight.policy import loader as policies
from tests.unit.domain.leads import new_lead

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORDS, VALUABLE, STUDENT = (
    ScoringRule(id="words", points=30, when=Condition(message_has=("urgent",))),
    ScoringRule(id="valuable", points=50, when=Condition(min_value=Decimal(1_000))),
    ScoringRule(id="student", points=-40, when=Condition(field_is={"role": ("student",)})),
)
POLICY = replace(
    policies.shipped(),
    scoring=(WORDS, VALUABLE, STUDENT),
    tiers=(
        Tier(id="hot", target="hot", when=Condition(min_score=30)),
        Tier(id="nurture", target="warm", when=Condition(min_score=-40), pool="projects", counts_to_cap=False),
        Tier(id="rest", target="warm"),
    ),
)


def arrived(**inquiry: object) -> Arrival:
    return Arrival(source="api", form=None, inquiry=Inquiry(**inquiry), received_at=MONDAY)  # type: ignore[arg-type]  # any


@given(
    urgent=st.booleans(),
    value=st.none() | st.decimals(0, 5_000, places=2),
    role=st.sampled_from(["student", "Student", "owner", ""]),
)
def test_the_breakdown_sums_to_the_score_and_scores_are_deterministic(
    urgent: bool, value: Decimal | None, role: str
) -> None:
    arrival = arrived(message="urgent" if urgent else "", value=value, fields={"role": role})
    worth = score(POLICY, arrival)
    assert worth == score(POLICY, arrival)
    assert sum(worth.breakdown.values()) == worth.total
    assert worth.breakdown.items() <= {(rule.id, rule.points) for rule in POLICY.scoring}
    assert worth.policy_version == POLICY.version


@pytest.mark.parametrize(("points", "tier"), [(30, "hot"), (29, "nurture"), (-40, "nurture"), (-41, "rest")])
def test_a_tier_begins_exactly_at_its_score(points: int, tier: str) -> None:
    assert tier_of(POLICY, replace(arrived(), score=points)).id == tier


def test_a_lead_keeps_its_score_with_the_policy_version() -> None:
    lead = new_lead(POLICY, MONDAY, value=Decimal(2_000), fields={"role": "student"})
    assert (lead.score.total, lead.score.breakdown) == (40, {"words": 30, "valuable": 50, "student": -40})
    assert lead.promise.tier == "hot"
    assert from_document(Lead, to_document(lead)) == lead


def test_a_tier_may_set_a_pool_and_use_no_capacity() -> None:
    lead = new_lead(POLICY, MONDAY, message="hello")
    assert (rule_for(POLICY, lead).id, pool_for(POLICY, lead)) == ("tier:nurture", POLICY.pools["projects"])
    assert not lead.counts_to_cap
    assert new_lead(POLICY, MONDAY).counts_to_cap


def test_a_lead_whose_tier_left_the_policy_follows_the_rules() -> None:
    lead = new_lead(POLICY, MONDAY, message="hello")
    assert rule_for(policies.shipped(), lead).id == "everything_else"
