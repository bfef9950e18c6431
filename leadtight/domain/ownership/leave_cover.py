"""Cover for an absent owner's leads (D1, D2).

An owner who left the policy or is inactive keeps no open lead. An owner on leave keeps those that need no action before
their return.
"""

from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.delegation import DELEGATE, delegate_receipt
from leadtight.domain.ownership.leave_return import cover_clock
from leadtight.domain.ownership.transfer import transfer_as_chosen
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import reassigned_due
from leadtight.domain.promises.next_action import owner_needed_at
from leadtight.domain.promises.owner_window import open_window
from leadtight.domain.roster.availability import available_from, is_active_member
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import choose

OWNER_GONE = "owner_gone"
OWNER_AWAY = "owner_away"


def cover(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Reassign an absent owner's lead, where it needs cover.

    None when it does not. The lead keeps its promise, timers and next action: only the person changes. A person who let
    it lapse is passed over; being covered for is not a lapse. The delegate of an absent owner gets it, else the pool;
    when no member can, the catch-all person gets it. A new owner is at work by the time it is due, or has it from their
    next shift where the pool says so. It is returned at the end of a leave that says so.
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
    if choice[0].clock_starts_at:
        _begin_with_the_shift(builder, policy, choice[0].clock_starts_at, now)
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
    needed_at = max(now, owner_needed_at(lead) or now)
    receipt = delegate_receipt(policy, lead, rotation, roster, now, needed_at) if reason == OWNER_AWAY else None
    if receipt:
        return receipt, None
    not_again = frozenset({str(lead.owner_id), *lead.past_owners})
    return choose(policy, lead, rotation, roster, now, not_again=not_again, needed_at=needed_at)


def _begin_with_the_shift(builder: ChangeBuilder, policy: Policy, start: datetime, now: datetime) -> None:
    """Give an owner outside their hours a later window.

    It begins with their shift. A time agreed with the person stands.
    """
    action = builder.lead.next_action
    if action and not action.agreed:
        due = reassigned_due(policy, builder.lead.team_promise, start)
        open_window(builder, policy, start, max(due, action.due_at), now)


def needs_cover(policy: Policy, lead: Lead, roster: Roster, now: datetime) -> str | None:
    """Return why the lead needs cover.

    None when its owner is available in time.
    """
    if lead.owner_id is None or not lead.is_open:
        return None
    if not is_active_member(policy, lead.owner_id):
        return OWNER_GONE
    back, needed_at = available_from(policy, lead.owner_id, roster, now), owner_needed_at(lead)
    return OWNER_AWAY if needed_at and back > max(needed_at, now) else None
