"""Likely mistakes are reported by path; deliberate choices are not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours, Pool
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.policy.targets import Tier
from leadtight.domain.policy_checks.lint import lint
from leadtight.policy import loader as policies

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = [policies.SHIPPED, ROOT / "leadtight/devstage/policy.toml", *sorted((ROOT / "docs/policies").glob("*.toml"))]
POLICY = policies.shipped()
DE, DK = Condition(country=("DE",)), Condition(country=("DK",))


def with_rules(*rules: RoutingRule) -> Policy:
    last = RoutingRule(id="rest", pool="inbound")
    return replace(POLICY, routing=replace(POLICY.routing, rules=(*rules, last)))


def findings(policy: Policy) -> dict[str, str]:
    return {problem.field: problem.detail for problem in lint(policy)}


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_the_shipped_policy_and_every_sample_are_clean(file: Path) -> None:
    assert findings(policies.load(file)) == {}


def test_a_rule_covered_by_an_earlier_one_never_decides() -> None:
    wide = RoutingRule(id="north", pool="projects", when=Condition(country=("DE", "DK")))
    policy = with_rules(wide, RoutingRule(id="germany", pool="inbound", when=DE))
    assert findings(policy) == {"routing.rules[1]": "'germany' never decides: 'north' before it always does"}


def test_a_tier_covered_by_an_earlier_one_never_decides() -> None:
    last = Tier(id="rest", target="warm")
    assert findings(replace(POLICY, tiers=(last, replace(last, id="again")))).keys() == {"tiers[1]"}


def test_rules_decided_only_by_order_overlap() -> None:
    german = RoutingRule(id="german", pool="projects", when=Condition(language=("de",)))
    policy = with_rules(german, RoutingRule(id="germany", pool="inbound", when=DE))
    detail = "overlaps 'german': a lead that meets both goes to 'projects', which comes first"
    assert findings(policy) == {"routing.rules[1].when": detail}


def test_narrow_before_wide_and_rules_to_the_same_pool_do_not_overlap() -> None:
    large = Condition(country=("DE",), language=("de",))
    assert not findings(
        with_rules(*(RoutingRule(id=p, pool=p, when=w) for p, w in (("projects", large), ("inbound", DE))))
    )
    assert not findings(
        with_rules(*(RoutingRule(id=p, pool=p, when=w) for p, w in (("projects", DK), ("inbound", DE))))
    )
    both = (RoutingRule(id=str(w), pool="projects", when=w) for w in (DE, Condition(language=("de",))))
    assert not findings(with_rules(*both))


def test_a_condition_on_an_unknown_form_is_a_gap() -> None:
    policy = with_rules(RoutingRule(id="old", pool="inbound", when=Condition(form=("contact", "contcat"))))
    assert findings(policy) == {"routing.rules[0].when.form": "there is no form 'contcat', so no lead comes through it"}


def test_a_pool_off_work_whenever_a_promise_counts_is_reported() -> None:
    sundays = replace(POLICY.calendars["office"], id="sundays", week={6: POLICY.calendars["office"].week[0]})
    people = {**POLICY.people, "ana": replace(POLICY.people["ana"], calendar="sundays")}
    policy = replace(POLICY, calendars={**POLICY.calendars, "sundays": sundays}, people=people)
    assert findings(policy) == {}, "others of the pool work then"
    alone = replace(policy, pools={**policy.pools, "inbound": Pool(id="inbound", members={"ana": 1})})
    assert findings(alone)["pools.inbound.members"].startswith("no member works in the hours counted by targets.")


def test_uncovered_hours_of_the_week_are_a_gap() -> None:
    office = POLICY.calendars["office"]
    mornings = replace(office, id="mornings", week={day: office.week[day][:1] for day in range(4)})
    people = {name: replace(person, calendar="mornings") for name, person in POLICY.people.items()}
    policy = replace(POLICY, people=people, calendars={**POLICY.calendars, "mornings": mornings})
    left = "counts in 24 hours a week in which no pool member works, the first Mon 13:30-18:00"
    paths = {f"targets.{target}.calendar" for target in ("hot", "next_morning", "same_day", "warm")}
    assert findings(policy) == dict.fromkeys(paths, left)
    one_stays = replace(policy, people={**people, "ben": POLICY.people["ben"]})
    assert findings(one_stays) == {}


def test_a_pool_without_active_members_is_a_gap() -> None:
    away = {name: replace(POLICY.people[name], active=False) for name in ("dora", "eli")}
    detail = findings(replace(POLICY, people={**POLICY.people, **away}))["pools.projects.members"]
    assert detail == "has no active member: the catch-all person gets all its leads"


def test_a_required_skill_that_nobody_has_is_a_gap() -> None:
    spanish = RoutingRule(id="spanish", pool="inbound", when=Condition(language=("es-MX", "de")))
    policy = with_rules(spanish)
    ana = replace(POLICY.people["ana"], skills=frozenset({"de"}))
    inbound = replace(POLICY.pools["inbound"], require=("language",))
    policy = replace(policy, pools={**POLICY.pools, "inbound": inbound}, people={**POLICY.people, "ana": ana})
    assert findings(policy) == {
        "routing.rules[0].when.language": "no member of 'inbound' has 'es-MX', which that pool requires"
    }
    skilled = replace(ana, skills=frozenset({"de", "es"}))
    assert findings(replace(policy, people={**POLICY.people, "ana": skilled})) == {}


def test_a_person_without_leads_and_notices_is_reported() -> None:
    pools = {**POLICY.pools, "inbound": replace(POLICY.pools["inbound"], members={"ana": 1})}
    assert findings(replace(POLICY, pools=pools)).keys() == {"people.ben", "people.cem"}


def test_hours_that_a_pool_leaves_to_the_catch_all_person_are_a_gap() -> None:
    inbound = replace(POLICY.pools["inbound"], outside_hours=OutsideHours.SKIP)
    skipping = replace(POLICY, pools={**POLICY.pools, "inbound": inbound})
    detail = (
        "no member works in 130 hours a week, the first Mon 01:00-09:00: the catch-all person gets the leads of those "
        "hours, unless it is shift_start"
    )
    assert findings(skipping) == {"pools.inbound.outside_hours": detail}
    at_night = replace(POLICY.people["cem"], calendar="always")
    assert findings(replace(skipping, people={**POLICY.people, "cem": at_night})) == {}
    any_hour = replace(inbound, outside_hours=OutsideHours.ASSIGN)
    assert findings(replace(POLICY, pools={**POLICY.pools, "inbound": any_hour})) == {}


def test_a_limit_that_is_over_before_the_promise_is_due_is_reported() -> None:
    hot = replace(POLICY.tiers[0], expire_after=timedelta(minutes=5))
    detail = "is over before targets.hot is due: its leads move on while their owner is in time"
    assert findings(replace(POLICY, tiers=(hot, *POLICY.tiers[1:]))) == {"tiers[0].expire_after": detail}
    longer = replace(hot, expire_after=timedelta(minutes=6))
    assert findings(replace(POLICY, tiers=(longer, *POLICY.tiers[1:]))) == {}


def test_an_outcome_that_moves_a_lead_on_without_a_contact_is_reported() -> None:
    no_answer = replace(POLICY.outcomes["no_answer"], stage=Stage.FOLLOW_UP_NEEDED)
    detail = "is no contact: a lead that was never reached leaves “New” without a last contact"
    policy = replace(POLICY, outcomes={**POLICY.outcomes, "no_answer": no_answer})
    assert findings(policy) == {"outcomes.no_answer.stage": detail}
