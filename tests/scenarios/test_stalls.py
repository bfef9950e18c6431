"""Stalled open leads: untouched, or too long in one stage."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from leadtight.domain.model.errors import InvalidInquiry, PolicyError
from leadtight.domain.model.event import Event
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import NEXT_ACTION, STAGE, UNTOUCHED
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, World


def stalls(world: World, lead_id: str, target: str) -> list[timedelta]:
    """Return when a lead stalled, since Monday nine."""
    return [e.at - MONDAY_NINE for e in world.events(lead_id, Kind.LEAD_STALLED) if e.data["target"] == target]


def without_stages() -> World:
    return World(policy=replace(policies.shipped(), stages={}))


def misses_at(world: World, lead_id: str, at: datetime) -> list[Event]:
    return [event for event in world.events(lead_id, Kind.DEADLINE_MISSED) if event.at == at]


def escalated(world: World, lead_id: str) -> list[datetime]:
    """Return when a manager was notified of a lead.

    The cause is an escalation, or a stage of theirs that lasts too long.
    """
    return [m.created_at for m in world.table.messages(lead_id) if m.template is Template.ESCALATE]


def watched(policy: Policy, untouched_after: timedelta) -> World:
    return World(policy=replace(policy, stages={}, untouched_after=untouched_after))


@pytest.mark.proves("F11")
def test_a_stall_task_is_due_by_the_target_of_next_actions_if_there_is_one() -> None:
    shipped = policies.shipped()
    target = replace(shipped.targets[NEXT_ACTION], within=timedelta(hours=2))
    world = World(policy=replace(shipped, stages={}, targets={**shipped.targets, NEXT_ACTION: target}))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=7)
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.due_at == world.now + timedelta(hours=2)
    assert misses_at(world, lead_id, world.now) == []
    world.advance(hours=2)
    assert len(misses_at(world, lead_id, action.due_at)) == 1


@pytest.mark.proves("F11")
def test_a_silence_escalated_in_the_morning_is_not_escalated_again_for_its_task() -> None:
    world = watched(policies.shipped(), timedelta(days=3, hours=4))
    lead_id = world.receive()
    world.press(lead_id, "connected")  # due on Wednesday morning, escalated that afternoon
    world.advance(days=3, hours=5)
    assert len(stalls(world, lead_id, UNTOUCHED)) == 1
    [once] = escalated(world, lead_id)
    world.advance(days=3)
    assert escalated(world, lead_id) == [once]
    [task] = world.mails(lead_id, Template.TASK)
    assert "untouched for 3 days" in task.mail.text
    assert "the sequence continues" not in task.mail.text, "this holds only for sequences"
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 2, "its owner is notified anyway"


def test_a_silence_that_lasts_another_limit_is_escalated_again() -> None:
    world = watched(policies.shipped(), timedelta(days=3, hours=4))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=9)
    times = escalated(world, lead_id)
    assert len(times) > 1
    assert all(later - earlier >= timedelta(days=3, hours=4) for earlier, later in pairwise(times))


def test_a_touch_ends_a_silence_and_the_next_one_is_escalated() -> None:
    world = watched(policies.shipped(), timedelta(days=3, hours=4))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=2, hours=9)
    assert len(escalated(world, lead_id)) == 1
    world.press(lead_id, "no_answer")
    world.advance(days=1, hours=9)
    assert len(escalated(world, lead_id)) == 2


def test_a_coming_escalation_is_not_postponed_by_the_replacing_task() -> None:
    world = watched(policies.shipped(), timedelta(days=1))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-27T15:30")  # Friday: escalated on Monday, stalled before
    monday = MONDAY_NINE + timedelta(days=7)
    world.advance(days=7)
    assert stalls(world, lead_id, UNTOUCHED) == [monday - MONDAY_NINE]
    assert escalated(world, lead_id) == [monday]
    world.advance(hours=23)
    assert escalated(world, lead_id) == [monday]


def test_a_manager_is_notified_once_of_a_stage_that_lasts_too_long() -> None:
    shipped = policies.shipped()
    rule = replace(shipped.stages[Stage.CONTACTED], owner="manager", limit=timedelta(days=1))
    world = World(policy=replace(shipped, stages={**shipped.stages, Stage.CONTACTED: rule}))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-24T09:00")
    world.advance(days=2, hours=2)
    assert len(stalls(world, lead_id, STAGE)) == 1
    assert len(escalated(world, lead_id)) == 1
    world.advance(hours=9)
    assert len(escalated(world, lead_id)) == 1


@pytest.mark.proves("F11")
def test_a_lead_untouched_for_seven_days_raises_a_task_for_its_owner() -> None:
    world = without_stages()
    lead_id = world.receive(name="Ada Obi")
    world.press(lead_id, "connected")
    world.advance(days=7, minutes=-1)
    assert stalls(world, lead_id, UNTOUCHED) == []
    world.advance(minutes=1)
    assert stalls(world, lead_id, UNTOUCHED) == [timedelta(days=7)]
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what == "Get in touch with Ada Obi: untouched for 7 days"
    assert action.due_at == world.policy.calendars["office"].add(world.now, timedelta(hours=4))
    assert misses_at(world, lead_id, world.now) == []
    world.advance(days=7)
    assert len(stalls(world, lead_id, UNTOUCHED)) == 2, "it is never watched only once"


def test_a_touch_restarts_the_untouched_days() -> None:
    world = without_stages()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=4)
    world.press(lead_id, "no_answer")
    world.advance(days=6)
    assert stalls(world, lead_id, UNTOUCHED) == []


@pytest.mark.proves("I6")
def test_a_lead_too_long_in_a_stage_raises_a_task_and_notifies_the_stages_owner() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi")
    world.press(lead_id, "proposal_sent")
    for _ in range(3):
        world.advance(days=4, hours=1)
        world.press(lead_id, "no_answer")
    sent_before = len(world.mails(lead_id, Template.ESCALATE))
    world.advance(days=4)
    [stalled] = stalls(world, lead_id, STAGE)
    assert stalled >= timedelta(days=14)
    assert "days in “Proposal sent”" in world.events(lead_id, Kind.LEAD_STALLED)[0].data["task"]
    assert len(world.mails(lead_id, Template.ESCALATE)) > sent_before


def test_a_stage_counts_its_days_despite_touches_and_anew_in_the_next_stage() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    since = world.lead(lead_id).clock(STAGE)
    world.advance(days=1)
    world.press(lead_id, "no_answer")
    again = world.lead(lead_id).clock(STAGE)
    assert since is not None
    assert again is not None
    assert again.started_at == since.started_at == MONDAY_NINE
    world.press(lead_id, "interested")
    moved = world.lead(lead_id).clock(STAGE)
    assert moved is not None
    assert moved.started_at == world.now


@pytest.mark.proves("I6")
def test_an_outcome_outside_the_stages_exit_is_refused_by_field() -> None:
    shipped = policies.shipped()
    new = replace(shipped.stages[Stage.NEW], exit=(Stage.CONTACTED, Stage.LOST))
    world = World(policy=replace(shipped, stages={**shipped.stages, Stage.NEW: new}))
    lead_id = world.receive()
    with pytest.raises(InvalidInquiry, match="cannot move directly to “Won”"):
        world.press(lead_id, "won")
    assert world.lead(lead_id).stage is Stage.NEW
    world.press(lead_id, "connected")
    world.press(lead_id, "won")
    assert world.lead(lead_id).stage is Stage.WON


@pytest.mark.slow
def test_a_closed_lead_is_not_watched() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "won")
    world.advance(days=60)
    assert world.events(lead_id, Kind.LEAD_STALLED) == []


@pytest.mark.parametrize("key", ["owner", "limit", "exit"])
def test_a_stage_without_owner_limit_or_exit_is_invalid(key: str) -> None:
    lines = policies.SHIPPED.read_text().splitlines()
    at = lines.index("[stages.qualified]")
    gone = next(n for n in range(at, at + 4) if lines[n].startswith(key))
    with pytest.raises(PolicyError, match=rf"stages\.qualified\.{key}: is missing"):
        policies.parse("\n".join([*lines[:gone], *lines[gone + 1 :]]).encode())


def test_a_stage_that_leads_nowhere_is_invalid() -> None:
    before, after = policies.SHIPPED.read_text().split("[stages.qualified]")
    nowhere = re.sub(r"exit = \[.*?\]", "exit = []", after, count=1)
    with pytest.raises(PolicyError, match=r"stages\.qualified\.exit: must name the stages"):
        policies.parse(f"{before}[stages.qualified]{nowhere}".encode())


def test_a_policy_that_watches_one_stage_watches_every_open_one() -> None:
    text = policies.SHIPPED.read_text()
    start, end = text.index("[stages.contacted]"), text.index("[stages.qualified]")
    with pytest.raises(PolicyError, match=r"stages\.contacted: is missing"):
        policies.parse((text[:start] + text[end:]).encode())
