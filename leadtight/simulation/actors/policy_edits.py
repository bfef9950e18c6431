"""How a policy is edited while leads come: who is there, who has how much, and where leads go on to."""

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


def hires(policy: Policy, now: datetime) -> Policy:
    """Let a person join the company, and a pool."""
    hired = replace(policy.people["ana"], id="fay", name="Fay Lund", email="fay@leadtight.example", away=())
    with_them = replace(policy, people={**policy.people, hired.id: hired})
    return _with_members(with_them, {**policy.pools["inbound"].members, hired.id: 1})


def is_removed(policy: Policy, now: datetime) -> Policy:
    """Take a person out of the policy altogether."""
    people = {name: person for name, person in policy.people.items() if name != "cem"}
    return leaves_pool(replace(policy, people=people), now)


def comes_back(policy: Policy, now: datetime) -> Policy:
    """Let a person work again who had left, or was on leave."""
    return _with_person(policy, "ben", active=True, away=())


def on_leave(policy: Policy, now: datetime) -> Policy:
    """Let a person be away by plan; they get what others did for them back."""
    return _with_person(policy, "ana", away=(Absence(start=now, end=now + LEAVE, give_back=True),))


def fewer_at_once(policy: Policy, now: datetime) -> Policy:
    """Let a person have one open lead at a time, so that others wait."""
    return _with_person(policy, "ana", caps=Caps(open=1))


def any_number(policy: Policy, now: datetime) -> Policy:
    """Let people have any number of leads."""
    return replace(policy, people={name: replace(person, caps=Caps()) for name, person in policy.people.items()})


def hands_on(policy: Policy, now: datetime) -> Policy:
    """Let an outcome, and one that is no contact, hand the lead on to another pool."""
    moving = {name: replace(policy.outcomes[name], pool="projects", after=None) for name in ("interested", "no_answer")}
    return replace(policy, outcomes={**policy.outcomes, **moving})


def bypasses(policy: Policy, now: datetime) -> Policy:
    """Let leads that stay unqualified go to another pool after a while."""
    rule = replace(policy.stages[Stage.NEW], limit=timedelta(hours=3), bypass="projects")
    return replace(policy, stages={**policy.stages, Stage.NEW: rule})


def reopens(policy: Policy, now: datetime) -> Policy:
    """Let an answer open a lost lead again, instead of making a new one."""
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
