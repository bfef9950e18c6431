"""Due time of the next step after an outcome.

By the policy's pause, or at the time that was agreed.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.event import EventKind as Kind
from tests.scenarios.world import MONDAY_NINE, World

BERLIN = ZoneInfo("Europe/Berlin")


def due(world: World, lead_id: str) -> datetime:
    action = world.lead(lead_id).next_action
    assert action is not None
    return action.due_at


@pytest.mark.proves("F3", "I4")
def test_a_proposal_is_followed_up_within_48_hours() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "proposal_sent")
    assert due(world, lead_id) == MONDAY_NINE + timedelta(hours=48)
    world.advance(hours=49)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


@pytest.mark.proves("F3")
def test_a_follow_up_on_a_weekend_is_due_when_work_begins() -> None:
    world = World()
    world.advance(days=4, hours=1)
    lead_id = world.receive()
    world.press(lead_id, "proposal_sent")
    assert due(world, lead_id) == MONDAY_NINE + timedelta(days=7)


@pytest.mark.proves("F3", "I4")
def test_an_agreed_time_overrides_the_policys_own() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "proposal_sent", follow_up="2026-12-07T15:30")
    agreed = datetime(2026, 12, 7, 15, 30, tzinfo=BERLIN)
    assert due(world, lead_id) == agreed
    world.advance(days=14)
    assert Kind.DEADLINE_MISSED not in world.kinds(lead_id)
    world.advance(hours=7)
    missed = world.events(lead_id, Kind.DEADLINE_MISSED)
    assert [event.at for event in missed] == [agreed]


@pytest.mark.parametrize("follow_up", ["2020-01-01T10:00", "2099-01-01T10:00", "next week", "2026-13-40T10:00"])
def test_an_impossible_agreed_time_is_refused_by_field(follow_up: str) -> None:
    world = World()
    lead_id = world.receive()
    with pytest.raises(InvalidInquiry) as refused:
        world.press(lead_id, "connected", follow_up=follow_up)
    assert [problem.field for problem in refused.value.problems] == ["follow_up"]
    assert world.lead(lead_id).last_outcome is None
