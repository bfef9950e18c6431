"""Watching the first promise after a move (F9, R4).

The new owner has a deadline of their own. A breach of the first one is reported at its time all the same, by a timer
beside theirs: to the managers of the present and of the first owner.
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
from leadtight.domain.roster.stand_ins import notification_recipient

ACTOR = "system:sla"


def first_promise_clock(policy: Policy, lead: Lead, new_deadline: datetime, now: datetime) -> tuple[SlaTimer, ...]:
    """Return the timer that reports a breach after a move.

    None when nothing is left to report. `lead` has the timers from before the move at `now`. A new owner whose own
    deadline is not later reports by that one.
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
        return _breach_clock(running)
    if promise.deadline > now and lead.escalated_at is None:  # a timer that is ahead may have reported it already
        return _breach_clock(first_response_clock(policy, promise, hops=0, owned_at=promise.starts_at))
    return None


def _breach_clock(clock: SlaTimer) -> SlaTimer | None:
    """Return a timer of another's breach and first escalation.

    None when both have happened.
    """
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


def record_breach(builder: ChangeBuilder, policy: Policy, clock: SlaTimer) -> None:
    """Record that the first promise broke.

    Its owner, who had the lead only for a while, is notified where no manager is.
    """
    owner = str(builder.lead.owner_id)
    builder.event(
        EventKind.DEADLINE_MISSED, ACTOR, target=FIRST_RESPONSE, deadline=clock.deadline, owner=owner, clock=ARRIVAL
    )
    if not any(step.kind is StepKind.ESCALATE for step in clock.steps):
        builder.message_person(policy, Template.DEADLINE_MISSED, owner, due_at=clock.deadline, target=FIRST_RESPONSE)


def escalate(
    builder: ChangeBuilder, policy: Policy, clock: SlaTimer, step: TimerStep, roster: Roster, now: datetime
) -> None:
    """Alert the people that the step names, or their stand-ins.

    Each is alerted once.
    """
    owner = str(builder.lead.owner_id)
    recipients = [
        (notification_recipient(policy, person, roster, now), person) for person in _named(policy, builder.lead, step)
    ]
    builder.set(escalated_at=now)
    for to, person in dict(recipients).items():
        instead = {"stands_in_for": person} if to != person else {}
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
    """Return the people that the step names.

    Managers are those of the present and of the first owner.
    """
    if step.notify != MANAGER:
        return (step.notify or policy.routing.catch_all,)
    return tuple(dict.fromkeys((policy.manager_of(lead.owner_id), policy.manager_of(lead.first_owner_id))))
