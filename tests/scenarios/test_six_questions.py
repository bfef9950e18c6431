"""The six questions of the weekly review (N1).

Each lists the very leads that it asks about.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.reports import reports
from tests.scenarios.world import WARM, World

pytestmark = pytest.mark.slow

NAMES = ("not_contacted", "no_owner", "proposals_without_next_step", "untouched", "should_close", "due_this_week")


def asked(world: World) -> Mapping[str, list[str]]:
    """List the ids that each question finds a minute later."""
    world.advance(minutes=1)
    service = reports(world)
    service.nightly(world.now.date(), world.now)
    review: dict[str, Any] = service.weekly(world.now.date(), world.now)
    return {name: [row["lead_id"] for row in review["questions"][name]["leads"]] for name in NAMES}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.proves("N1")
def test_lead_nobody_reached(world: World) -> None:
    silent, reached = world.receive(message=WARM), world.receive(message=WARM)
    world.press(reached, "connected")
    world.advance(hours=2)
    assert asked(world)["not_contacted"] == [silent]


@pytest.mark.proves("N1")
def test_lead_without_an_owner() -> None:
    world = World(stream_down=True, sweeping=False)
    ownerless = world.receive(message=WARM)
    world.stream_down = False
    owned = world.receive(message=WARM)
    assert world.lead(owned).owner_id
    assert asked(world)["no_owner"] == [ownerless]


@pytest.mark.proves("N1")
def test_proposal_with_nothing_after_it(world: World) -> None:
    lapsed, planned, earlier = (world.receive(message=WARM) for _ in range(3))
    world.press(lapsed, "proposal_sent")
    world.press(earlier, "connected")
    world.advance(days=1)
    world.press(planned, "proposal_sent")
    world.advance(days=1, hours=2)
    assert asked(world)["proposals_without_next_step"] == [lapsed]


@pytest.mark.proves("N1")
def test_lead_untouched_for_a_week(world: World) -> None:
    idle, touched = world.receive(message=WARM), world.receive(message=WARM)
    for lead_id in (idle, touched):
        world.press(lead_id, "not_interested")
    world.advance(days=6)
    assert asked(world)["untouched"] == []
    world.press(touched, "not_interested")
    world.advance(days=1)
    assert asked(world)["untouched"] == [idle]


@pytest.mark.proves("N1")
def test_lead_that_should_be_closed(world: World) -> None:
    tried, reached = world.receive(message=WARM), world.receive(message=WARM)
    world.press(reached, "connected")
    for attempts in range(6):
        assert (world.lead(tried).attempts, asked(world)["should_close"]) == (attempts, [])
        world.press(tried, "no_answer")
        world.advance(hours=1)
    assert asked(world)["should_close"] == [tried]


@pytest.mark.proves("N1")
def test_follow_up_due_by_the_end_of_the_week(world: World) -> None:
    this_week, later = world.receive(message=WARM), world.receive(message=WARM)
    world.press(this_week, "connected")
    world.press(later, "not_interested")
    assert asked(world)["due_this_week"] == [this_week]


def test_every_list_is_empty_without_leads(world: World) -> None:
    assert asked(world) == {name: [] for name in NAMES}


def test_limit_of_untouched_is_the_policys(world: World) -> None:
    days = timedelta(days=2)
    world.govern(replace(world.policy, untouched_after=days))
    idle = world.receive(message=WARM)
    world.press(idle, "not_interested")
    world.advance(days=2, minutes=-1)
    assert asked(world)["untouched"] == []
    world.receive(message=WARM)  # a report of a running day stands at the latest event
    assert asked(world)["untouched"] == [idle]
