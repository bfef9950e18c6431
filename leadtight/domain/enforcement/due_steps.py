"""Run everything due on a lead, in order, once."""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.enforcement.contact_check import ask
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import Template
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE, NEXT_ACTION, SlaTimer, StepKind, TimerStep
from leadtight.domain.ownership.expiry import expire
from leadtight.domain.ownership.handover import Cause, Move, ReceivingPool, move
from leadtight.domain.ownership.leave_return import return_to_owner
from leadtight.domain.ownership.transfer import Transfer, transfer
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER
from leadtight.domain.promises import first_promise, stall
from leadtight.domain.promises.deadlines import first_response_clock, next_reminder, reassigned_due, target_of
from leadtight.domain.promises.next_action import first_action
from leadtight.domain.roster.stand_ins import notification_recipient
from leadtight.domain.routing.selection import choose, owner_after_assignment, pool_for
from leadtight.domain.sequences.progress import take_due_step

ACTOR = "system:sla"


def run_due_steps(policy: Policy, lead: Lead, rotation: Rotation, roster: Roster, now: datetime) -> Change | None:
    """Run all steps due at `now`; None without any.

    Steps run in time order, however late the alarm is. A lead that moves to a new owner starts a new timer at `now`, so
    a long outage costs one move, not all of them at once.
    """
    if not lead.is_open or lead.owner_id is None:
        return None
    builder = ChangeBuilder(lead, lead, now)
    while due := _next_due(builder.lead, now):
        clock, step = due
        if _pool_of_step(policy, builder.lead, clock, step) not in (None, rotation.pool_id):
            break  # the lead is still due: its next alarm brings that pool
        _drop_first_step(builder, clock)
        _run(builder, policy, clock, step, rotation, roster, now)
    take_due_step(builder, policy, now)
    return builder.build() if builder.lead is not lead else None


def pool_of_due_steps(policy: Policy, lead: Lead, now: datetime) -> str:
    """Return the pool that the due steps need.

    That is the lead's own, or the one that a stage's limit leads to.
    """
    due = sorted(((c, s) for c in lead.clocks for s in c.steps if s.at <= now), key=lambda pair: pair[1].at)
    pools = (_pool_of_step(policy, lead, clock, step) for clock, step in due)
    return next(filter(None, pools), pool_for(policy, lead).id)


def _pool_of_step(policy: Policy, lead: Lead, clock: SlaTimer, step: TimerStep) -> str | None:
    """Return the pool that a step needs, if any.

    A step that moves no lead needs none.
    """
    if step.kind in (StepKind.REASSIGN, StepKind.EXPIRE):
        return pool_for(policy, lead).id
    return stall.bypass_of(policy, lead, clock.target) if step.kind is StepKind.STALL else None


def _next_due(lead: Lead, now: datetime) -> tuple[SlaTimer, TimerStep] | None:
    due = [(c, c.steps[0]) for c in lead.clocks if c.steps and c.steps[0].at <= now]
    return min(due, key=lambda pair: pair[1].at, default=None)


def _drop_first_step(builder: ChangeBuilder, clock: SlaTimer) -> None:
    """Remove a timer's first step.

    A timer that only reports the first promise ends with its last step.
    """
    if clock.target == ARRIVAL and len(clock.steps) == 1:
        builder.stop(ARRIVAL)
    else:
        _replace_clock(builder, clock.target, replace(clock, steps=clock.steps[1:]))


def _replace_clock(builder: ChangeBuilder, target: str, clock: SlaTimer) -> None:
    builder.set(clocks=tuple(clock if c.target == target else c for c in builder.lead.clocks))


