"""A lead's promise status and next automatic steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadtight.devstage.console.times import span
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import (
    ARRIVAL,
    EXPIRY,
    FIRST_RESPONSE,
    STAGE,
    UNTOUCHED,
    SlaTimer,
    StepKind,
    TimerStep,
)
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER

TIMER_NAMES = {
    FIRST_RESPONSE: "First answer",
    ARRIVAL: "First answer, as promised on arrival",
    STAGE: "Time in this stage",
    UNTOUCHED: "Time without a touch",
    EXPIRY: "Time with this owner",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseStatus:
    """The status of the first-response promise.

    `kind` is running, kept, late, overdue or excluded.
    """

    kind: str
    label: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingStep:
    """A step that happens unless the lead is answered first."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTimer:
    """A running timer with purpose, deadline and steps."""

    name: str
    deadline: datetime
    is_over: bool
    steps: tuple[UpcomingStep, ...]


def promise_status(lead: Lead, now: datetime) -> PromiseStatus:
    """Return the promise status, computed from times alone."""
    if lead.excluded:
        return PromiseStatus(kind="excluded", label="Not counted", detail=lead.excluded.reason)
    answered, deadline = lead.answered_at, lead.promise.deadline
    if answered is None and now <= deadline:
        return PromiseStatus(kind="running", label="Clock running", detail=f"{span(deadline - now)} left")
    if answered is None:
        return PromiseStatus(kind="overdue", label="Overdue", detail=f"by {span(now - deadline)}")
    if answered <= deadline:
        return PromiseStatus(kind="kept", label="Answered in time", detail=f"after {span(answered - lead.received_at)}")
    return PromiseStatus(kind="late", label="Answered late", detail=f"{span(answered - deadline)} after the deadline")


def next_step(policy: Policy, lead: Lead) -> UpcomingStep | None:
    """Return the next automatic step for a lead."""
    steps = (_upcoming(policy, lead, clock, step) for clock in lead.clocks for step in clock.steps)
    return min(steps, key=lambda step: step.at, default=None)


def running_timers(policy: Policy, lead: Lead, now: datetime) -> tuple[RunningTimer, ...]:
    """Return a lead's running timers."""
    return tuple(
        RunningTimer(
            name=TIMER_NAMES.get(clock.target, "Next step"),
            deadline=clock.deadline,
            is_over=now > clock.deadline,
            steps=tuple(_upcoming(policy, lead, clock, step) for step in clock.steps),
        )
        for clock in lead.clocks
    )


def _upcoming(policy: Policy, lead: Lead, clock: SlaTimer, step: TimerStep) -> UpcomingStep:
    return UpcomingStep(text=_describe(policy, lead, clock, step), at=step.at)


def _describe(policy: Policy, lead: Lead, clock: SlaTimer, step: TimerStep) -> str:
    owner = policy.person_name(lead.owner_id)
    match step.kind:
        case StepKind.BREACH:
            return "The deadline is missed" if clock.target in (FIRST_RESPONSE, ARRIVAL) else "The next step is overdue"
        case StepKind.ESCALATE:
            to = policy.manager_of(lead.owner_id) if step.notify in (MANAGER, None) else step.notify
            return f"{policy.person_name(to)} is notified"
        case StepKind.GIVE_BACK:
            return f"It goes back to {policy.person_name(step.notify)}"
        case _:
            return _PLAIN[step.kind].format(owner=owner)


_PLAIN = {
    StepKind.WARN: "{owner} is warned",
    StepKind.REASSIGN: "It is reassigned",
    StepKind.ASK: "The lead is asked whether they have been contacted",
    StepKind.REMIND: "{owner} is reminded",
    StepKind.STALL: "{owner} gets a task to move it forward",
    StepKind.EXPIRE: "It is reassigned unless {owner} acts on it first",
}
