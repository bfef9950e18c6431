"""Assignment of a new lead: owner, timer and next action.

They are set in one change.
"""

from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.enrolment import EnrolmentOrigin
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.transfer import Transfer, transfer
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import first_response_clock, promise_from
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.promises.stall import qualification_clock
from leadtight.domain.routing.selection import choose, owner_after_assignment
from leadtight.domain.sequences.progress import enrol


def assign(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Assign an unowned lead; None when nothing to do.

    It is idempotent: a lead that has an owner, or is closed, does not change. One that was answered already keeps the
    timer and the next action of that answer. An owner outside their hours has the lead's time from their next shift on.
    """
    if lead.owner_id is not None or not lead.is_open:
        return None
    receipt, turn = choose(policy, lead, rotation, roster, now, not_again=frozenset())
    builder = ChangeBuilder(lead, lead, now)
    if lead.next_action is None:
        promise = promise_from(policy, lead.promise, receipt.clock_starts_at)
        builder.set(promise=promise, next_action=NextAction(what=first_action(lead), due_at=promise.deadline))
    to = Transfer(
        owner=receipt.owner,
        pool=receipt.pool,
        at=now,
        is_waiting=receipt.found_nobody,
        works_from=receipt.clock_starts_at,
        alert={"reason": receipt.reason},
        load=owner_after_assignment(policy, lead, receipt, roster),
        turn=turn,
    )
    transfer(builder, policy, to, EventKind.LEAD_ASSIGNED, "system:route", receipt=receipt)
    if lead.next_action is None:
        clock = first_response_clock(policy, builder.lead.promise, hops=0, owned_at=now, start=receipt.clock_starts_at)
        builder.set(clocks=(clock, *qualification_clock(policy, builder.lead, now)))
    _enrol_by_tier(builder, policy, now)
    return builder.build()


def _enrol_by_tier(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Enrol the lead in its tier's sequence (B4).

    A lead with a recorded outcome is not enrolled.
    """
    tier = next((t for t in policy.tiers if t.id == builder.lead.promise.tier), None)
    if tier and tier.sequence and builder.lead.last_outcome is None:
        enrol(builder, policy, tier.sequence, origin=EnrolmentOrigin.TIER, now=now)
