"""How a policy is edited while leads come: shares, members, who has left, who is on leave."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadtight.domain.policy import Absence, AnswersToLost, Policy

LEAVE = timedelta(hours=8)
MANAGER, STAND_IN = "mia", "dora"
"""Who hears of what is missed, and who hears of it while they are on leave."""


def shares(policy: Policy, now: datetime) -> Policy:
    """Give a member of a pool more than the others."""
    return _with_members(policy, dict.fromkeys(policy.pools["inbound"].members, 1) | {"ana": 3})


def joins(policy: Policy, now: datetime) -> Policy:
    """Let a person join a pool."""
    return _with_members(policy, {**policy.pools["inbound"].members, "eli": 1})


def leaves_pool(policy: Policy, now: datetime) -> Policy:
    """Take a member out of a pool; their leads stay theirs."""
    return _with_members(policy, {name: n for name, n in policy.pools["inbound"].members.items() if name != "cem"})


def has_left(policy: Policy, now: datetime) -> Policy:
    """Let a person leave the company: their leads need others."""
    return _with_person(policy, "ben", active=False)


def manager_on_leave(policy: Policy, now: datetime) -> Policy:
    """Let the manager be away by plan."""
    return _with_person(policy, MANAGER, away=(Absence(start=now, end=now + LEAVE),))


def reopens(policy: Policy, now: datetime) -> Policy:
    """Let an answer open a lost lead again, instead of making a new one."""
    return replace(policy, identity=replace(policy.identity, answers_to_lost=AnswersToLost.REOPEN))


Edit = Callable[[Policy, datetime], Policy]
EDITS: tuple[Edit, ...] = (shares, joins, leaves_pool, has_left, manager_on_leave, reopens)


def _with_members(policy: Policy, members: dict[str, int]) -> Policy:
    pool = replace(policy.pools["inbound"], members=members)
    return replace(policy, pools={**policy.pools, pool.id: pool})


def _with_person(policy: Policy, person: str, **fields: Any) -> Policy:
    return replace(policy, people={**policy.people, person: replace(policy.people[person], **fields)})
