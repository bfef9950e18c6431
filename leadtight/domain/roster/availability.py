"""Availability of people for their leads.

They are in the policy, active, not on leave and not switched away.
"""

from datetime import datetime

from leadtight.domain.model.capacity import Roster
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours, Pool


def is_available(policy: Policy, person_id: str, roster: Roster, now: datetime) -> bool:
    """Return whether a person is available for their leads now."""
    return is_active_member(policy, person_id) and available_from(policy, person_id, roster, now) <= now


def is_active_member(policy: Policy, person_id: str) -> bool:
    """Return whether a person can own leads at all.

    Former and inactive people cannot.
    """
    person = policy.people.get(person_id)
    return person is not None and person.active


def available_from(policy: Policy, person_id: str, roster: Roster, now: datetime) -> datetime:
    """Return when a person is next available, `now` if already."""
    absence = policy.people[person_id].absence_at(now)
    state = roster.get(person_id)
    switched = state.away_until if state else None
    return max(now, absence.end if absence else now, switched or now)


def works_by(policy: Policy, pool: Pool, person_id: str, needed_at: datetime, now: datetime) -> bool:
    """Return whether a person is in their hours by `needed_at`.

    In a pool that assigns at any hour everyone is.
    """
    any_hour = pool.outside_hours is OutsideHours.ASSIGN
    return any_hour or policy.calendar_of(person_id).next_open(now) <= needed_at
