"""Transfer of a lead: every change of owner is one.

Owner, event, alert and notice, load and turn are in one change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadtight.domain.change import ChangeBuilder, expiry_clock
from leadtight.domain.model.capacity import OwnerState, Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Template
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import EXPIRY
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import owner_after_assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The new owner of a lead, with alert and notice.

    The alert goes to the new owner, the notice to the old one. With `is_waiting` the owner only caught it, and it waits
    for its pool. `works_from` is the next shift of an owner who was chosen outside their hours. `load` and `turn` are
    the resulting state of the owner and of the pool's rotation. `by` is the person who moves it, who needs no notice of
    that.
    """

    owner: str
    pool: str
    at: datetime
    is_waiting: bool = False
    works_from: datetime | None = None
    alert: Mapping[str, Any] = field(default_factory=dict)
    notice: Mapping[str, Any] = field(default_factory=dict)
    load: OwnerState | None = None
    turn: Rotation | None = None
    by: str = ""


def transfer(builder: ChangeBuilder, policy: Policy, to: Transfer, kind: EventKind, actor: str, **record: Any) -> None:
    """Make the builder's lead its new owner's.

    `record` is further data of the event. Promise, timers, next action, hops and past owners stay as the builder has
    them. An owner who keeps the lead is not alerted, and their time with it goes on.
    """
    lead, old = builder.lead, builder.lead.owner_id
    is_new = to.owner != old
    builder.set(
        owner_id=to.owner,
        pool_id=to.pool,
        owned_since=to.at if is_new else lead.owned_since,
        waiting_since=to.at if to.is_waiting else None,
        first_assigned_at=lead.first_assigned_at or to.at,
        first_owner_id=to.owner if lead.first_assigned_at is None else lead.first_owner_id,
        generation=lead.generation + is_new,
    )
    builder.event(kind, actor, owner=to.owner, **record)
    if is_new:
        builder.stop(EXPIRY)  # it counts anew for each owner, from their shift
        builder.start(*expiry_clock(builder.lead, to.works_from or to.at))
        notify_owners(builder, policy, to.owner, old if old != to.by else None, alert=to.alert, notice=to.notice)
    builder.require_owner_state(to.load)
    if to.turn:
        builder.rotate(to.turn)


def transfer_as_chosen(
    builder: ChangeBuilder,
    policy: Policy,
    choice: tuple[Receipt, Rotation | None],
    roster: Roster,
    kind: EventKind,
    *,
    actor: str,
    reason: str,
    **record: Any,
) -> None:
    """Transfer an owned lead to the owner that `choose` chose.

    The event has the receipt. When no member could take it, the lead waits for its pool with the owner who caught it.
    """
    receipt, turn = choice
    old = str(builder.lead.owner_id)
    to = Transfer(
        owner=receipt.owner,
        pool=receipt.pool,
        at=receipt.at,
        is_waiting=receipt.found_nobody,
        works_from=receipt.clock_starts_at,
        alert={"reason": reason, "previous": old},
        notice={"reason": reason},
        load=owner_after_assignment(policy, builder.lead, receipt, roster),
        turn=turn,
    )
    transfer(builder, policy, to, kind, actor, previous=old, reason=reason, receipt=receipt, **record)


def notify_owners(
    builder: ChangeBuilder,
    policy: Policy,
    new: str | None,
    old: str | None,
    *,
    alert: Mapping[str, Any],
    notice: Mapping[str, Any],
) -> None:
    """Alert the new owner, and notify the old one.

    The alert names the deadline of the next action.
    """
    lead = builder.lead
    if new is not None:
        due = lead.next_action.due_at if lead.next_action else lead.team_promise.deadline
        builder.message_person(policy, Template.ALERT_OWNER, new, due_at=due, **alert)
    if old is not None and old in policy.people:
        builder.message_person(policy, Template.LEAD_MOVED, old, to=new, **notice)
