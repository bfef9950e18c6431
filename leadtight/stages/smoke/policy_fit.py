"""Check that a policy keeps test leads from people.

Pure: it reads the policy and sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.policy.evaluation import Arrival, holds, tier_of
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER, Target, Tier
from leadtight.stages.smoke.session import SIMULATOR

BLOCK = Path(__file__).with_name("policy_block.toml")
ADDRESS = f"success+policy@{SIMULATOR}"


def trial_tier(policy: Policy, now: datetime) -> Tier:
    """Return the tier that a test lead gets."""
    return tier_of(policy, _arrival(now))


def problems(policy: Policy, now: datetime) -> Iterator[str]:
    """Yield why test leads would reach people or reports."""
    if rule := next((rule for rule in policy.exclude if holds(rule.when, policy, _arrival(now))), None):
        yield f"exclude rule {rule.id!r} keeps test leads from being enforced"
    tier = trial_tier(policy, now)
    if not tier.test:
        yield f"test leads get the tier {tier.id!r}, which is no test"
        return
    if policy.targets[tier.target].reassign is None or not policy.targets[tier.target].warn_at:
        yield f"targets.{tier.target} needs `warn_at`, `escalate` and `reassign`: all of them are tried"
    for person in sorted(readers(policy, tier)):
        if not policy.people[person].email.casefold().endswith(f"@{SIMULATOR}"):
            yield f"people.{person} would be alerted of test leads, and is not an address of @{SIMULATOR}"


def readers(policy: Policy, tier: Tier) -> set[str]:
    """Return everyone who is told of test leads."""
    members = set(policy.pools[tier.pool].members) if tier.pool else set[str]()
    people = members | {policy.manager_of(person) for person in members}
    people |= {policy.manager_of(person) for person in people}
    people |= set(_told(policy.targets[tier.target]))
    return people | {delegate for person in people if (delegate := policy.people[person].delegate)}


def manager_of_tests(policy: Policy, now: datetime) -> str:
    """Return the manager of the people who get test leads."""
    pool = trial_tier(policy, now).pool
    member = next(iter(policy.pools[pool].members)) if pool else policy.routing.catch_all
    return policy.manager_of(member)


def _told(target: Target) -> Iterator[str]:
    yield from (level.notify for level in target.escalate if level.notify != MANAGER)


def _arrival(now: datetime) -> Arrival:
    inquiry = Inquiry(name="Smoke test", email=ADDRESS, message="This is a test of the deployment.")
    return Arrival(source="api", form=None, inquiry=inquiry, received_at=now)