def _run(
    builder: ChangeBuilder,
    policy: Policy,
    clock: SlaTimer,
    step: TimerStep,
    rotation: Rotation,
    roster: Roster,
    now: datetime,
) -> None:
    match step.kind:
        case StepKind.WARN:
            _warn(builder, policy, clock, step)
        case StepKind.BREACH:
            _miss(builder, policy, clock)
        case StepKind.ESCALATE:
            _escalate(builder, policy, clock, step, roster, now)
        case StepKind.REASSIGN:
            _reassign(builder, policy, rotation, roster, now)
        case StepKind.REMIND:
            _remind(builder, policy, clock, now)
        case StepKind.STALL:
            _stall(builder, policy, clock, ReceivingPool(rotation=rotation, roster=roster), now)
        case StepKind.ASK | StepKind.GIVE_BACK | StepKind.EXPIRE:
            _do_rarer(builder, policy, clock, step, rotation, roster, now)


def _do_rarer(
    builder: ChangeBuilder,
    policy: Policy,
    clock: SlaTimer,
    step: TimerStep,
    rotation: Rotation,
    roster: Roster,
    now: datetime,
) -> None:
    if step.kind is StepKind.ASK:
        ask(builder)
    elif step.kind is StepKind.EXPIRE:
        expire(builder, policy, clock, rotation, roster, now)
    else:
        return_to_owner(builder, policy, step, rotation, roster, now)


def _warn(builder: ChangeBuilder, policy: Policy, clock: SlaTimer, step: TimerStep) -> None:
    builder.event(EventKind.OWNER_WARNED, ACTOR, target=clock.target, level=step.level, deadline=clock.deadline)
    builder.message_person(policy, Template.WARN_OWNER, _owner(builder), due_at=clock.deadline, level=step.level)


def _miss(builder: ChangeBuilder, policy: Policy, clock: SlaTimer) -> None:
    if clock.target == ARRIVAL:
        return first_promise.record_breach(builder, policy, clock)
    builder.event(EventKind.DEADLINE_MISSED, ACTOR, target=clock.target, deadline=clock.deadline, owner=_owner(builder))
    builder.message_person(
        policy, Template.DEADLINE_MISSED, _owner(builder), due_at=clock.deadline, target=clock.target
    )
    return None


def _escalate(
    builder: ChangeBuilder, policy: Policy, clock: SlaTimer, step: TimerStep, roster: Roster, now: datetime
) -> None:
    """Alert the person that the step names, or their stand-in.

    An owner who is that person has just been notified.
    """
    if clock.target == ARRIVAL:
        return first_promise.escalate(builder, policy, clock, step, roster, now)
    owner = _owner(builder)
    recipient = policy.manager_of(owner) if step.notify == MANAGER else (step.notify or policy.routing.catch_all)
    to = notification_recipient(policy, recipient, roster, now, besides=owner if owner != recipient else None)
    instead = {"stands_in_for": recipient} if to != recipient else {}
    builder.set(escalated_at=now)
    builder.event(EventKind.LEAD_ESCALATED, ACTOR, target=clock.target, level=step.level, to=to, owner=owner, **instead)
    if to != owner:  # they were just notified as the owner
        builder.message_person(
            policy,
            Template.ESCALATE,
            to,
            due_at=clock.deadline,
            level=step.level,
            owner=owner,
            target=clock.target,
            **instead,
        )
    return None


def _remind(builder: ChangeBuilder, policy: Policy, clock: SlaTimer, now: datetime) -> None:
    current = builder.lead.clock(clock.target) or clock
    again = next_reminder(policy, builder.lead.team_promise, current, now)
    steps = tuple(sorted((*current.steps, again), key=lambda s: s.at))
    _replace_clock(builder, clock.target, replace(current, steps=steps))
    builder.event(EventKind.OWNER_REMINDED, ACTOR, target=clock.target, owner=_owner(builder))
    builder.message_person(policy, Template.REMIND, _owner(builder), due_at=clock.deadline, target=clock.target)


