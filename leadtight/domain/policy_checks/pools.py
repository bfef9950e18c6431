"""Checks of pools and people."""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.model.message import Channel
from leadtight.domain.model.sla import NEXT_ACTION
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Strategy
from leadtight.domain.routing.eligibility import SKILL_FIELDS


def check_pools(policy: Policy) -> Iterator[Problem]:
    """Yield invalid requirements, and strategies that contradict the shares."""
    for name, pool in policy.pools.items():
        for need in set(pool.require) - set(SKILL_FIELDS):
            yield Problem(f"pools.{name}.require", f"must be one of {', '.join(SKILL_FIELDS)}: {need!r}")
        for need in set(pool.relax) - set(pool.require):
            yield Problem(f"pools.{name}.relax", f"is not required: {need!r}")
        if pool.strategy is Strategy.ROUND_ROBIN and len(set(pool.members.values())) > 1:
            yield Problem(f"pools.{name}.strategy", "a round robin has equal shares: choose weighted")
        if pool.target == NEXT_ACTION:
            yield Problem(f"pools.{name}.target", "must be a target for the first answer")
        if name in pool.hands_over_to:
            yield Problem(f"pools.{name}.hands_over_to", "names the pool itself")


def check_test_tiers(policy: Policy) -> Iterator[Problem]:
    """Yield test tiers that share real work.

    Their leads are in no report, and neither are the people of their pools.
    """
    shared = {rule.pool for rule in policy.routing.rules} | {tier.pool for tier in policy.tiers if not tier.test}
    for number, tier in enumerate(policy.tiers):
        if tier.test and (tier.pool is None or tier.pool in shared):
            yield Problem(f"tiers[{number}].test", "needs a `pool` of its own: its people are in no report")


def check_people(policy: Policy) -> Iterator[Problem]:
    """Yield problems of people.

    They are ramps without a start date, texts without a number, and a catch-all person who is inactive.
    """
    for name, person in policy.people.items():
        if person.caps.ramp and person.caps.started is None:
            yield Problem(f"people.{name}.started", "is missing: the ramp counts from it")
        if Channel.SMS in person.alert_by and not person.phone:
            yield Problem(f"people.{name}.alert_by", "sms needs a `phone`")
    catch_all = policy.people.get(policy.routing.catch_all)
    if catch_all and not catch_all.active:
        yield Problem(f"people.{catch_all.id}.active", "must be true: this person gets the leads that no pool can take")
