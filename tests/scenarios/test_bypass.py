"""Qualifying is not a bottleneck.

A lead that waits in its stage goes to closers, or raises a task.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.model.errors import PolicyError
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import STAGE
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, WARM, World

pytestmark = pytest.mark.slow

CLOSERS = {"dora", "eli"}


def with_bypass(
    stage: Stage, limit: timedelta, *, bypass: str | None = "projects", counted_in: str | None = None
) -> Policy:
    shipped = policies.shipped()
    rule = replace(shipped.stages[stage], limit=limit, bypass=bypass, counted_in=counted_in)
    return replace(shipped, stages={**shipped.stages, stage: rule})


@pytest.mark.proves("B5")
def test_a_lead_that_waits_beyond_its_stages_limit_goes_to_the_closers() -> None:
    world = World(policy=with_bypass(Stage.CONTACTED, timedelta(hours=3)))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    setter, old_link = str(world.lead(lead_id).owner_id), world.link(lead_id)
    world.advance(hours=2, minutes=59)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)
    world.advance(minutes=1)
    [moved] = world.events(lead_id, Kind.LEAD_HANDED_OVER)
    lead = world.lead(lead_id)
    assert (moved.at - MONDAY_NINE, moved.data["cause"], moved.data["previous"]) == (
        timedelta(hours=3),
        "bypass",
        setter,
    )
    assert lead.owner_id in CLOSERS
    assert lead.stage is Stage.CONTACTED
    assert lead.next_action is not None
    assert lead.next_action.due_at == world.now + timedelta(minutes=5)
    assert Kind.LEAD_STALLED not in world.kinds(lead_id), "it moved instead of raising a task"
    assert "waited too long" in world.mails(lead_id, Template.ALERT_OWNER)[-1].mail.text
    assert "waited too long" in world.mails(lead_id, Template.LEAD_MOVED)[-1].mail.text
    assert old_link != world.link(lead_id)
    world.advance(days=20)
    assert len(world.events(lead_id, Kind.LEAD_HANDED_OVER)) == 1, "it is there: from now on it raises tasks"
    assert Kind.LEAD_STALLED in world.kinds(lead_id)
    assert world.repairs() == 0
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("B5")
def test_an_unqualified_lead_is_watched_from_its_assignment_on() -> None:
    world = World(policy=with_bypass(Stage.NEW, timedelta(minutes=30)))
    lead_id = world.receive(message=WARM)
    clock = world.lead(lead_id).clock(STAGE)
    assert clock is not None
    assert clock.started_at == MONDAY_NINE
    world.advance(minutes=20)
    world.press(lead_id, "no_answer")
    world.advance(minutes=10)
    [moved] = world.events(lead_id, Kind.LEAD_HANDED_OVER)
    assert moved.at == MONDAY_NINE + timedelta(minutes=30), "an attempt does not start the wait anew"
    assert world.lead(lead_id).owner_id in CLOSERS
    assert world.lead(lead_id).is_breached(MONDAY_NINE + timedelta(hours=2)), "the first promise stands"


@pytest.mark.proves("B5")
def test_a_limit_may_count_a_calendars_working_time() -> None:
    world = World(policy=with_bypass(Stage.CONTACTED, timedelta(hours=4), counted_in="office"))
    world.advance(hours=8)
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(hours=18, minutes=59)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)
    world.advance(minutes=1)
    [moved] = world.events(lead_id, Kind.LEAD_HANDED_OVER)
    assert moved.at == MONDAY_NINE + timedelta(days=1, hours=3), "one hour on Monday, three on Tuesday"


def test_a_time_agreed_with_the_person_is_respected() -> None:
    world = World(policy=with_bypass(Stage.CONTACTED, timedelta(hours=3)))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-25T11:00")
    world.advance(days=2)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)
    world.advance(days=2)
    assert len(world.events(lead_id, Kind.LEAD_HANDED_OVER)) == 1


@pytest.mark.proves("B5")
def test_without_a_bypass_the_task_is_raised_and_the_stages_owner_notified() -> None:
    policy = with_bypass(Stage.CONTACTED, timedelta(hours=1), bypass=None)
    stage = replace(policy.stages[Stage.CONTACTED], owner="manager")
    world = World(policy=replace(policy, stages={**policy.stages, Stage.CONTACTED: stage}))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=4)
    stalled = [e for e in world.events(lead_id, Kind.LEAD_STALLED) if e.data["target"] == STAGE]
    sent = [(m.template, m.recipient) for m in world.table.messages(lead_id) if m.created_at == stalled[0].at]
    assert (Template.TASK, world.lead(lead_id).owner_id) in sent
    assert (Template.ESCALATE, "mia") in sent
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)


def test_without_closers_and_with_the_catch_all_person_as_owner_a_task_is_raised() -> None:
    world = World(policy=with_bypass(Stage.CONTACTED, timedelta(hours=3)))
    for person in ("ana", "ben", "cem", "dora", "eli"):
        world.table.set_away(person, world.now + timedelta(days=30))
    lead_id = world.receive()
    assert world.lead(lead_id).owner_id == "mia"
    world.press(lead_id, "connected")
    world.advance(hours=3)
    assert Kind.LEAD_HANDED_OVER not in world.kinds(lead_id)
    assert Kind.LEAD_STALLED in world.kinds(lead_id)


def test_a_lost_alarm_delays_the_bypass_by_at_most_one_sweep() -> None:
    world = World(policy=with_bypass(Stage.CONTACTED, timedelta(hours=3)))
    lead_id = world.receive()
    world.alarms.lost = True
    world.press(lead_id, "connected")
    world.advance(hours=3, minutes=7)
    assert len(world.events(lead_id, Kind.LEAD_HANDED_OVER)) == 1


def test_a_move_within_the_pool_and_a_simultaneous_bypass_both_happen() -> None:
    world = World(policy=with_bypass(Stage.NEW, timedelta(minutes=10)))
    world.sweeping, world.alarms.lost = False, True
    lead_id = world.receive()
    world.now += timedelta(hours=1)
    world.alarms.lost = False
    world.sweep()
    world.advance(seconds=1)
    assert [k for k in world.kinds(lead_id) if k in (Kind.LEAD_REASSIGNED, Kind.LEAD_HANDED_OVER)] == [
        Kind.LEAD_REASSIGNED,
        Kind.LEAD_HANDED_OVER,
    ]
    assert world.lead(lead_id).owner_id in CLOSERS
    turns = {pool: world.table.load_for_routing("", pool, ()).rotation.turn for pool in ("inbound", "projects")}
    assert turns == {"inbound": 2, "projects": 1}, "each pool's turn is taken in its own rotation"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('bypass = "nobody"', "stages.contacted.bypass: unknown pool"),
        ('counted_in = "nowhere"', "stages.contacted.counted_in"),
    ],
)
def test_a_bypass_and_its_calendar_must_exist(line: str, problem: str) -> None:
    text = policies.SHIPPED.read_text().replace("[stages.contacted]", f"[stages.contacted]\n{line}")
    with pytest.raises(PolicyError, match=problem.replace(".", r"\.")):
        policies.parse(text.encode())
