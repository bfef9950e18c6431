"""Leads that test the deployment: enforced, and in no figure."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy_checks.checks import check_policy
from leadtight.policy import loader as policies
from leadtight.reporting.metrics.presence import roster
from tests.unit.reporting.history import History, utc

MONDAY, NIGHT, SUNDAY = date(2026, 3, 2), utc("2026-03-03 00:15"), utc("2026-03-08 20:00")
ROOT = Path(__file__).parents[3]
POLICY = policies.load(ROOT / "leadtight" / "devstage" / "policy.toml")


def with_a_tested_tier() -> Policy:
    """Return the shipped policy, whose hot leads are tests."""
    policy = policies.shipped()
    return replace(policy, tiers=tuple(replace(tier, test=tier.id == "hot") for tier in policy.tiers))


def night(policy: Policy) -> Any:
    h = History(policy)
    for n, message in enumerate(("urgent", "urgent", "")):
        h.arrive(f"l{n}", f"2026-03-02 09:0{n}", message=message)
    h.outcome("l1", "2026-03-02 09:30", "connected")
    h.outcome("l2", "2026-03-02 09:30", "connected")
    h.reports().nightly(MONDAY, NIGHT)
    return json.loads(h.files.files[f"metrics/dt={MONDAY}/metrics.json"])


def test_leads_of_a_test_tier_are_in_no_rate_and_counted_as_tests() -> None:
    figures, without = night(with_a_tested_tier()), night(policies.shipped())
    assert (without["leads"], without["excluded"]["total"]) == (3, 0)
    assert (figures["leads"], figures["contacted"]) == (1, 1)
    assert figures["excluded"] == without["excluded"] | {"total": 2, "by_reason": {"test": 2}}


def test_what_happens_to_a_test_lead_is_no_event_of_the_day() -> None:
    figures, without = night(with_a_tested_tier()), night(policies.shipped())
    assert (without["day"]["events"]["received"], without["day"]["events"]["outcomes"]) == (3, 2)
    assert (figures["day"]["events"]["received"], figures["day"]["events"]["outcomes"]) == (1, 1)
    assert figures["day"]["contacts_by_people"]["outcomes"]["recorded"] == 1


def test_the_weekly_review_counts_no_test_lead() -> None:
    h = History(with_a_tested_tier())
    for n, message in enumerate(("urgent", "")):
        h.arrive(f"l{n}", f"2026-03-02 09:0{n}", message=message)
        h.outcome(f"l{n}", "2026-03-02 09:30", "connected")
    review = h.reports().weekly(MONDAY, SUNDAY)
    assert review["headline"]["leads"] == 1
    assert review["contacts_by_people"]["outcomes"]["recorded"] == 1


def test_the_people_of_test_pools_are_in_no_roster() -> None:
    assert {"smoke_one", "smoke_two"} <= set(POLICY.people)
    assert not {"smoke_one", "smoke_two"} & {member.person for member in roster(POLICY)}
    assert {member.person for member in roster(POLICY)} == {"ana", "ben", "cem", "dora", "eli"}


@pytest.mark.parametrize("pool", [None, "inbound"])
def test_a_test_tier_needs_a_pool_of_its_own(pool: str | None) -> None:
    tiers = tuple(replace(tier, pool=pool) if tier.test else tier for tier in POLICY.tiers)
    [problem] = check_policy(replace(POLICY, tiers=tiers))
    assert (problem.field, problem.detail) == (
        "tiers[0].test",
        "needs a `pool` of its own: its people are in no report",
    )
