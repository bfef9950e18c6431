"""Return of covered leads after a leave (D1).

This applies where the leave says so. A covered lead has a timer for it beside its others. It ends with a contact by the
covering owner, a close or another move.
"""

from datetime import datetime

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import COVER, SlaTimer, StepKind, TimerStep
from leadtight.domain.ownership.delegation import direct_receipt
from leadtight.domain.ownership.transfer import transfer_as_chosen
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.next_action import owner_needed_at
from leadtight.domain.roster.availability import available_from, is_active_member, is_available, works_by
from leadtight.domain.routing.selection import pool_for

GIVEN_BACK = "given_back"
ACTOR = "system:sla"


def cover_clock(policy: Policy, owner: str, now: datetime) -> SlaTimer | None:
    """Return the timer that returns a lead to `owner`.

    It is due at the end of their leave; None when the lead stays with its new owner. The manual switch returns nothing:
    it says when a person is available, not that they want their leads again.
    """
    absence = policy.people[owner].absence_at(now)
    return _clock(policy, owner, now, absence.end) if absence and absence.give_back else None


def original_owners(lead: Lead) -> tuple[str, ...]:
    """Return the owners who get a covered lead back.

    Their state must be known when the time comes.
    """
    clock = lead.clock(COVER)
    return tuple(step.notify for step in clock.steps if step.notify) if clock else ()


def return_to_owner(
    builder: ChangeBuilder, policy: Policy, step: TimerStep, rotation: Rotation, roster: Roster, now: datetime
) -> None:
    """Return the lead to its owner.

    While they are still absent, or are not at work before it is due, the covering person keeps it.
    """
    owner, lead = str(step.notify), builder.lead
    needed_at = max(now, owner_needed_at(lead) or now)
    if is_available(policy, owner, roster, now) and works_by(policy, pool_for(policy, lead), owner, needed_at, now):
        receipt = direct_receipt(policy, builder.lead, rotation, owner, GIVEN_BACK, now)
        unasked: Roster = {}  # it was theirs: caps do not apply, and it is not a new assignment
        transfer_as_chosen(
            builder, policy, (receipt, None), unasked, EventKind.LEAD_REASSIGNED, actor=ACTOR, reason=GIVEN_BACK
        )
    else:
        _prolong(builder, policy, owner, roster, now)


def _prolong(builder: ChangeBuilder, policy: Policy, owner: str, roster: Roster, now: datetime) -> None:
    lead = builder.lead
    builder.stop(COVER)
    back = available_from(policy, owner, roster, now) if is_active_member(policy, owner) else None
    until = policy.calendar_of(owner).next_open(now) if back == now else back
    if until is not None:
        builder.start(_clock(policy, owner, lead.owned_since or now, until))
    builder.event(EventKind.COVER_PROLONGED, ACTOR, owner=lead.owner_id, absent=owner, until=until)


def _clock(policy: Policy, owner: str, began: datetime, until: datetime) -> SlaTimer:
    steps = (TimerStep(kind=StepKind.GIVE_BACK, at=until, notify=owner),)
    return SlaTimer(target=COVER, started_at=began, deadline=until, policy_version=policy.version, steps=steps)
