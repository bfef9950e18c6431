"""Next actions: their texts, and when the owner is needed."""

from datetime import datetime

from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel


def first_action(lead: Lead) -> str:
    """Return the next action while the first answer is owed."""
    if Channel.EMAIL in lead.unreachable:
        return action_after_bounce(lead)
    if not lead.inquiry.is_reachable:
        return f"Find a way to reach {lead.inquiry.display_name}, or close the lead"
    verb = "Call" if lead.inquiry.phone else "Write to"
    return f"{verb} {lead.inquiry.display_name}"


def action_after_bounce(lead: Lead) -> str:
    """Return the next action for a lead whose mail bounces."""
    name = lead.inquiry.display_name
    if lead.inquiry.phone:
        return f"Mail bounces: phone {name}"
    return f"Mail bounces: find another way to reach {name}"


def owner_needed_at(lead: Lead) -> datetime | None:
    """Return when the lead next needs its owner.

    Messages of its sequence do not; tasks and calls do.
    """
    due = [step.at for clock in lead.clocks for step in clock.steps[:1]]
    enrolment = lead.enrolment
    planned = (*((enrolment.calling,) if enrolment.calling else ()), *enrolment.steps) if enrolment else ()
    tasks = [step.at for step in planned if step.action in (StepAction.TASK, StepAction.VOICE)]
    return min([*due, *tasks[:1]], default=None)
