"""Leads neglected by their owner go to another person.

However old they are.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import LinkExpired, PolicyError
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import EXPIRY, FIRST_RESPONSE, UNTOUCHED
from leadtight.domain.ownership.expiry import EXPIRED
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt
from leadtight.policy import loader as policies
from tests.scenarios.test_rearm import rearm
from tests.scenarios.world import MONDAY_NINE, WARM, World, with_pool

pytestmark = pytest.mark.slow

TEN_DAYS = timedelta(days=10)
LATER = {"follow_up": "2026-12-03T08:59"}  # a minute before the ten days are over
NEXT_YEAR = {"follow_up": "2027-06-01T10:00"}


def expiring(after: timedelta = TEN_DAYS, policy: Policy | None = None) -> World:
    """Return a world whose leads expire after a time.

    This holds in every tier; stages have no limits.
    """
    base = policy or policies.shipped()
    tiers = tuple(replace(tier, expire_after=after) for tier in base.tiers)
    return World(policy=replace(base, tiers=tiers, stages={}))


def expiries(world: World, lead_id: str) -> list[tuple[str, str]]:
    return [(e.data["previous"], e.data["owner"]) for e in world.events(lead_id, Kind.LEAD_EXPIRED)]


def contacted(world: World) -> str:
    lead_id = world.receive()
    world.press(lead_id, "connected", **LATER)
    return lead_id


@pytest.mark.proves("D3")
def test_a_lead_untouched_for_its_tiers_time_goes_to_the_next_person_at_that_instant() -> None:
    world = expiring()
    lead_id = contacted(world)
    lead_before = world.lead(lead_id)
    world.advance(days=10, minutes=-1)
    assert world.lead(lead_id).owner_id == "ana"
    world.advance(minutes=1)
    [expired] = world.events(lead_id, Kind.LEAD_EXPIRED)
    assert expired.at == MONDAY_NINE + TEN_DAYS
    assert (expired.data["previous"], expired.data["owner"], expired.data["reason"]) == ("ana", "ben", EXPIRED)
    assert from_document(Receipt, expired.data["receipt"]).recompute() == "ben"
    after = world.lead(lead_id)
    assert (after.promise, after.first_owner_id, after.hops) == (lead_before.promise, "ana", 0)
    assert after.next_action is not None
    assert after.next_action.due_at == world.now + timedelta(minutes=5)
    assert "Ana Costa left this lead untouched" in world.mails(lead_id, Template.ALERT_OWNER)[-1].mail.text
    assert "Nothing was recorded for too long" in world.mails(lead_id, Template.LEAD_MOVED)[-1].mail.text
    assert fold(world.table.history(lead_id)) == after
    assert world.repairs() == 0, "the lead's own alarm did it"


def test_a_never_answered_lead_gets_a_new_owner_with_their_own_window() -> None:
    world = expiring()
    lead_id = world.receive()
    world.advance(days=1)
    assert world.lead(lead_id).owner_id == "mia", "missed by three people, it ended with the manager"
    since = world.lead(lead_id).owned_since
    assert since is not None
    world.now = since + TEN_DAYS
    world.sweep()
    assert expiries(world, lead_id)[0][0] == "mia"
    lead = world.lead(lead_id)
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None
    assert (lead.owner_id, clock.started_at) == (expiries(world, lead_id)[0][1], world.now)
    assert lead.owner_id in ("ana", "ben", "cem"), "former owners take part in a new round"


@pytest.mark.parametrize("outcome", ["connected", "no_answer"])
def test_any_outcome_by_the_owner_is_a_touch(outcome: str) -> None:
    world = expiring()
    lead_id = contacted(world)
    world.advance(days=9)
    world.press(lead_id, outcome, **LATER)
    world.advance(days=10, minutes=-1)
    assert expiries(world, lead_id) == []
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_a_managers_outcome_is_not_the_owners_touch() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.advance(days=9)
    lead = world.lead(lead_id)
    token = world.links.outcome(lead, "mia", world.now).rpartition("/")[2]
    assert world.desk.look(token, world.now).person == "mia"
    touched_at = lead.touched_at
    world.press_form(token, OutcomeForm(outcome="no_answer", submission=lead.version))
    assert world.lead(lead_id).touched_at == touched_at
    world.advance(days=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_an_undone_touch_does_not_count() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.advance(days=9)
    world.press(lead_id, "no_answer", **LATER)
    world.undo(lead_id)
    world.advance(days=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_every_owner_has_the_full_time() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.advance(days=7)
    world.table.set_away("ana", world.now + timedelta(days=365))
    world.advance(minutes=5)
    assert world.lead(lead_id).owner_id == "ben", "he covers for her"
    world.advance(days=10, minutes=-1)
    assert expiries(world, lead_id) == []
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ben", "cem")]


def test_without_alarms_the_sweep_recycles() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.alarms.lost = True
    world.alarms.armed.clear()
    world.advance(days=10, minutes=7)
    assert expiries(world, lead_id) == [("ana", "ben")]


@pytest.mark.proves("D3")
def test_without_alternatives_the_manager_has_it_and_then_it_starts_over() -> None:
    world = expiring(policy=with_pool(policies.shipped(), {"ana": 1}))
    lead_id = contacted(world)
    world.advance(days=10)
    assert expiries(world, lead_id) == [("ana", "mia")]
    world.advance(days=1)
    assert world.lead(lead_id).owner_id == "mia", "it waits for the pool, but never goes straight back"
    world.advance(days=9)
    assert expiries(world, lead_id) == [("ana", "mia"), ("mia", "ana")]


def test_the_last_available_person_keeps_it_and_is_reminded_every_time() -> None:
    world = expiring(policy=with_pool(policies.shipped(), {"mia": 1}))
    lead_id = contacted(world)
    world.advance(days=21)
    reminded = [e.at for e in world.events(lead_id, Kind.OWNER_REMINDED) if e.data["target"] == "expiry"]
    assert reminded == [MONDAY_NINE + TEN_DAYS, MONDAY_NINE + 2 * TEN_DAYS]
    assert world.lead(lead_id).owner_id == "mia"
    assert len(world.mails(lead_id, Template.REMIND)) >= 2
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("R12")
def test_r12_a_lead_of_any_age_is_assigned_again() -> None:
    world = expiring()
    lead_id = contacted(world)
    for year in (1, 2, 3):
        lead = world.lead(lead_id)
        world.now = MONDAY_NINE + timedelta(days=365 * year)
        world.alarms.armed.clear()
        world.sweep()
        assert world.lead(lead_id).owner_id != lead.owner_id
        assert world.lead(lead_id).generation == lead.generation + 1


@pytest.mark.proves("F11")
def test_f11_an_untouched_lead_raises_its_task_for_any_owner_after_their_own_window() -> None:
    world = expiring(timedelta(days=5))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-23T10:00")
    [timer] = [c for c in world.lead(lead_id).clocks if c.target == UNTOUCHED]
    world.advance(days=5)
    window = world.lead(lead_id).next_action
    assert window is not None
    world.advance(days=5, minutes=-1)
    [stalled] = world.events(lead_id, Kind.LEAD_STALLED)
    assert stalled.at == max(timer.deadline, window.due_at + timedelta(days=1))
    assert (stalled.data["owner"], stalled.data["target"]) == ("ben", UNTOUCHED)


def test_a_closed_lead_does_not_expire_and_a_reopened_one_does() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.press(lead_id, "won")
    assert world.lead(lead_id).clocks == ()
    world.undo(lead_id)
    world.advance(days=10)
    assert expiries(world, lead_id) == [("ana", "ben")]


@pytest.mark.proves("D3")
def test_a_rearm_applies_a_shorter_expiry_to_open_leads() -> None:
    world = expiring(timedelta(days=100))
    lead_id = contacted(world)
    world.advance(days=12)
    world.govern(replace(expiring(policy=world.policy).policy, version="2"))
    assert [done.lead_id for done in rearm(world)] == [lead_id]
    assert rearm(world) == ()
    world.advance(days=10, minutes=-1)
    assert expiries(world, lead_id) == [], "nothing becomes late by command: the time counts from there"
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


@pytest.mark.parametrize(("message", "days"), [("Please call me today", 10), (WARM, 14)])
def test_every_tier_of_the_shipped_policy_recycles_neglected_leads(message: str, days: int) -> None:
    world = World()
    lead_id = world.receive(message=message)
    world.press(lead_id, "connected")
    world.advance(days=days, minutes=-1)
    assert expiries(world, lead_id) == []
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_a_tier_without_the_key_recycles_after_two_weeks() -> None:
    written = re.sub(r'expire_after = "\d+d"\n', "", policies.SHIPPED.read_text())
    world = World(policy=policies.parse(written.encode()))
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=14, minutes=-1)
    assert expiries(world, lead_id) == []
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_an_expiry_must_be_a_positive_duration() -> None:
    text = policies.SHIPPED.read_text().replace('expire_after = "10d"\n', 'expire_after = "0d"\n', 1)
    with pytest.raises(PolicyError, match=r"tiers\[0\]\.expire_after"):
        policies.parse(text.encode())


def test_a_follow_up_planned_beyond_the_limit_is_waited_for_and_then_the_limit_counts() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "not_interested")
    due = world.lead(lead_id).next_action
    assert due is not None
    assert due.due_at > MONDAY_NINE + timedelta(days=90)
    world.now = due.due_at
    world.sweep()
    assert world.lead(lead_id).owner_id == "ana", "calling again after ten days is not the plan"
    world.now += timedelta(days=10, minutes=-1)
    world.sweep()
    assert world.lead(lead_id).owner_id == "ana"
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]


@pytest.mark.parametrize("outcome", ["connected", "no_answer"])
def test_a_nearer_follow_up_ends_the_wait_for_a_far_one(outcome: str) -> None:
    world = expiring()
    lead_id = world.receive()
    world.press(lead_id, "connected", **NEXT_YEAR)
    world.advance(days=1)
    world.press(lead_id, outcome)
    world.advance(days=10)
    assert expiries(world, lead_id) == [("ana", "ben")]


def test_a_lead_that_writes_again_is_not_left_alone_until_the_far_follow_up() -> None:
    world = expiring()
    lead_id = world.receive(key="1", email="ada@example.com")
    world.press(lead_id, "connected", **NEXT_YEAR)
    world.advance(days=30)
    again = world.receive(key="2", email="ada@example.com", message="I would like to go on now")
    assert again == lead_id
    wrote_at = world.now
    world.advance(days=10, minutes=-1)
    assert expiries(world, lead_id) == []
    world.advance(minutes=1)
    assert expiries(world, lead_id) == [("ana", "ben")]
    assert world.now == wrote_at + TEN_DAYS


def test_a_managers_plan_is_waited_for_and_its_undo_restores_the_limit() -> None:
    world = expiring()
    lead_id = contacted(world)
    world.advance(days=8)
    lead = world.lead(lead_id)
    token = world.links.outcome(lead, "mia", world.now).rpartition("/")[2]
    world.press_form(token, OutcomeForm(outcome="connected", submission=lead.version, **NEXT_YEAR))
    assert expiry_of(world, lead_id) > MONDAY_NINE + timedelta(days=190)
    world.undo(lead_id)
    assert expiry_of(world, lead_id) == MONDAY_NINE + TEN_DAYS


def expiry_of(world: World, lead_id: str) -> datetime:
    clock = world.lead(lead_id).clock(EXPIRY)
    assert clock is not None
    return clock.deadline


STEPS = st.one_of(
    st.tuples(st.just("receive"), st.sampled_from([WARM, "call me today"])),
    st.tuples(st.just("wait"), st.sampled_from([5, 20, 61, 119, 240])),
    st.tuples(st.just("press"), st.sampled_from(["connected", "no_answer", "not_now", "won"])),
    st.tuples(st.just("away"), st.sampled_from(["ana", "ben", "cem"])),
)


@pytest.mark.proves("D3")
@settings(max_examples=settings().max_examples // 4)
@given(st.lists(STEPS, min_size=4, max_size=14), st.booleans())
def test_after_every_sweep_no_open_lead_is_older_than_its_touch_limit(steps: list[tuple[str, Any]], lost: bool) -> None:
    limit = timedelta(hours=2)
    world = expiring(limit)
    world.alarms.lost = lost
    world.receive()
    planned: dict[str, NextAction | None] = {}
    for action, how in steps:
        _do(world, action, how, planned)
        world.sweep()
        for lead in (world.lead(i) for i in world.lead_ids()):
            plan = planned.get(lead.id) if lead.next_action == planned.get(lead.id) else None
            assert not _is_forgotten(world, lead, plan, limit, timedelta(seconds=90 if lost else 0)), lead


def _do(world: World, action: str, how: Any, planned: dict[str, NextAction | None]) -> None:
    """Do a step, and remember what its outcome planned."""
    if action == "receive":
        world.receive(message=how)
    elif action == "wait":
        world.advance(minutes=how)
    elif action == "away":
        world.table.set_away(how, world.now + timedelta(hours=3))
    else:
        lead_id = world.lead_ids()[0]
        try:
            world.press(lead_id, how)
        except (StopIteration, LinkExpired):
            return  # its owner has no working link yet
        if world.lead(lead_id).first_contact_at:
            planned[lead_id] = world.lead(lead_id).next_action


def _is_forgotten(world: World, lead: Lead, plan: NextAction | None, limit: timedelta, late: timedelta) -> bool:
    """Return whether an expired lead still has its owner.

    It was open without a touch for too long, nothing further away was planned, and another person could have it.
    """
    if not lead.is_open or lead.owned_since is None:
        return False
    touches = [
        e.at for e in world.events(lead.id, Kind.OUTCOME_RECORDED) if e.actor == f"person:{lead.owner_id}"
    ]  # undone ones are not in these histories
    kept = [e.at for e in world.events(lead.id, Kind.OWNER_REMINDED) if e.data["target"] == "expiry"]
    latest = max([lead.owned_since, *_shifts(world, lead), *(t for t in touches if t >= lead.owned_since)])
    if plan and plan.due_at > latest + limit:
        latest = plan.due_at
    return world.now - latest > limit + late and not (lead.owner_id == "mia" and kept)


def _shifts(world: World, lead: Lead) -> Iterator[datetime]:
    """Yield the later start of the owner's time.

    That is their shift; nothing if it began at once.
    """
    for event in world.table.history(lead.id):
        if event.at == lead.owned_since and event.data.get("receipt"):
            begins = from_document(Receipt, event.data["receipt"]).clock_starts_at
            yield from filter(None, [begins])
