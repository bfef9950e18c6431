"""The first promise of a lead is watched on when the lead moves before it is kept (F9, R4).

The new owner has a deadline of their own. That the first one breaks is told at its time all the same, by a
clock beside theirs: to the managers of who has the lead then and of who had it first.
"""

from datetime import datetime

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.capacity import Roster
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE, SlaTimer, StepKind, TimerStep
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER
from leadtight.domain.promises.deadlines import first_response_clock
from leadtight.domain.roster.stand_ins import hears_for

ACTOR = "system:sla"


def watched_on(policy: Policy, lead: Lead, new_deadline: datetime, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the clock that tells of a broken promise when `lead` moves at `now`; none when nothing is left to tell.

    `lead` has the clocks from before the move. A new owner whose own deadline is not later tells by that one.
    """
    clock = _owed(policy, lead, now)
    return (clock,) if clock and clock.deadline < new_deadline else ()


def _owed(policy: Policy, lead: Lead, now: datetime) -> SlaTimer | None:
    if lead.answered_at or lead.excluded:
        return None
    promise, running = lead.promise, lead.clock(FIRST_RESPONSE)
    if clock := lead.clock(ARRIVAL):
        return clock
    if running and (running.deadline == promise.deadline or running.deadline <= now):
        return _of(running)
    if promise.deadline > now and lead.escalated_at is None:  # by a clock that is ahead it may have been told already
        return _of(first_response_clock(policy, promise, hops=0, owned_at=promise.starts_at))
    return None


def _of(clock: SlaTimer) -> SlaTimer | None:
    """Return the clock that tells what is left to tell of another: that it was missed, and the first escalation."""
    steps = tuple(step for step in clock.steps if step.kind is StepKind.BREACH or step.is_first_escalation)
    if not steps:
        return None
    return SlaTimer(
        target=ARRIVAL,
        started_at=clock.started_at,
        deadline=clock.deadline,
        policy_version=clock.policy_version,
        steps=steps,
    )


def miss(builder: ChangeBuilder, policy: Policy, clock: SlaTimer) -> None:
    """Note that the first promise broke; its owner, who had it for a while only, is told where no manager is."""
    owner = str(builder.lead.owner_id)
    builder.event(
        EventKind.DEADLINE_MISSED, ACTOR, target=FIRST_RESPONSE, deadline=clock.deadline, owner=owner, clock=ARRIVAL
    )
    if not any(step.kind is StepKind.ESCALATE for step in clock.steps):
        builder.message_person(policy, Template.DEADLINE_MISSED, owner, due_at=clock.deadline, target=FIRST_RESPONSE)


def escalate(
    builder: ChangeBuilder, policy: Policy, clock: SlaTimer, step: TimerStep, roster: Roster, now: datetime
) -> None:
    """Tell the people that the step names, each once, or who stands in for them."""
    owner = str(builder.lead.owner_id)
    heard = [(hears_for(policy, named, roster, now), named) for named in _named(policy, builder.lead, step)]
    builder.set(escalated_at=now)
    for to, named in dict(heard).items():
        instead = {"stands_in_for": named} if to != named else {}
        builder.event(
            EventKind.LEAD_ESCALATED,
            ACTOR,
            target=FIRST_RESPONSE,
            level=step.level,
            to=to,
            owner=owner,
            deadline=clock.deadline,
            **instead,
        )
        builder.message_person(
            policy,
            Template.ESCALATE,
            to,
            due_at=clock.deadline,
            level=step.level,
            owner=owner,
            target=FIRST_RESPONSE,
            **instead,
        )


def _named(policy: Policy, lead: Lead, step: TimerStep) -> tuple[str, ...]:
    """Return the people that the step names: managers are those of who has the lead now, and of who had it first."""
    if step.notify != MANAGER:
        return (step.notify or policy.routing.catch_all,)
    return tuple(dict.fromkeys((policy.manager_of(lead.owner_id), policy.manager_of(lead.first_owner_id))))
