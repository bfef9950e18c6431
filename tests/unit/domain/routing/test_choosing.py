"""Fast routing picks the owner that exhaustive routing picks.

Exhaustive: every rule and every person is evaluated.
"""

from dataclasses import replace
from datetime import date

import pytest

from leadtight.bench import naive_routing, synthetic_company
from leadtight.domain.model.capacity import RampStep
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import ROTATION
from leadtight.domain.routing.selection import choose
from leadtight.policy import loader as policies


def ramped(policy: Policy) -> Policy:
    """Return the policy with new starters among capped people."""
    ramp = (RampStep(days=14, day=1), RampStep(days=28, day=3))
    people = {
        p: replace(person, caps=replace(person.caps, started=date(2026, 11, 1 + number % 23), ramp=ramp))
        for number, (p, person) in enumerate(policy.people.items())
    }
    return replace(policy, people=people)


@pytest.mark.slow
def test_the_owner_equals_that_of_exhaustive_routing() -> None:
    policy = ramped(policies.parse(synthetic_company.large(people=50, rules=40)))
    outcomes = set()
    for situation in synthetic_company.situations(policy, 250, seed=7):
        lead, roster, now = situation.lead, situation.roster, situation.now
        receipt, _ = choose(policy, lead, situation.rotation, roster, now, not_again=situation.not_again)
        assert receipt.owner == naive_routing.owner_of(policy, situation)
        assert receipt.recompute() in (receipt.owner, None)
        outcomes |= {receipt.pool, receipt.reason, *(c.left_out.split()[0] for c in receipt.candidates if c.left_out)}
    assert {*synthetic_company.POOLS, ROTATION, "inactive", "already", "switched", "on", "at", "lacks"} <= outcomes
