"""Each level of escalation alerts its person once.

They come in order, at their minute.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import EscalationLevel
from leadtight.policy import loader as policies
from tests.scenarios.world import HOT, MONDAY_NINE, World

LEVELS = ((0, "manager"), (20, "dora"), (45, "eli"), (45, "manager"))
"""Minutes after the deadline, and who is told."""

DUE = MONDAY_NINE + timedelta(minutes=5)


def laddered() -> Policy:
    """Return a policy with four levels and without reassignment."""
    shipped = policies.shipped()
    escalate = tuple(EscalationLevel(after=timedelta(minutes=minutes), notify=to) for minutes, to in LEVELS)
    hot = replace(shipped.targets["hot"], escalate=escalate, reassign=None, warn_at=())
    return replace(shipped, targets={**shipped.targets, "hot": hot})


def told(world: World, lead_id: str) -> list[tuple[int, int, str]]:
    """Return minute, level and recipient of each escalation.

    Minutes count from the deadline.
    """
    events = world.events(lead_id, Kind.LEAD_ESCALATED)
    return [((e.at - DUE) // timedelta(minutes=1), e.data["level"], str(e.data["to"])) for e in events]


def mailed(world: World, lead_id: str) -> list[str]:
    return [mail.permission.person for mail in world.mails(lead_id, Template.ESCALATE)]


def live_an_hour(world: World, lead_id: str) -> None:
    """Let 70 minutes pass; alarms ring three times."""
    for _ in range(70):
        alarm = world.alarm(lead_id)
        world.advance(minutes=1)
        for repeated in (alarm, alarm, world.alarm(lead_id)):
            world.sla.on_alarm(repeated, world.now)
        world.run_stream()


@pytest.mark.proves("F6")
def test_each_level_is_told_once_in_order_and_at_its_minute() -> None:
    world = World(policy=laddered(), stream_doubled=True)
    lead_id = world.receive(message=HOT)
    live_an_hour(world, lead_id)
    assert told(world, lead_id) == [(0, 1, "mia"), (20, 2, "dora"), (45, 3, "eli"), (45, 4, "mia")]
    assert mailed(world, lead_id) == ["mia", "dora", "eli", "mia"]


@pytest.mark.proves("F6")
def test_without_alarms_the_sweep_tells_each_level_once() -> None:
    world = World(policy=laddered())
    world.alarms.lost = True
    lead_id = world.receive(message=HOT)
    live_an_hour(world, lead_id)
    late = [(minute - at, to) for (minute, _, to), (at, _) in zip(told(world, lead_id), LEVELS, strict=True)]
    assert [to for _, to in late] == ["mia", "dora", "eli", "mia"]
    assert all(0 <= minutes <= 5 for minutes, _ in late)
    assert mailed(world, lead_id) == ["mia", "dora", "eli", "mia"]


@pytest.mark.proves("F6")
def test_after_a_contact_no_further_level_is_told() -> None:
    world = World(policy=laddered())
    lead_id = world.receive(message=HOT)
    world.advance(minutes=30)
    world.press(lead_id, "connected")
    world.advance(hours=4)
    assert told(world, lead_id) == [(0, 1, "mia"), (20, 2, "dora")]


def test_one_outage_of_hours_tells_each_level_once() -> None:
    world = World(policy=laddered(), sweeping=False)
    lead_id = world.receive(message=HOT)
    world.alarms.armed.clear()
    world.now += timedelta(hours=3)
    for _ in range(2):
        world.sweep()
    assert [(level, to) for _, level, to in told(world, lead_id)] == [(1, "mia"), (2, "dora"), (3, "eli"), (4, "mia")]


@pytest.mark.proves("F6")
def test_the_shipped_policy_tells_a_second_person_when_the_manager_does_not_act_either() -> None:
    world = World()
    lead_id = world.receive(message=HOT)
    world.advance(hours=3)
    last = [(level, to, owner) for level, to, owner in _by_owner(world, lead_id)][-2:]
    assert last == [(1, "mia", "mia"), (2, "dora", "mia")]
    assert mailed(world, lead_id) == ["mia", "mia", "mia", "dora"], "the manager is told as owner of the last breach"


def _by_owner(world: World, lead_id: str) -> list[tuple[int, str, str]]:
    events = world.events(lead_id, Kind.LEAD_ESCALATED)
    return [(int(e.data["level"]), str(e.data["to"]), str(e.data["owner"])) for e in events]
