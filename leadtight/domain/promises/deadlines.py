"""Deadlines of targets, and the steps around them."""

from dataclasses import replace
from datetime import datetime

from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION, Promise, SlaTimer, StepKind, TimerStep
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Pool
from leadtight.domain.policy.targets import CLOSE, Target, Tier


def deadline(policy: Policy, target: Target, start: datetime) -> datetime:
    """Return when `target` is due, counted from `start`."""
    calendar = policy.calendars[target.calendar]
    if target.by == CLOSE:
        return calendar.close_of_business(start)
    if target.by is not None:
        return calendar.by_next_business_day(start, target.by)
    assert target.within is not None, "a checked target has within or by"
    return calendar.add(start, target.within)


def promise(policy: Policy, tier: Tier, received_at: datetime, source: str = "") -> Promise:
    """Return the first-response promise made on arrival.

    It is the target of its source in that tier, or the tier's.
    """
    target = policy.targets[tier.target_by_source.get(source, tier.target)]
    return Promise(
        tier=tier.id,
        target=target.id,
        policy_version=policy.version,
        starts_at=received_at,
        deadline=deadline(policy, target, received_at),
    )


def promise_from(policy: Policy, lead_promise: Promise, start: datetime | None) -> Promise:
    """Return a promise whose time counts from `start`.

    That is the next shift of an owner who was chosen outside their hours (C7). Never sooner than it was due; without a
    start it stays as made.
    """
    if start is None:
        return lead_promise
    due = deadline(policy, target_of(policy, lead_promise), start)
    return replace(lead_promise, deadline=max(due, lead_promise.deadline))


def first_response_clock(
    policy: Policy,
    lead_promise: Promise,
    *,
    hops: int,
    owned_at: datetime,
    due_at: datetime | None = None,
    start: datetime | None = None,
) -> SlaTimer:
    """Return the first-response timer of an owner.

    The first owner runs against the promise itself. A later owner (`hops` > 0) gets the shorter window of the policy's
    reassignment rule, passed as `start` and `due_at`; the promise does not change. No owner loses a lead before the
    grace has passed in their own hands: it counts from the deadline, or from `owned_at` if that is later.
    """
    target = target_of(policy, lead_promise)
    begin, due = start or lead_promise.starts_at, due_at or lead_promise.deadline
    steps = [
        *_warnings(policy, target, begin, due),
        TimerStep(kind=StepKind.BREACH, at=due),
        *_escalations(policy, target, due),
    ]
    if target.reassign and hops <= target.reassign.at_most:
        moves_at = policy.calendars[target.calendar].add(max(due, owned_at), target.reassign.after)
        steps.append(TimerStep(kind=StepKind.REASSIGN, at=moves_at))
    else:
        steps.append(TimerStep(kind=StepKind.REMIND, at=_reminder(policy, target, due)))
    if policy.ask_lead_after is not None:
        asked_at = policy.calendars[target.calendar].add(lead_promise.deadline, policy.ask_lead_after)
        steps.append(TimerStep(kind=StepKind.ASK, at=max(asked_at, owned_at)))
    return _clock(policy, FIRST_RESPONSE, begin, due, steps)


def reassigned_due(policy: Policy, lead_promise: Promise, now: datetime) -> datetime:
    """Return a new owner's deadline.

    It is the reassignment window from `now`, else the whole target.
    """
    target = target_of(policy, lead_promise)
    if target.reassign is None:
        return deadline(policy, target, now)
    return policy.calendars[target.calendar].add(now, target.reassign.within)


def due_after(policy: Policy, lead: Lead, rule: OutcomeRule, now: datetime) -> datetime:
    """Return when an outcome's next action is due.

    That is after its pause, and never while the team is closed. An outcome that hands the lead over has no pause of its
    own: an owner who keeps it gets the team's target.
    """
    if rule.after is None:
        return deadline(policy, target_of(policy, lead.team_promise), now)
    working = policy.calendars[next_action_target(policy, lead.team_promise.calendar).calendar]
    counted = policy.calendars[rule.counted_in] if rule.counted_in else working
    return working.next_open(counted.add(now, rule.after))


