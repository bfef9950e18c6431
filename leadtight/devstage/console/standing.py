"""How a lead stands against its promise, and what happens to it next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadtight.devstage.console.times import span
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.sla import ARRIVAL, FIRST_RESPONSE, STAGE, UNTOUCHED, SlaTimer, StepKind, TimerStep
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import MANAGER

CLOCK_NAMES = {
    FIRST_RESPONSE: "First answer",
    ARRIVAL: "First answer, as promised on arrival",
    STAGE: "Time in this stage",
    UNTOUCHED: "Time without a touch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseStatus:
    """The first-response promise now: `kind` is running, kept, late, overdue or excluded."""

    kind: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingStep:
    """Something that will happen unless somebody answers first."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTimer:
    """A running clock: what it is for, when it ends and what it will do."""

    name: str
    deadline: datetime
    is_over: bool
    steps: tuple[UpcomingStep, ...]


def standing(lead: Lead, now: datetime) -> PromiseStatus:
    """Return how the promise stands: computed from times, whichever handler ran when."""
    if lead.excluded:
        return PromiseStatus(kind="excluded", what="Not counted", detail=lead.excluded.reason)
    answered, deadline = lead.answered_at, lead.promise.deadline
    if answered is None and now <= deadline:
        return PromiseStatus(kind="running", what="Clock running", detail=f"{span(deadline - now)} left")
    if answered is None:
        return PromiseStatus(kind="overdue", what="Overdue", detail=f"by {span(now - deadline)}")
    if answered <= deadline:
        return PromiseStatus(kind="kept", what="Answered in time", detail=f"after {span(answered - lead.received_at)}")
    return PromiseStatus(kind="late", what="Answered late", detail=f"{span(answered - deadline)} after the deadline")


def coming(policy: Policy, lead: Lead) -> UpcomingStep | None:
    """Return what the system does next with a lead."""
    steps = (_coming(policy, lead, clock, step) for clock in lead.clocks for step in clock.steps)
    return min(steps, key=lambda step: step.at, default=None)


def ticking(policy: Policy, lead: Lead, now: datetime) -> tuple[RunningTimer, ...]:
    """Return a lead's running clocks."""
    return tuple(
        RunningTimer(
            name=CLOCK_NAMES.get(clock.target, "Next step"),
            deadline=clock.deadline,
            is_over=now > clock.deadline,
            steps=tuple(_coming(policy, lead, clock, step) for step in clock.steps),
        )
        for clock in lead.clocks
    )


def _coming(policy: Policy, lead: Lead, clock: SlaTimer, step: TimerStep) -> UpcomingStep:
    return UpcomingStep(what=_words(policy, lead, clock, step), at=step.at)


def _words(policy: Policy, lead: Lead, clock: SlaTimer, step: TimerStep) -> str:
    owner = policy.person_name(lead.owner_id)
    match step.kind:
        case StepKind.BREACH:
            return "The deadline is missed" if clock.target in (FIRST_RESPONSE, ARRIVAL) else "The next step is overdue"
        case StepKind.ESCALATE:
            to = policy.manager_of(lead.owner_id) if step.notify in (MANAGER, None) else step.notify
            return f"{policy.person_name(to)} is told"
        case StepKind.GIVE_BACK:
            return f"It goes back to {policy.person_name(step.notify)}"
        case _:
            return _PLAIN[step.kind].format(owner=owner)


_PLAIN = {
    StepKind.WARN: "{owner} is warned",
    StepKind.REASSIGN: "It moves to somebody else",
    StepKind.ASK: "the lead is asked whether anybody has been in touch",
    StepKind.REMIND: "{owner} is reminded",
    StepKind.STALL: "{owner} gets the task to move it on",
    StepKind.EXPIRE: "Somebody else gets it, unless {owner} touches it before",
}
