"""Stand-ins who are notified in place of absent people (D1)."""

from datetime import datetime

from leadtight.domain.model.capacity import Roster
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_active_member, is_there


def hears_for(policy: Policy, person_id: str, roster: Roster, now: datetime, *, besides: str | None = None) -> str:
    """Return who is notified in place of a person.

    This depends on `now`. That is the person when they are available, else a stand-in: their delegates, their manager
    with that person's delegates, and the catch-all person with theirs. `besides` is notified already. When none of them
    is available it stays with the person, or the catch-all person where they left.
    """
    manager, catch_all = policy.manager_of(person_id), policy.routing.catch_all
    asked = (reader for one in (person_id, manager, catch_all) for reader in (one, *policy.delegates_of(one)))
    there = (reader for reader in asked if reader != besides and is_there(policy, reader, roster, now))
    return next(there, person_id if is_active_member(policy, person_id) else catch_all)


def reads_for(policy: Policy, person_id: str) -> str:
    """Return who reads a person's notices.

    That is the person, or who answers for them when they have left.
    """
    if is_active_member(policy, person_id):
        return person_id
    manager = policy.manager_of(person_id)
    return manager if is_active_member(policy, manager) else policy.routing.catch_all


def answering(policy: Policy) -> frozenset[str]:
    """Return the people whose availability decides who is notified.

    They are managers, the catch-all person, those that steps name, and their delegates.
    """
    managers = {team.manager for team in policy.teams.values()} | {policy.routing.catch_all}
    named = (managers | _named(policy)) & policy.people.keys()
    return frozenset(named.union(*(policy.delegates_of(person) for person in named)))


def may_hear(policy: Policy, person_id: str, owner_id: str | None) -> bool:
    """Return whether a person may hear of an owner's lead.

    They may by their office, by name, or as a stand-in.
    """
    asked = {policy.manager_of(owner_id), policy.routing.catch_all, *_named(policy)} & policy.people.keys()
    asked |= {policy.manager_of(person) for person in asked}
    return any(person_id in (person, *policy.delegates_of(person)) for person in asked)


def _named(policy: Policy) -> set[str]:
    """Return the people that escalation steps and stages name."""
    named = {level.notify for target in policy.targets.values() for level in target.escalate}
    return named | {rule.owner for rule in policy.stages.values()}
