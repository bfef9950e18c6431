"""Policy edits while leads arrive.

They change availability, load and routing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import AnswersToLost
from leadtight.simulation.simulated_policy import MANAGER

LEAVE = timedelta(hours=8)


def shares(policy: Policy, now: datetime) -> Policy:
    """Give a pool member a larger share."""
    return _with_members(policy, dict.fromkeys(policy.pools["inbound"].members, 1) | {"ana": 3})


def joins(policy: Policy, now: datetime) -> Policy:
    """Add a person to a pool."""
    return _with_members(policy, {**policy.pools["inbound"].members, "eli": 1})


def leaves_pool(policy: Policy, now: datetime) -> Policy:
    """Remove a pool member, who keeps their leads."""
    return _with_members(policy, {name: n for name, n in policy.pools["inbound"].members.items() if name != "cem"})


def has_left(policy: Policy, now: datetime) -> Policy:
    """Deactivate a person, whose leads need others."""
    return _with_person(policy, "ben", active=False)


def manager_on_leave(policy: Policy, now: datetime) -> Policy:
    """Plan leave for the manager."""
    return _with_person(policy, MANAGER, away=(Absence(start=now, end=now + LEAVE),))


def hires(policy: Policy, now: datetime) -> Policy:
    """Add a new person to the company and a pool."""
    hired = replace(policy.people["ana"], id="fay", name="Fay Lund", email="fay@leadtight.example", away=())
    with_them = replace(policy, people={**policy.people, hired.id: hired})
    return _with_members(with_them, {**policy.pools["inbound"].members, hired.id: 1})


def is_removed(policy: Policy, now: datetime) -> Policy:
    """Remove a person from the policy altogether."""
    people = {name: person for name, person in policy.people.items() if name != "cem"}
    return leaves_pool(replace(policy, people=people), now)


def comes_back(policy: Policy, now: datetime) -> Policy:
    """Reactivate a person who left or was on leave."""
    return _with_person(policy, "ben", active=True, away=())


def on_leave(policy: Policy, now: datetime) -> Policy:
    """Plan leave for a person, with their leads returned afterwards."""
    return _with_person(policy, "ana", away=(Absence(start=now, end=now + LEAVE, give_back=True),))


def fewer_at_once(policy: Policy, now: datetime) -> Policy:
    """Cap a person at one open lead, so others wait."""
    return _with_person(policy, "ana", caps=Caps(open=1))


def any_number(policy: Policy, now: datetime) -> Policy:
    """Remove all caps."""
    return replace(policy, people={name: replace(person, caps=Caps()) for name, person in policy.people.items()})


def hands_on(policy: Policy, now: datetime) -> Policy:
    """Let two outcomes move the lead to another pool.

    One of them is not a contact.
    """
    moving = {name: replace(policy.outcomes[name], pool="projects", after=None) for name in ("interested", "no_answer")}
    return replace(policy, outcomes={**policy.outcomes, **moving})


def bypasses(policy: Policy, now: datetime) -> Policy:
    """Move leads that stay unqualified to another pool."""
    rule = replace(policy.stages[Stage.NEW], limit=timedelta(hours=3), bypass="projects")
    return replace(policy, stages={**policy.stages, Stage.NEW: rule})


def reopens(policy: Policy, now: datetime) -> Policy:
    """Let an answer reopen a lost lead."""
    return replace(policy, identity=replace(policy.identity, answers_to_lost=AnswersToLost.REOPEN))


Edit = Callable[[Policy, datetime], Policy]
EDITS: tuple[Edit, ...] = (
    *(shares, joins, leaves_pool, has_left, manager_on_leave, reopens),
    *(hires, is_removed, comes_back, on_leave, fewer_at_once, any_number, hands_on, bypasses),
)


def _with_members(policy: Policy, members: dict[str, int]) -> Policy:
    pool = replace(policy.pools["inbound"], members=members)
    return replace(policy, pools={**policy.pools, pool.id: pool})


def _with_person(policy: Policy, person: str, **fields: Any) -> Policy:
    if person not in policy.people:
        return policy
    return replace(policy, people={**policy.people, person: replace(policy.people[person], **fields)})
