"""Stand-ins who are notified in place of absent people (D1)."""

from datetime import datetime

from leadtight.domain.model.capacity import Roster
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_active_member, is_available


def notification_recipient(
    policy: Policy, person_id: str, roster: Roster, now: datetime, *, besides: str | None = None
) -> str:
    """Return who is notified in place of a person.

    This depends on `now`. That is the person when they are available, else a stand-in: their delegates, their manager
    with that person's delegates, and the catch-all person with theirs. `besides` is notified already. When none of them
    is available it stays with the person, or the catch-all person where they left.
    """
    manager, catch_all = policy.manager_of(person_id), policy.routing.catch_all
    candidates = (
        reader for person in (person_id, manager, catch_all) for reader in (person, *policy.delegates_of(person))
    )
    there = (reader for reader in candidates if reader != besides and is_available(policy, reader, roster, now))
    return next(there, person_id if is_active_member(policy, person_id) else catch_all)


def notice_reader(policy: Policy, person_id: str) -> str:
    """Return who reads a person's notices.

    That is the person, or who answers for them when they have left.
    """
    if is_active_member(policy, person_id):
        return person_id
    manager = policy.manager_of(person_id)
    return manager if is_active_member(policy, manager) else policy.routing.catch_all


def possible_recipients(policy: Policy) -> frozenset[str]:
    """Return the people whose availability decides who is notified.

    They are managers, the catch-all person, those that steps name, and their delegates.
    """
    managers = {team.manager for team in policy.teams.values()} | {policy.routing.catch_all}
    people = (managers | _configured_recipients(policy)) & policy.people.keys()
    return frozenset(people.union(*(policy.delegates_of(person) for person in people)))


def may_be_notified(policy: Policy, person_id: str, owner_id: str | None) -> bool:
    """Return whether a person may hear of an owner's lead.

    They may by their office, by name, or as a stand-in.
    """
    people = {
        policy.manager_of(owner_id),
        policy.routing.catch_all,
        *_configured_recipients(policy),
    } & policy.people.keys()
    people |= {policy.manager_of(person) for person in people}
    return any(person_id in (person, *policy.delegates_of(person)) for person in people)


def _configured_recipients(policy: Policy) -> set[str]:
    """Return the people that escalation steps and stages name."""
    recipients = {level.notify for target in policy.targets.values() for level in target.escalate}
    return recipients | {rule.owner for rule in policy.stages.values()}
