"""Stalled leads, in their stage or untouched (F11, I6).

Two timers watch for it from the first recorded outcome on; before that the first-response timer keeps reminding. Each
raises a task for the owner, which has a deadline and then the next action's own reminders. It is escalated unless this
silence has been: a manager is alerted once within the limit that it broke. A stage with a bypass is watched from the
assignment on: a lead that waits past its limit moves to another pool, whatever has been tried (B5).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.sla import NEXT_ACTION, STAGE, UNTOUCHED, SlaTimer, StepKind, TimerStep
from leadtight.domain.policy.outcomes import StageRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises.deadlines import next_action_clock, next_action_target, task_due

HEAD_START = timedelta(days=1)


def renewed(policy: Policy, lead: Lead, clock: SlaTimer) -> SlaTimer | None:
    """Return a stall timer under today's policy.

    None when the policy no longer watches this.
    """
    rule = policy.stages.get(lead.stage)
    if clock.target == STAGE and rule is None:
        return None
    limit_at = _stage_limit(policy, rule, clock.started_at) if rule and clock.target == STAGE else None
    limit_at = limit_at or clock.started_at + policy.untouched_after
    agreed = _agreed(policy, lead, clock.target) or limit_at
    return _clock(policy, lead, clock.target, max(limit_at, agreed), clock.started_at)


def stall_clocks(policy: Policy, lead: Lead, previous: Lead, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the stall timers of `lead` after a touch.

    The touch is at `now`; `previous` is the lead before it. The stage's timer runs on while the stage stays. Until an
    agreed time has come, standing still is right: neither timer ends before the next action is due, and its own notices
    come first.
    """
    if not lead.is_open:
        return ()
    agreed = _agreed(policy, lead, UNTOUCHED) or now
    clocks = [_clock(policy, lead, UNTOUCHED, max(now + policy.untouched_after, agreed), now)]
    rule = policy.stages.get(lead.stage)
    if rule:
        since = _since(lead, previous, now)
        agreed = _agreed(policy, lead, STAGE) or now
        clocks.append(_clock(policy, lead, STAGE, max(_stage_limit(policy, rule, since), now, agreed), since))
    return tuple(clocks)


def qualification_clock(policy: Policy, lead: Lead, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the bypass timer of a newly assigned lead.

    A lead that takes no capacity, such as one that is only nurtured, does not wait for qualification (B4).
    """
    rule = policy.stages.get(lead.stage)
    if rule is None or not lead.counts_to_cap or bypass_of(policy, lead, STAGE) is None:
        return ()
    return (_clock(policy, lead, STAGE, _stage_limit(policy, rule, now), now),)


def bypass_of(policy: Policy, lead: Lead, target: str) -> str | None:
    """Return the pool to which a stalled lead moves.

    None when it is there, or the stage has none.
    """
    rule = policy.stages.get(lead.stage) if target == STAGE else None
    return rule.bypass if rule and rule.bypass != lead.pool_id else None


def _agreed(policy: Policy, lead: Lead, target: str) -> datetime | None:
    """Return until when the lead may stand still.

    A bypass waits only for what the person asked for.
    """
    action = lead.next_action
    if action is None or (bypass_of(policy, lead, target) and not action.agreed):
        return None
    return action.due_at + HEAD_START


def _stage_limit(policy: Policy, rule: StageRule, since: datetime) -> datetime:
    return policy.calendars[rule.counted_in].add(since, rule.limit) if rule.counted_in else since + rule.limit


def _since(lead: Lead, previous: Lead, now: datetime) -> datetime:
    """Return when the lead entered its stage.

    It is known as far as a timer has watched it.
    """
    running = previous.clock(STAGE) if lead.stage is previous.stage else None
    return running.started_at if running else now


def postponed(clocks: tuple[SlaTimer, ...], due_at: datetime) -> tuple[SlaTimer, ...]:
    """Postpone stall timers to a day after `due_at`.

    A new owner with a window of their own does not get the task of a lead that others left untouched; the days without
    a touch are counted on.
    """
    return tuple(_put_off(c, due_at + HEAD_START) if c.target in (STAGE, UNTOUCHED) else c for c in clocks)


def _put_off(clock: SlaTimer, until: datetime) -> SlaTimer:
    steps = tuple(replace(step, at=max(step.at, until)) for step in clock.steps)
    return replace(clock, steps=steps, deadline=max(clock.deadline, until))


def restarted(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> SlaTimer:
    """Return the timer that watches again after its task.

    A lead is never watched only once.
    """
    return _clock(policy, lead, clock.target, _limit_from(policy, lead, clock, now), clock.started_at)


def _limit_from(policy: Policy, lead: Lead, clock: SlaTimer, since: datetime) -> datetime:
    rule = policy.stages.get(lead.stage)
    return _stage_limit(policy, rule, since) if clock.target == STAGE and rule else since + policy.untouched_after


def task(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> NextAction:
    """Return the owner's task on a stalled lead.

    Its deadline is that of the next-action target.
    """
    days = (now - clock.started_at) // timedelta(days=1)
    name, due = lead.inquiry.display_name, task_due(policy, lead.team_promise.calendar, now)
    if clock.target == STAGE:
        return NextAction(what=f"Move {name} on: {days} days in “{lead.stage.label}”", due_at=due)
    return NextAction(what=f"Get in touch with {name}: untouched for {days} days", due_at=due)


def task_clock(policy: Policy, lead: Lead, action: NextAction, now: datetime, *, escalates: bool) -> SlaTimer:
    """Return the timer of a stalled lead's task.

    It has no first escalation where a manager has been alerted already.
    """
    clock = next_action_clock(policy, action.due_at, now, lead.team_promise.calendar)
    if escalates:
        return clock
    return replace(clock, steps=tuple(step for step in clock.steps if not step.is_first_escalation))


def pending_escalation(lead: Lead, now: datetime) -> tuple[SlaTimer, TimerStep] | None:
    """Return the coming first escalation of an overdue next action.

    The task replaces that action.
    """
    clock = lead.clock(NEXT_ACTION)
    if clock is None or clock.deadline > now:
        return None
    step = next((step for step in clock.steps if step.is_first_escalation), None)
    return (clock, step) if step else None


def is_escalated(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> bool:
    """Return whether this silence was escalated already.

    That is since its owner's latest touch, and not as long ago as the limit.
    """
    touches = (lead.touched_at, lead.last_contact_at, lead.owned_since)
    if lead.escalated_at is None or lead.escalated_at < max((at for at in touches if at), default=lead.escalated_at):
        return False
    return _limit_from(policy, lead, clock, lead.escalated_at) > now


def stage_contact(policy: Policy, lead: Lead, clock: SlaTimer) -> str | None:
    """Return the stage's owner to alert of a stall.

    None when the stage has none besides the lead's owner.
    """
    rule = policy.stages.get(lead.stage)
    if clock.target != STAGE or rule is None or lead.owner_id is None:
        return None
    other = policy.stage_owner(rule, lead.owner_id)
    return other if other != lead.owner_id else None


def _clock(policy: Policy, lead: Lead, target: str, limit_at: datetime, since: datetime) -> SlaTimer:
    working = policy.calendars[next_action_target(policy, lead.team_promise.calendar).calendar]
    at = working.next_open(limit_at)
    steps = (TimerStep(kind=StepKind.STALL, at=at),)
    return SlaTimer(target=target, started_at=since, deadline=at, policy_version=policy.version, steps=steps)