def _reassign(builder: ChangeBuilder, policy: Policy, rotation: Rotation, roster: Roster, now: datetime) -> None:
    """Reassign the lead to the next person of its pool.

    That is a person who has not had it, else the manager, who keeps it.
    """
    lead, old = builder.lead, _owner(builder)
    hops = lead.hops + 1
    limit = _hop_limit(policy, lead)
    receipt, turn = choose(policy, lead, rotation, roster, now, not_again=frozenset({old, *lead.past_owners}))
    to_manager = hops > limit or receipt.found_nobody
    new = policy.manager_of(old) if to_manager else receipt.owner
    if new == old:  # the only available person keeps it, and is reminded
        _remind(builder, policy, _first_response(lead), now)
        return
    works_from = None if to_manager else receipt.clock_starts_at
    start = works_from or now
    due = reassigned_due(policy, lead.team_promise, start)
    last_hop = limit + 1 if to_manager else hops
    clock = first_response_clock(policy, lead.team_promise, hops=last_hop, owned_at=now, start=start, due_at=due)
    builder.set(
        past_owners=(*lead.past_owners, old), hops=hops, next_action=NextAction(what=first_action(lead), due_at=due)
    )
    builder.stop(NEXT_ACTION)
    builder.start(clock)
    reason = "hop_limit" if hops > limit else receipt.reason
    to = Transfer(
        owner=new,
        pool=receipt.pool,
        at=now,
        is_waiting=receipt.found_nobody and hops <= limit,
        works_from=works_from,
        alert={"reason": reason, "previous": old},
        load=None if to_manager else owner_after_assignment(policy, lead, receipt, roster),
        turn=None if to_manager else turn,
    )
    record = {"previous": old, "reason": reason, "receipt": None if to_manager else receipt}
    transfer(builder, policy, to, EventKind.LEAD_REASSIGNED, ACTOR, **record)


def _stall(builder: ChangeBuilder, policy: Policy, clock: SlaTimer, receiving: ReceivingPool, now: datetime) -> None:
    """Move a stalled lead on, or raise a task.

    The stage's timer starts again.
    """
    lead = builder.lead
    bypass = stall.bypass_of(policy, lead, clock.target)
    how = Move(cause=Cause.BYPASS, actor=ACTOR)
    if bypass and move(builder, policy, lead, bypass, receiving, now, how):
        return
    _replace_clock(builder, clock.target, stall.restarted(policy, lead, clock, now))
    action = stall.task(policy, lead, clock, now)
    if pending := stall.pending_escalation(lead, now):
        _escalate(builder, policy, *pending, receiving.roster, now)
    builder.event(EventKind.LEAD_STALLED, ACTOR, target=clock.target, task=action.what, owner=_owner(builder))
    _alert_of_stall(builder, policy, clock, receiving.roster, now)
    escalates = not stall.is_escalated(policy, builder.lead, clock, now)
    builder.set(next_action=action)
    builder.start(stall.task_clock(policy, lead, action, now, escalates=escalates))
    builder.message_person(policy, Template.TASK, _owner(builder), due_at=action.due_at, target=clock.target)


def _alert_of_stall(builder: ChangeBuilder, policy: Policy, clock: SlaTimer, roster: Roster, now: datetime) -> None:
    """Notify the stage's owner of a stall.

    A manager already notified of this silence is not notified again.
    """
    lead, recipient = builder.lead, stall.stage_contact(policy, builder.lead, clock)
    is_manager = recipient == policy.manager_of(lead.owner_id)
    if recipient is None or (is_manager and stall.is_escalated(policy, lead, clock, now)):
        return
    other = notification_recipient(policy, recipient, roster, now, besides=lead.owner_id)
    builder.message_person(
        policy, Template.ESCALATE, other, due_at=clock.deadline, level=1, owner=_owner(builder), target=clock.target
    )
    if is_manager:
        builder.set(escalated_at=now)


def _hop_limit(policy: Policy, lead: Lead) -> int:
    reassign = target_of(policy, lead.team_promise).reassign
    return reassign.at_most if reassign else 0


def _first_response(lead: Lead) -> SlaTimer:
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None, "only the first-response clock moves a lead"
    return clock


def _owner(builder: ChangeBuilder) -> str:
    owner = builder.lead.owner_id
    assert owner is not None, "only an owned lead has due steps"
    return owner