def next_action_clock(policy: Policy, due_at: datetime, now: datetime, calendar: str | None = None) -> SlaTimer:
    """Return the timer of an open lead's next action.

    It reminds when the action is due, then escalates, then keeps reminding. `calendar` is that of the lead's team, when
    it was handed over to one.
    """
    target = next_action_target(policy, calendar)
    steps = [TimerStep(kind=StepKind.BREACH, at=due_at), *_escalations(policy, target, due_at)]
    steps.append(TimerStep(kind=StepKind.REMIND, at=_reminder(policy, target, steps[-1].at)))
    return _clock(policy, NEXT_ACTION, now, due_at, steps)


def task_due(policy: Policy, calendar: str | None, now: datetime) -> datetime:
    """Return the deadline of a task raised at `now`.

    It is by the next-action target. A target without a time of its own gives as long as it waits with its first
    escalation, or with its reminders. `calendar` is that of the lead's team, when it was handed over to one.
    """
    target = next_action_target(policy, calendar)
    if target.within or target.by:
        return deadline(policy, target, now)
    pauses = (level.after for level in target.escalate if level.after)
    return policy.calendars[target.calendar].add(now, min(pauses, default=target.remind_every))


def next_reminder(policy: Policy, lead_promise: Promise, clock: SlaTimer, now: datetime) -> TimerStep:
    """Return the reminder after the latest one.

    An open lead is never left in silence.
    """
    is_first = clock.target != NEXT_ACTION
    target = target_of(policy, lead_promise) if is_first else next_action_target(policy, lead_promise.calendar)
    return TimerStep(kind=StepKind.REMIND, at=_reminder(policy, target, now))


def target_of(policy: Policy, lead_promise: Promise) -> Target:
    """Return the target of a promise.

    When the policy no longer has it, the first tier's stands in.
    """
    fallback = policy.targets[policy.tiers[0].target]
    return _counted_in(policy, policy.targets.get(lead_promise.target, fallback), lead_promise.calendar)


def next_action_target(policy: Policy, calendar: str | None) -> Target:
    """Return the target of next actions.

    It counts in the calendar of the lead's team when it was handed over to one.
    """
    return _counted_in(policy, policy.targets[NEXT_ACTION], calendar)


def team_promise(
    policy: Policy, own: Promise, pool: Pool, owner: str, now: datetime, start: datetime | None = None
) -> Promise:
    """Return a pool's promise for a lead taken over (R4).

    It is taken over at `now`. It is the pool's own target; without one the lead's own (`own`), counted in the calendar
    of the new owner's team. Its time counts from `start`, the owner's next shift, else from `now`.
    """
    target = policy.targets[pool.target] if pool.target else target_of(policy, own)
    if not pool.target and owner in policy.people:
        target = _counted_in(policy, target, policy.teams[policy.people[owner].team].calendar)
    return Promise(
        tier=own.tier,
        target=target.id,
        policy_version=policy.version,
        starts_at=now,
        deadline=deadline(policy, target, start or now),
        calendar=target.calendar,
    )


def _counted_in(policy: Policy, target: Target, name: str | None) -> Target:
    """Return a target in another calendar.

    A target by the close keeps its own when the other never closes.
    """
    calendar = policy.calendars.get(name or "")
    if calendar is None or (calendar.always and target.by == CLOSE):
        return target
    return replace(target, calendar=calendar.id)


def _warnings(policy: Policy, target: Target, start: datetime, due: datetime) -> list[TimerStep]:
    calendar = policy.calendars[target.calendar]
    window = calendar.between(start, due)
    steps = (
        TimerStep(kind=StepKind.WARN, at=calendar.add(start, window * share), level=level)
        for level, share in enumerate(target.warn_at, start=1)
    )
    return [step for step in steps if step.at <= due]  # `by` may fall before opening time: no warning then


def _escalations(policy: Policy, target: Target, due: datetime) -> list[TimerStep]:
    calendar = policy.calendars[target.calendar]
    return [
        TimerStep(kind=StepKind.ESCALATE, at=calendar.add(due, rung.after), level=level, notify=rung.notify)
        for level, rung in enumerate(target.escalate, start=1)
    ]


def _reminder(policy: Policy, target: Target, after: datetime) -> datetime:
    return policy.calendars[target.calendar].add(after, target.remind_every)


def _clock(policy: Policy, target: str, start: datetime, due: datetime, steps: list[TimerStep]) -> SlaTimer:
    ordered = tuple(sorted(steps, key=lambda s: s.at))  # stable: equal times keep warn, miss, escalate, move
    return SlaTimer(target=target, started_at=start, deadline=due, policy_version=policy.version, steps=ordered)
