"""Reopening of closed leads, and their new deadline."""

from datetime import datetime

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import AnswersToLost
from leadtight.domain.promises.deadlines import next_action_clock


def is_reopened_by_answers(policy: Policy, lead: Lead, now: datetime) -> bool:
    """Return whether an answer reopens a closed lead.

    Otherwise it makes a new one. Won leads stay won, and a lead that had not been reached keeps the promise that its
    closing ended.
    """
    if policy.identity.answers_to_lost is not AnswersToLost.REOPEN or lead.excluded:
        return False
    is_lost = lead.stage is Stage.LOST and lead.first_contact_at is not None
    return is_lost and now - lead.last_inquiry < policy.identity.merge_within


def reopen(builder: ChangeBuilder, policy: Policy, action: str, due_at: datetime, now: datetime) -> None:
    """Reopen the builder's lead with one next action.

    An open one keeps its stage.
    """
    lead = builder.lead
    clock = next_action_clock(policy, due_at, now, lead.team_promise.calendar)
    builder.set(
        stage=lead.stage if lead.is_open else Stage.FOLLOW_UP_NEEDED,
        closed_at=None,
        lost_reason="",
        next_action=NextAction(what=action, due_at=due_at),
    )
    builder.start(clock)
