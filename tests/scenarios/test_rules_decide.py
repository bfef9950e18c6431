"""Scores, tiers and rules decide what a lead gets.

B1, B2, B4, C1 and C4.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.rules import RoutingRule, ScoringRule
from leadtight.domain.policy.targets import Tier
from leadtight.policy import loader as policies
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World

POINTS = (
    ScoringRule(id="words", points=30, when=Condition(message_has=("urgent",))),
    ScoringRule(id="valuable", points=50, when=Condition(min_value=Decimal(1_000))),
    ScoringRule(id="student", points=-40, when=Condition(field_is={"role": ("student",)})),
    ScoringRule(id="fair", points=5, when=Condition(source=("fair",))),
)


def scored(*rules: ScoringRule, tiers: tuple[Tier, ...] = ()) -> World:
    policy = policies.shipped()
    return World(policy=replace(policy, scoring=rules, tiers=tiers or policy.tiers))


@pytest.mark.proves("B1")
@pytest.mark.parametrize(
    ("body", "breakdown"),
    [
        ({}, {}),
        ({"message": "It is urgent"}, {"words": 30}),
        ({"message": "It is urgent", "value": "2000", "source": "fair"}, {"words": 30, "valuable": 50, "fair": 5}),
        ({"value": "999.99", "fields": {"role": "student"}}, {"student": -40}),
    ],
)
def test_stored_score_sums_the_points_of_the_rules_that_hold(body: dict[str, Any], breakdown: dict[str, int]) -> None:
    world = scored(*POINTS)
    first, again = (world.lead(world.receive(**({"message": WARM} | body))).score for _ in range(2))
    assert first.breakdown == breakdown
    assert first.total == sum(breakdown.values())
    assert first.policy_version == world.policy.version
    assert again == first


@pytest.mark.proves("B2")
@pytest.mark.parametrize(
    ("points", "tier", "within", "pool", "sequence"),
    [
        (31, "hot", timedelta(minutes=5), "inbound", None),
        (30, "hot", timedelta(minutes=5), "inbound", None),
        (29, "nurture", timedelta(days=1, hours=1), "projects", "nurture"),
        (1, "nurture", timedelta(days=1, hours=1), "projects", "nurture"),
        (0, "rest", timedelta(hours=1), "inbound", None),
    ],
)
def test_tier_by_score_decides_target_pool_and_sequence(
    points: int, tier: str, within: timedelta, pool: str, sequence: str | None
) -> None:
    tiers = (
        Tier(id="hot", target="hot", when=Condition(min_score=30)),
        Tier(id="nurture", target="next_morning", when=Condition(min_score=1), pool="projects", sequence="nurture"),
        Tier(id="rest", target="warm"),
    )
    world = scored(ScoringRule(id="points", points=points), tiers=tiers)
    world.advance(hours=2)
    lead = world.lead(world.receive())
    started = lead.enrolment.sequence if lead.enrolment else None
    assert (lead.promise.tier, lead.pool_id, started) == (tier, pool, sequence)
    due = MONDAY_NINE if tier == "nurture" else world.now
    assert lead.promise.deadline == due + within


@pytest.mark.proves("C1")
@pytest.mark.parametrize(
    "body",
    [
        {"message": HOT},
        {"message": WARM, "source": "web_form", "form": "contact"},
        {"value": "30000"},
        {"country": "DK", "name": ""},
    ],
)
@pytest.mark.parametrize("absent", [(), ("ana", "ben"), ("ana", "ben", "cem", "dora", "eli")])
def test_owner_is_one_person_within_ten_seconds(body: dict[str, Any], absent: tuple[str, ...]) -> None:
    world = World()
    for person in absent:
        world.table.set_away(person, MONDAY_NINE + timedelta(days=1))
    lead = world.lead(world.receive(**body))
    assert lead.owner_id in world.policy.people.keys() - set(absent)
    assert lead.first_assigned_at is not None
    assert lead.first_assigned_at - lead.recorded_at <= timedelta(seconds=10)


def with_rule(rule: Condition) -> Policy:
    """Return the shipped policy with one more rule.

    A tier of the same condition stands before the last.
    """
    policy = policies.shipped()
    rules = (RoutingRule(id="first", pool="projects", when=rule), policy.routing.rules[-1])
    tiers = (Tier(id="first", target="hot", when=rule), Tier(id="last", target="warm"))
    return replace(policy, routing=replace(policy.routing, rules=rules), tiers=tiers)


@pytest.mark.proves("C4")
@pytest.mark.parametrize(
    ("when", "meets", "misses"),
    [
        (Condition(source=("referral", "fair")), {"source": "fair"}, {"source": "api"}),
        (Condition(form=("contact",)), {"form": "contact"}, {"form": "brochure"}),
        (Condition(country=("DK",)), {"country": "DK"}, {"country": "SE"}),
        (Condition(region=("Bavaria",)), {"region": "bavaria"}, {"region": "Hesse"}),
        (Condition(postcode=("20000-22999",)), {"postcode": "22999"}, {"postcode": "23000"}),
        (Condition(phone_prefix=("+4940",)), {"phone": "+49 40 301820"}, {"phone": "+49 30 901820"}),
        (Condition(language=("da",)), {"language": "da"}, {"language": "de"}),
        (Condition(product=("roof",)), {"product": "Roof"}, {"product": "gutter"}),
        (Condition(min_value=Decimal(500)), {"value": "500"}, {"value": "499.99"}),
        (Condition(min_company_size=50), {"company_size": 50}, {"company_size": 49}),
        (Condition(max_company_size=50), {"company_size": 50}, {"company_size": 51}),
        (Condition(account=("Acme",)), {"company": "ACME"}, {"company": "Acme Roofs"}),
        (Condition(message_has=("gutter",)), {"message": "My gutter leaks"}, {"message": "My gutters leak"}),
    ],
)
def test_rule_decides_pool_and_tier_only_of_leads_that_meet_it(
    when: Condition, meets: dict[str, Any], misses: dict[str, Any]
) -> None:
    world = World(policy=with_rule(when))
    leads = [world.lead(world.receive(**body)) for body in (meets, misses, {})]
    last = ("inbound", "last")
    assert [(lead.pool_id, lead.promise.tier) for lead in leads] == [("projects", "first"), last, last]


@pytest.mark.proves("C4")
def test_first_rule_that_holds_names_the_pool_and_the_last_takes_the_rest() -> None:
    policy = policies.shipped()
    rules = tuple(
        RoutingRule(id=name, pool=pool, when=when)
        for name, pool, when in (
            ("danes", "projects", Condition(country=("DK",))),
            ("valuable", "inbound", Condition(min_value=Decimal(1_000))),
            ("rest", "projects", Condition()),
        )
    )
    world = World(policy=replace(policy, routing=replace(policy.routing, rules=rules)))
    bodies: tuple[dict[str, Any], ...] = ({"country": "DK", "value": "2000"}, {"value": "2000"}, {})
    assert [world.lead(world.receive(**body)).pool_id for body in bodies] == ["projects", "inbound", "projects"]
