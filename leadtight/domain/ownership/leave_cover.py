"""Cover for an absent owner's leads (D1, D2).

An owner who left the policy or is inactive keeps no open lead. An owner on leave keeps those that need no action before
their return.
"""

from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.delegation import DELEGATE, delegate_receipt
from leadtight.domain.ownership.leave_return import cover_clock
from leadtight.domain.ownership.transfer import transfer_as_chosen
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import available_from, is_active_member
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import choose

OWNER_GONE = "owner_gone"
OWNER_AWAY = "owner_away"


def cover(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Reassign an absent owner's lead, where it needs cover.

    None when it does not. The lead keeps its promise, timers and next action: only the person changes. A person who let
    it lapse is passed over; being covered for is not a lapse. The delegate of an absent owner gets it, else the pool;
    when no member can, the catch-all person gets it. It is returned at the end of a leave that says so.
    """
    reason = needs_cover(policy, lead, roster, now)
    if reason is None:
        return None
    old = str(lead.owner_id)
    choice = _choice(policy, lead, reason, rotation, roster, now)
    if choice[0].owner == old:
        return None
    builder = ChangeBuilder(lead, lead, now)
    lent = cover_clock(policy, old, now) if reason == OWNER_AWAY else None
    if lent:
        builder.set(clocks=(*lead.clocks, lent))
    transfer_as_chosen(
        builder,
        policy,
        choice,
        roster,
        EventKind.LEAD_REASSIGNED,
        actor="system:sla",
        reason=DELEGATE if choice[0].reason == DELEGATE else reason,
        given_back_at=lent.deadline if lent else None,
    )
    return builder.build()


def _choice(
    policy: Policy, lead: Lead, reason: str, rotation: Rotation, roster: Roster, now: datetime
) -> tuple[Receipt, Rotation | None]:
    """Return the covering owner's receipt.

    Only an absent owner's delegate is considered, not that of one who has left.
    """
    receipt = delegate_receipt(policy, lead, rotation, roster, now) if reason == OWNER_AWAY else None
    if receipt:
        return receipt, None
    return choose(policy, lead, rotation, roster, now, not_again=frozenset({str(lead.owner_id), *lead.past_owners}))


def needs_cover(policy: Policy, lead: Lead, roster: Roster, now: datetime) -> str | None:
    """Return why the lead needs cover.

    None when its owner is available in time.
    """
    if lead.owner_id is None or not lead.is_open:
        return None
    if not is_active_member(policy, lead.owner_id):
        return OWNER_GONE
    back, needed_at = available_from(policy, lead.owner_id, roster, now), _needed_at(lead)
    return OWNER_AWAY if needed_at and back > max(needed_at, now) else None


def _needed_at(lead: Lead) -> datetime | None:
    """Return when the lead next needs its owner.

    Messages of its sequence do not; tasks and calls do.
    """
    due = [step.at for clock in lead.clocks for step in clock.steps[:1]]
    enrolment = lead.enrolment
    planned = (*((enrolment.calling,) if enrolment.calling else ()), *enrolment.steps) if enrolment else ()
    tasks = [step.at for step in planned if step.action in (StepAction.TASK, StepAction.VOICE)]
    return min([*due, *tasks[:1]], default=None)
