"""An owner who is not there: their leads go to somebody who is (D1, D2).

Somebody who has left the policy or is switched inactive keeps no open lead. Somebody on leave keeps those that need
nobody before they are back.
"""

from datetime import datetime

from leadtight.domain.capacity import Roster
from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.event import EventKind
from leadtight.domain.lead import Lead
from leadtight.domain.pass_on import pass_on
from leadtight.domain.policy import Policy
from leadtight.domain.rotation import Rotation
from leadtight.domain.routing import choose

OWNER_GONE = "owner_gone"
OWNER_AWAY = "owner_away"


def cover(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Return the change that gives an absent owner's lead to somebody who is there; None when nothing is to be done.

    The lead keeps its promise, clocks and next action: only the person changes. Whoever let it lapse is passed over;
    being covered for is no lapse. When nobody of the pool is there, the catch-all person takes it.
    """
    why = needs_cover(policy, lead, roster, now)
    if why is None:
        return None
    old = str(lead.owner_id)
    choice = choose(policy, lead, rotation, roster, now, not_again=frozenset({old, *lead.past_owners}))
    if choice[0].owner == old:
        return None
    builder = ChangeBuilder(lead, lead, now)
    pass_on(builder, policy, choice, roster, EventKind.LEAD_REASSIGNED, actor="system:sla", why=why)
    return builder.build()


def needs_cover(policy: Policy, lead: Lead, roster: Roster, now: datetime) -> str | None:
    """Return why somebody else must take the lead, or None when its owner will be there for it."""
    if lead.owner_id is None or not lead.is_open:
        return None
    if not _stays(policy, lead.owner_id):
        return OWNER_GONE
    back_at = _back_at(policy, lead.owner_id, roster, now)
    return OWNER_AWAY if lead.wake_at and back_at > max(lead.wake_at, now) else None


def is_there(policy: Policy, person_id: str, roster: Roster, now: datetime) -> bool:
    """Tell whether somebody can look after their leads now."""
    return _stays(policy, person_id) and _back_at(policy, person_id, roster, now) <= now


def _stays(policy: Policy, person_id: str) -> bool:
    person = policy.people.get(person_id)
    return person is not None and person.active


def _back_at(policy: Policy, person_id: str, roster: Roster, now: datetime) -> datetime:
    """Return when somebody is there again; `now` when they are."""
    absence = policy.people[person_id].absence_at(now)
    state = roster.get(person_id)
    switched = state.away_until if state else None
    return max(now, absence.end if absence else now, switched or now)
