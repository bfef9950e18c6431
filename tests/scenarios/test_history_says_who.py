"""The history names actors, times and policies (D4, E5, I1).

Only people make contact.
"""

from datetime import timedelta

import pytest

from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.stage import Stage
from tests.scenarios.world import MONDAY_NINE, World


@pytest.mark.proves("D4")
def test_each_event_has_its_actor_and_time() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=2)
    world.press(lead_id, "interested")
    owner = world.lead(lead_id).owner_id
    assert owner in world.policy.people
    events = [e for e in world.table.history(lead_id) if not e.kind.startswith("message_")]
    assert [(event.kind, event.actor, event.at - MONDAY_NINE) for event in events] == [
        (EventKind.LEAD_RECEIVED, "lead", timedelta()),
        (EventKind.LEAD_ASSIGNED, "system:route", timedelta()),
        (EventKind.OUTCOME_RECORDED, f"person:{owner}", timedelta(minutes=2)),
    ]


@pytest.mark.proves("D4")
def test_receipt_names_the_policy_that_chose() -> None:
    world = World()
    lead_id = world.receive()
    [assigned] = world.events(lead_id, EventKind.LEAD_ASSIGNED)
    assert assigned.data["receipt"]["policy_version"] == world.policy.version
    assert world.policy.version


@pytest.mark.proves("D4")
@pytest.mark.parametrize(
    ("is_away", "minutes", "reason"), [(False, 10, "rotation"), (True, 5, "owner_away")], ids=["missed", "on leave"]
)
def test_first_assignment_outlives_a_move_whose_event_says_who_when_and_why(
    is_away: bool, minutes: int, reason: str
) -> None:
    world = World()
    lead_id = world.receive()
    first = world.lead(lead_id)
    if is_away:
        world.table.set_away("ana", MONDAY_NINE + timedelta(days=1))
    world.advance(minutes=minutes)
    moved = world.lead(lead_id)
    assert (first.owner_id, moved.owner_id) == ("ana", "ben")
    assert (moved.first_owner_id, moved.first_assigned_at) == (first.owner_id, first.first_assigned_at)
    [event] = world.events(lead_id, EventKind.LEAD_REASSIGNED)
    assert (event.actor, event.at - MONDAY_NINE) == ("system:sla", timedelta(minutes=minutes))
    assert (event.data["previous"], event.data["owner"], event.data["reason"]) == ("ana", "ben", reason)
    assert event.data["receipt"]["policy_version"] == world.policy.version


@pytest.mark.proves("E5")
def test_no_automatic_message_is_a_contact() -> None:
    world = World()
    lead_id = world.receive()
    assert world.mailer.sent
    lead = world.lead(lead_id)
    assert (lead.first_contact_at, lead.first_contact_by, lead.stage) == (None, None, Stage.NEW)
    world.advance(minutes=6)
    assert EventKind.DEADLINE_MISSED in world.kinds(lead_id)
    assert world.lead(lead_id).first_contact_at is None
    changed = {name for event in world.table.history(lead_id) for name in event.changes}
    assert "owner_id" in changed
    assert "first_contact_at" not in changed


@pytest.mark.proves("I1")
@pytest.mark.parametrize("outcome", ["Interested", "stage:qualified", "", "won ", "lead_assigned", "WON"])
def test_invalid_outcome_is_refused_and_changes_nothing(outcome: str) -> None:
    world = World()
    lead_id = world.receive()
    lead_before, history = world.lead(lead_id), world.table.history(lead_id)
    with pytest.raises(InvalidInquiry):
        world.press(lead_id, outcome)
    assert (world.lead(lead_id), world.table.history(lead_id)) == (lead_before, history)


@pytest.mark.proves("I1")
def test_each_change_of_stage_has_actor_and_time() -> None:
    world = World()
    lead_id = world.receive()
    steps = [("connected", Stage.CONTACTED), ("interested", Stage.QUALIFIED), ("won", Stage.WON)]
    for outcome, stage in steps:
        world.advance(minutes=1)
        world.press(lead_id, outcome)
        assert world.lead(lead_id).stage is stage
    changes: list[Event] = [event for event in world.table.history(lead_id) if "stage" in event.changes]
    owner = world.lead(lead_id).owner_id
    assert [(event.changes["stage"][1], event.actor, event.at) for event in changes][-3:] == [
        (stage.value, f"person:{owner}", MONDAY_NINE + timedelta(minutes=minute))
        for minute, (_, stage) in enumerate(steps, 1)
    ]
