"""Handover of a lead to another pool (R4).

It is one change. A person decides it, an outcome causes it, or a stage's limit does. The past does not change: the
first promise, the first assignment and the first contact. What is due becomes due anew: the old owner's timers end, and
the new owner runs against the target of the new team. Beside it the first promise is watched until it is kept or
reported as broken.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.errors import InvalidInquiry, Problem, StaleSubmission
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Handover, Lead, NextAction
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION, UNTOUCHED, Promise, SlaTimer
from leadtight.domain.ownership.transfer import Transfer, transfer
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import first_response_clock, team_promise
from leadtight.domain.promises.first_promise import first_promise_clock
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.promises.stall import stall_clocks
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.selection import choose, owner_after_assignment


class Cause(StrEnum):
    """Causes of a handover."""

    PERSON = "person"
    OUTCOME = "outcome"
    BYPASS = "bypass"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingPool:
    """The receiving pool's rotation and roster, read together."""

    rotation: Rotation
    roster: Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Cause and actor of a lead's move, and what follows.

    `action` is the new owner's next action. `due_at` is a time agreed with the person.
    """

    cause: Cause
    actor: str
    reason: str = ""
    action: str | None = None
    due_at: datetime | None = None

    @property
    def by(self) -> str:
        """Return the person who moves it, if any."""
        kind, _, person = self.actor.partition(":")
        return person if kind == "person" else ""


def pools_open_to(policy: Policy, lead: Lead) -> tuple[str, ...]:
    """Return the pools that may take a lead over."""
    here = policy.pools.get(lead.pool_id or "")
    return here.hands_over_to if here and lead.is_open else ()


def hand_over(
    policy: Policy,
    lead: Lead,
    pool_id: str,
    receiving: ReceivingPool,
    *,
    by: str,
    submission: int,
    now: datetime,
    reason: str = "",
) -> Change | None:
    """Hand a lead over; None when it is there already.

    A person decides it. `submission` is the lead's version when the form was opened. Raises InvalidInquiry when the
    policy does not permit this pool or no other member can take it, StaleSubmission when an outcome was recorded since.
    """
    if lead.is_open and lead.pool_id == pool_id:
        return None
    if pool_id not in pools_open_to(policy, lead):
        raise InvalidInquiry([Problem("pool", "choose the pool to hand over to")])
    if submission > lead.version or (lead.last_outcome and lead.last_outcome.version > submission):
        raise StaleSubmission("something was recorded in the meantime")
    how = Move(cause=Cause.PERSON, actor=f"person:{by}", reason=reason)
    builder = ChangeBuilder(lead, lead, now)
    if not move(builder, policy, lead, pool_id, receiving, now, how):
        raise InvalidInquiry([Problem("pool", "no other member can take it at the moment")])
    return builder.build()


def move(
    builder: ChangeBuilder,
    policy: Policy,
    previous: Lead,
    pool_id: str,
    receiving: ReceivingPool,
    now: datetime,
    how: Move,
) -> bool:
    """Move the builder's lead to a pool.

    Returns False, and changes nothing, when only its present owner could have it. `previous` is the lead as stored. A
    person who records an outcome may be next in the pool that it leads to; one who hands over, or let the lead wait, is
    passed over.
    """
    lead, old = builder.lead, previous.owner_id
    may_keep = how.cause is Cause.OUTCOME
    bound = replace(lead, handover=Handover(pool=pool_id, promise=lead.team_promise))
    passed_over: frozenset[str] = frozenset() if may_keep or old is None else frozenset({old})
    receipt, turn = choose(policy, bound, receiving.rotation, receiving.roster, now, not_again=passed_over)
    if receipt.owner == old and not may_keep:
        return False
    _promise_anew(builder, policy, receipt, how, now)
    to = Transfer(
        owner=receipt.owner,
        pool=receipt.pool,
        at=now,
        is_waiting=receipt.found_nobody,
        works_from=receipt.clock_starts_at,
        alert={"reason": receipt.reason, "previous": old, "cause": how.cause, "by": how.by, "said": how.reason},
        notice={"cause": how.cause},
        load=owner_after_assignment(policy, lead, receipt, receiving.roster),
        turn=turn,
        by=how.by,
    )
    record = _record(previous, builder.lead.team_promise, receipt, how)
    transfer(builder, policy, to, EventKind.LEAD_HANDED_OVER, how.actor, **record)
    _start_clocks(builder, policy, lead, receipt.clock_starts_at, now)
    return True


def _promise_anew(builder: ChangeBuilder, policy: Policy, receipt: Receipt, how: Move, now: datetime) -> None:
    """Put the lead under the new team's promise."""
    lead = builder.lead
    let_it_lapse = (lead.owner_id,) if how.cause is Cause.BYPASS and lead.owner_id else ()
    pool = policy.pools[receipt.pool]
    promise = team_promise(policy, lead.promise, pool, receipt.owner, now, receipt.clock_starts_at)
    if how.due_at:
        promise = replace(promise, deadline=how.due_at)
    builder.set(
        past_owners=(*lead.past_owners, *let_it_lapse),
        hops=0,
        handover=Handover(pool=receipt.pool, promise=promise),
        next_action=NextAction(
            what=how.action or first_action(lead), due_at=promise.deadline, agreed=how.due_at is not None
        ),
    )


def _start_clocks(
    builder: ChangeBuilder, policy: Policy, previous: Lead, works_from: datetime | None, now: datetime
) -> None:
    """Replace the timers of `previous` by the new team's."""
    promise = builder.lead.team_promise
    agreed = builder.lead.next_action and builder.lead.next_action.agreed
    clock = first_response_clock(policy, promise, hops=0, owned_at=now, start=None if agreed else works_from)
    builder.set(clocks=(clock, *first_promise_clock(policy, previous, promise.deadline, now)))
    if previous.clock(UNTOUCHED):
        builder.set(clocks=(*builder.lead.clocks, *stall_clocks(policy, builder.lead, previous, now)))


def _record(previous: Lead, promise: Promise, receipt: Receipt, how: Move) -> dict[str, Any]:
    """Return the former and new deadlines and policies (R4)."""
    ended = _ended(previous)
    return {
        "previous": previous.owner_id,
        "pool": receipt.pool,
        "previous_pool": previous.pool_id,
        "cause": how.cause,
        "reason": how.reason,
        "old_deadline": ended.deadline if ended else None,
        "old_policy_version": ended.policy_version if ended else previous.team_promise.policy_version,
        "new_deadline": promise.deadline,
        "new_policy_version": promise.policy_version,
        "target": promise.target,
        "receipt": receipt,
    }


def _ended(previous: Lead) -> SlaTimer | None:
    return previous.clock(FIRST_RESPONSE) or previous.clock(NEXT_ACTION)
