"""Delegates of absent people, one after another (D1)."""

from collections.abc import Iterator
from datetime import datetime

from leadtight.domain.model.capacity import Day, Roster
from leadtight.domain.model.errors import Problem
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_available, works_by
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import pool_for, rule_for
from leadtight.domain.text.suggestions import unknown

DELEGATE = "delegate"


def delegate_receipt(
    policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime, needed_at: datetime
) -> Receipt | None:
    """Return the receipt for the first available delegate.

    None when there is none. Skills and turns are ignored: the owner has named this person. Caps and hours are not: they
    are at work by `needed_at`. A person who let this very lead lapse does not get it again.
    """
    pool = pool_for(policy, lead)
    for person_id in policy.delegates_of(str(lead.owner_id)):
        there = is_available(policy, person_id, roster, now) and works_by(policy, pool, person_id, needed_at, now)
        if there and not _is_kept_from(policy, lead, person_id, roster, now):
            return direct_receipt(policy, lead, rotation, person_id, DELEGATE, now)
    return None


def direct_receipt(
    policy: Policy, lead: Lead, rotation: Rotation, person_id: str, reason: str, now: datetime
) -> Receipt:
    """Return the receipt of an owner chosen without the rotation.

    They are the one candidate, and the rotation does not move.
    """
    rule = rule_for(policy, lead)
    return Receipt(
        owner=person_id,
        reason=reason,
        rule=rule.id,
        pool=rule.pool,
        people=(person_id,),
        turn=rotation.turn,
        credits=rotation.credits,
        per_lead=rotation.per_lead,
        policy_version=policy.version,
        at=now,
    )


def check_delegates(policy: Policy) -> Iterator[Problem]:
    """Yield delegates who are unknown or inactive, and circular delegations."""
    for name, person in policy.people.items():
        delegate = policy.people.get(person.delegate or "")
        if person.delegate and delegate is None:
            yield Problem(f"people.{name}.delegate", unknown("person", person.delegate, policy.people))
        elif delegate is person:
            yield Problem(f"people.{name}.delegate", "must be another person")
        elif delegate and not delegate.active:
            yield Problem(f"people.{name}.delegate", f"{delegate.id!r} is not active")
        elif _leads_back(policy, name):
            yield Problem(
                f"people.{name}.delegate", f"leads back to {name!r}: with all of them away, there is no stand-in"
            )


def _leads_back(policy: Policy, name: str) -> bool:
    chain = policy.delegates_of(name)
    return bool(chain) and chain[-1] in policy.people and policy.people[chain[-1]].delegate == name


def _is_kept_from(policy: Policy, lead: Lead, person_id: str, roster: Roster, now: datetime) -> bool:
    if person_id in lead.past_owners:
        return True
    person, state = policy.people[person_id], roster.get(person_id)
    if state is None or not lead.counts_to_cap:
        return False
    return bool(state.full(person.caps, Day.of(now, policy.calendar_of(person_id).zone)))
