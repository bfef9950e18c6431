"""A plan of three weeks over three channels, for scenarios."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadtight.domain.model.enrolment import OutcomeMeaning, StepAction
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.outcomes import OutcomeRule
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import Sequence, SequenceStep
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, World

EMAIL, SMS, TASK = StepAction.EMAIL, StepAction.SMS, StepAction.TASK
DAY = timedelta(days=1)
AGREED: dict[str, Any] = {
    "consent": {"sms": True, "marketing": ["email", "sms"], "text": "yes"},
    "phone": "+49 30 901820",
}


def step(id_: str, days: float, action: StepAction, task: str) -> SequenceStep:
    return SequenceStep(id=id_, after=timedelta(days=days), action=action, what=task)


PLAN = Sequence(
    id="plan",
    calendar="office",
    steps=(
        step("hello", 2, EMAIL, "nurture_1"),
        step("call", 7, TASK, "Call {name}"),
        step("text", 9, SMS, "follow_up"),
        step("write", 14, EMAIL, "nurture_2"),
        step("last", 21, TASK, "Call {name} a last time"),
    ),
    retire="no_response",
)
PLANNED = {"hello": 2, "call": 7, "text": 9, "write": 14, "last": 21}
"""The days after Monday nine on which each step is due: all of them working days."""


def planned_policy(plan: Sequence = PLAN) -> Policy:
    """Return the shipped policy with the plan for hot leads.

    No answer is owed to them for long.
    """
    shipped = policies.shipped()
    calm = replace(shipped.targets["hot"], within=timedelta(hours=400), warn_at=())
    hot = replace(shipped.tiers[0], sequence="plan", counts_to_cap=False)
    wrong = OutcomeRule(
        id="wrong_person", label="Wrong", contact=False, stage=Stage.LOST, means=OutcomeMeaning.DISQUALIFIED
    )
    return replace(
        shipped,
        tiers=(hot, *shipped.tiers[1:]),
        targets={**shipped.targets, "hot": calm},
        sequences={**shipped.sequences, "plan": plan},
        stages={},
        outcomes={**shipped.outcomes, "wrong_person": wrong},
        untouched_after=timedelta(days=300),
    )


def planned_world(plan: Sequence = PLAN, now: datetime = MONDAY_NINE) -> World:
    return World(policy=planned_policy(plan), now=now)


def steps(world: World, lead_id: str) -> dict[str, timedelta]:
    """Return when each step ran, since Monday nine.

    A step that ran twice is an error.
    """
    taken = world.events(lead_id, Kind.STEP_TAKEN)
    assert len({(e.data["sequence"], e.data["step"]) for e in taken}) == len(taken)
    return {str(e.data["step"]): e.at - MONDAY_NINE for e in taken}


def ended(world: World, lead_id: str) -> list[str]:
    """Return why the lead's sequences ended."""
    return [str(e.data["reason"]) for e in world.events(lead_id, Kind.SEQUENCE_ENDED)]


def until(world: World, days: float) -> None:
    """Let time pass until days after Monday nine."""
    world.advance(seconds=(MONDAY_NINE + days * DAY - world.now).total_seconds())


def lived_through(world: World, lead_id: str) -> None:
    """Run the whole plan with unanswered calls."""
    for day in (7, 21):
        until(world, day)
        world.press(lead_id, "no_answer")
    until(world, 30)
