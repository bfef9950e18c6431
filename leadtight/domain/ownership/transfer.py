"""A lead goes from one owner to another in one change: owner, event with receipt, alert and notice, load and turn."""

from typing import Any

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Template
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import taken


def pass_on(
    builder: ChangeBuilder,
    policy: Policy,
    choice: tuple[Receipt, Rotation | None],
    roster: Roster,
    kind: EventKind,
    *,
    actor: str,
    why: str,
    **told: Any,
) -> None:
    """Give the builder's lead to whom `choice` names: a receipt and the moved rotation, as `choose` returns them.

    Promise, clocks, next action, hops and past owners stay as the builder has them. When the choice found nobody, the
    lead waits for its pool with whoever caught it.
    """
    receipt, moved = choice
    lead, old = builder.lead, str(builder.lead.owner_id)
    builder.set(
        owner_id=receipt.owner,
        pool_id=receipt.pool,
        owned_since=receipt.at,
        waiting_since=receipt.at if receipt.found_nobody else None,
        generation=lead.generation + 1,
    )
    builder.event(kind, actor, owner=receipt.owner, previous=old, reason=why, receipt=receipt, **told)
    due = lead.next_action.due_at if lead.next_action else lead.team_promise.deadline
    builder.message_person(policy, Template.ALERT_OWNER, receipt.owner, due_at=due, reason=why, previous=old)
    if old in policy.people:
        builder.message_person(policy, Template.LEAD_MOVED, old, to=receipt.owner, reason=why)
    builder.take(taken(policy, lead, receipt, roster))
    if moved:
        builder.rotate(moved)
