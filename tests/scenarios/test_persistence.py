"""Attempts before a lead is given up (G6).

It is given up neither too early nor never.
"""

import re

import pytest

from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stage import Stage
from tests.scenarios.sequences import AGREED, ended, planned_world, until
from tests.scenarios.world import World


def with_attempts(world: World, lead_id: str, times: int) -> Lead:
    """Return the lead after unanswered calls."""
    for _ in range(times):
        world.advance(minutes=1)
        world.press(lead_id, "no_answer")
    return world.lead(lead_id)


@pytest.mark.proves("G6")
@pytest.mark.parametrize("attempts", [0, 1, 4])
def test_a_lead_is_not_given_up_before_five_attempts(attempts: int) -> None:
    world = planned_world()
    lead_id = world.receive()
    for _ in range(attempts):
        world.press(lead_id, "no_answer")
    with pytest.raises(InvalidInquiry, match=f"only {attempts} unanswered attempts") as caught:
        world.press(lead_id, "no_response")
    assert [p.field for p in caught.value.problems] == ["outcome"]
    assert world.lead(lead_id).is_open


def test_after_five_unanswered_attempts_a_lead_may_be_given_up() -> None:
    world = planned_world()
    lead_id = world.receive()
    with_attempts(world, lead_id, 5)
    assert world.press(lead_id, "no_response").lead.stage is Stage.LOST
    assert "override" not in world.events(lead_id, Kind.OUTCOME_RECORDED)[-1].data


def test_attempts_restart_after_an_answer() -> None:
    world = planned_world()
    lead_id = world.receive()
    with_attempts(world, lead_id, 4)
    world.press(lead_id, "connected")
    with_attempts(world, lead_id, 4)
    with pytest.raises(InvalidInquiry, match="only 4"):
        world.press(lead_id, "no_response")
    assert world.lead(lead_id).attempts == 9


def test_messages_are_not_attempts() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 7)
    assert (world.lead(lead_id).attempts, world.lead(lead_id).unanswered) == (0, 0)
    assert world.lead(lead_id).first_contact_at is None


@pytest.mark.proves("G6")
def test_a_manager_may_give_a_lead_up_earlier_and_the_history_says_so() -> None:
    world = planned_world()
    lead_id = world.receive()
    token = re.sub(r".*/o/", "", world.links.outcome(world.lead(lead_id), "mia", world.now))
    form = OutcomeForm(outcome="no_response", submission=world.lead(lead_id).version)
    assert world.press_form(token, form).lead.stage is Stage.LOST
    recorded = world.events(lead_id, Kind.OUTCOME_RECORDED)[-1]
    assert (recorded.actor, recorded.data["override"]) == ("person:mia", True)


@pytest.mark.proves("G6")
def test_at_the_maximum_of_attempts_the_lead_is_retired_by_the_policys_outcome() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    lead = with_attempts(world, lead_id, 7)
    assert lead.is_open
    lead = with_attempts(world, lead_id, 1)
    assert (lead.stage, lead.next_action, lead.clocks, lead.enrolment) == (Stage.LOST, None, (), None)
    assert lead.lost_reason == "No answer to 8 attempts"
    [retired] = world.events(lead_id, Kind.LEAD_RETIRED)
    assert (retired.data["attempts"], retired.data["outcome"]) == (8, "no_response")
    assert ended(world, lead_id) == ["retired"]
    world.undo(lead_id)
    assert world.lead(lead_id).is_open
    assert world.lead(lead_id).unanswered == 7


def test_a_lead_in_no_sequence_is_never_retired() -> None:
    world = World()
    lead_id = world.receive()
    assert with_attempts(world, lead_id, 15).is_open
