"""Put an open lead under today's policy, on request.

A promise is frozen with the policy that made it; this is the one way to renew it. A deadline changes only while the old
and the new one are both in the future: late leads stay late (F9), and nothing becomes late by command.
"""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import (
    ARRIVAL,
    COVER,
    EXPIRY,
    FIRST_RESPONSE,
    NEXT_ACTION,
    Promise,
    SlaTimer,
    StepKind,
    TimerStep,
)
from leadtight.domain.ownership.expiry import renew_expiry
from leadtight.domain.policy.evaluation import Arrival, tier_of
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import (
    first_response_clock,
    next_action_clock,
    next_reminder,
    promise,
    reassigned_due,
    team_promise,
)
from leadtight.domain.promises.stall import renewed

ACTOR = "system:rearm"
_FOR_GOOD = (StepKind.REASSIGN, StepKind.REMIND, StepKind.STALL, StepKind.GIVE_BACK, StepKind.EXPIRE)


def rearm(policy: Policy, lead: Lead, now: datetime) -> Change | None:
    """Put a lead's running timers under `policy`.

    None when they are already, or none runs. Steps that have happened do not happen again; those still to come happen
    when the policy now says, at once if that is past.
    """
    if not lead.is_open or lead.owner_id is None or _is_current(policy, lead):
        return None
    builder = ChangeBuilder(lead, lead, now)
    _renew_promise(builder, policy, now)
    renewed = (_renewed(policy, builder.lead, clock, now) for clock in lead.clocks)
    builder.set(clocks=tuple(clock for clock in renewed if clock))
    renew_expiry(builder, policy, now)
    _move_next_action(builder, lead)
    old, new = deadline_of(lead), deadline_of(builder.lead)
    builder.event(
        EventKind.LEAD_REARMED,
        ACTOR,
        old_deadline=old,
        new_deadline=new,
        old_policy_version=versions_of(lead),
        new_policy_version=policy.version,
    )
    return builder.build()


def _is_current(policy: Policy, lead: Lead) -> bool:
    """Return whether `policy` made the running timers.

    The expiry timer counts as the promise does.
    """
    return all(clock.policy_version == policy.version for clock in lead.clocks if clock.target != EXPIRY)


def deadline_of(lead: Lead) -> datetime | None:
    """Return the deadline of the first answer or next action."""
    clock = lead.clock(FIRST_RESPONSE) or lead.clock(NEXT_ACTION)
    return clock.deadline if clock else None


def versions_of(lead: Lead) -> str:
    """Return the policy versions that made the running timers."""
    return ", ".join(sorted({clock.policy_version for clock in lead.clocks}))


def _renew_promise(builder: ChangeBuilder, policy: Policy, now: datetime) -> None:
    """Renew the promise of the lead's team.

    Only while its first owner there still owes the answer.
    """
    lead, clock = builder.lead, builder.lead.clock(FIRST_RESPONSE)
    if clock is None or lead.hops or clock.deadline != lead.team_promise.deadline:
        return
    if lead.handover is None:
        builder.set(promise=_sooner_or_later(lead.promise, _promise_of_today(policy, lead, clock.started_at), now))
    elif lead.handover.pool in policy.pools and not (lead.next_action and lead.next_action.agreed):
        old = lead.handover.promise
        pool = policy.pools[lead.handover.pool]
        made = team_promise(policy, lead.promise, pool, str(lead.owner_id), old.starts_at, clock.started_at)
        builder.set(handover=replace(lead.handover, promise=_sooner_or_later(old, made, now)))


def _promise_of_today(policy: Policy, lead: Lead, start: datetime) -> Promise:
    """Return the promise that today's policy makes on arrival.

    It is that of the lead's tier, or of another one when that is gone. Its time counts from `start`: the arrival, or
    the shift of an owner who was chosen outside their hours.
    """
    by_conditions = tier_of(policy, replace(Arrival.of(lead), score=lead.score.total))
    tier = next((t for t in policy.tiers if t.id == lead.promise.tier), by_conditions)
    return replace(promise(policy, tier, start, lead.source), starts_at=lead.promise.starts_at)


def _sooner_or_later(old: Promise, new: Promise, now: datetime) -> Promise:
    return new if _may_move(old.deadline, new.deadline, now) else old


def _may_move(old: datetime, new: datetime, now: datetime) -> bool:
    return old > now and new > now


def _renewed(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> SlaTimer | None:
    """Return a timer under today's policy.

    None when the policy no longer watches this.
    """
    if clock.target == ARRIVAL:
        return replace(clock, policy_version=policy.version)
    made = _made(policy, lead, clock, now)
    if made is None:
        return None
    waiting = {(step.kind, step.level) for step in clock.steps}
    steps = tuple(s for s in made.steps if s.at > now or (s.kind, s.level) in waiting)
    if not any(step.kind in _FOR_GOOD for step in steps):  # an open lead is never left in silence
        steps = (*steps, next_reminder(policy, lead.team_promise, made, now))
    return replace(made, steps=_in_order(steps))


def _in_order(steps: tuple[TimerStep, ...]) -> tuple[TimerStep, ...]:
    return tuple(sorted(steps, key=lambda step: step.at))


def _made(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> SlaTimer | None:
    if clock.target == NEXT_ACTION:
        return next_action_clock(policy, clock.deadline, clock.started_at, lead.team_promise.calendar)
    if clock.target in (COVER, EXPIRY):
        return replace(clock, policy_version=policy.version)
    if clock.target != FIRST_RESPONSE:
        made = renewed(policy, lead, clock)
        if made and not _may_move(clock.deadline, made.deadline, now):
            return replace(clock, policy_version=policy.version)
        return made
    due = reassigned_due(policy, lead.team_promise, clock.started_at) if lead.hops else lead.team_promise.deadline
    return first_response_clock(
        policy,
        lead.team_promise,
        hops=lead.hops,
        owned_at=lead.owned_since or now,
        start=clock.started_at,
        due_at=due if _may_move(clock.deadline, due, now) else clock.deadline,
    )


def _move_next_action(builder: ChangeBuilder, previous: Lead) -> None:
    """Move the next action to the deadline of its timer."""
    action, old, new = previous.next_action, previous.clock(FIRST_RESPONSE), builder.lead.clock(FIRST_RESPONSE)
    if action and old and new and action.due_at == old.deadline:
        builder.set(next_action=replace(action, due_at=new.deadline))
