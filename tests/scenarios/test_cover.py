"""Absent owners: no lead waits for them.

They are away, switched off or gone.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import EXPIRY
from leadtight.domain.ownership.leave_cover import OWNER_AWAY, OWNER_GONE
from leadtight.domain.policy.people import Absence, Person
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, World

SWEEP = timedelta(minutes=5)


def with_person(policy: Policy, person: Person) -> Policy:
    return replace(policy, people={**policy.people, person.id: person})


def moves(world: World, lead_id: str) -> list[str]:
    return [str(e.data["reason"]) for e in world.events(lead_id, Kind.LEAD_REASSIGNED)]


@pytest.mark.proves("D2")
def test_a_switched_off_person_has_no_open_lead_after_five_minutes() -> None:
    world = World()
    leads = [world.receive() for _ in range(9)]
    for lead_id in leads:
        world.press(lead_id, "connected")
    owned = [lead_id for lead_id in leads if world.lead(lead_id).owner_id == "ana"]
    world.govern(with_person(world.policy, replace(world.policy.people["ana"], active=False)))
    world.advance(minutes=5)
    assert {world.lead(lead_id).owner_id for lead_id in leads} == {"ben", "cem"}
    assert len(owned) == 3
    for lead_id in owned:
        assert moves(world, lead_id) == [OWNER_GONE]
        assert len(world.mails(lead_id, Template.ALERT_OWNER)) == 2
    assert world.repairs() == 0, "covering is not a repair"


@pytest.mark.proves("D2")
def test_a_person_removed_from_the_policy_keeps_no_open_lead() -> None:
    world = World()
    lead_id = world.receive()
    gone = str(world.lead(lead_id).owner_id)
    pools = {
        name: replace(pool, members={p: w for p, w in pool.members.items() if p != gone})
        for name, pool in world.policy.pools.items()
    }
    people = {name: person for name, person in world.policy.people.items() if name != gone}
    world.govern(replace(world.policy, people=people, pools=pools))
    world.advance(minutes=5)
    assert world.lead(lead_id).owner_id not in (None, gone)
    assert world.mails(lead_id, Template.LEAD_MOVED) == []


@pytest.mark.proves("D1")
def test_leads_due_during_a_leave_move_and_the_others_wait() -> None:
    ana = policies.shipped().people["ana"]
    leave = Absence(MONDAY_NINE + timedelta(hours=3), MONDAY_NINE + timedelta(days=1))
    world = World(policy=with_person(policies.shipped(), replace(ana, away=(leave,))))
    soon, later = world.receive(), ""
    while world.lead(later or soon).owner_id != "ana" or not later:
        later = world.receive()
    world.press(soon, "connected", follow_up="2026-11-23T11:00")
    world.press(later, "connected", follow_up="2026-11-30T10:00")
    owner = world.lead(soon).owner_id
    assert owner == world.lead(later).owner_id == "ana"
    world.advance(hours=3, minutes=5)
    assert world.lead(soon).owner_id != "ana"
    assert moves(world, soon) == [OWNER_AWAY]
    assert (world.lead(later).owner_id, moves(world, later)) == ("ana", [])


@pytest.mark.proves("D1")
def test_a_covered_lead_keeps_its_promise_clocks_and_next_action() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    lead_before = world.lead(lead_id)
    world.table.set_away(str(lead_before.owner_id), MONDAY_NINE + timedelta(days=30))
    world.advance(minutes=5)
    after = world.lead(lead_id)
    assert moves(world, lead_id) == [OWNER_AWAY]
    assert (after.promise, after.without_clocks(EXPIRY).clocks, after.next_action) == (
        lead_before.promise,
        lead_before.without_clocks(EXPIRY).clocks,
        lead_before.next_action,
    )
    assert (after.first_owner_id, after.first_assigned_at) == (
        lead_before.first_owner_id,
        lead_before.first_assigned_at,
    )
    assert (after.hops, after.generation) == (lead_before.hops, lead_before.generation + 1)


def test_with_everybody_away_the_catch_all_person_covers_and_keeps_it() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    for person in ("ana", "ben", "cem"):
        world.table.set_away(person, MONDAY_NINE + timedelta(days=30))
    world.advance(minutes=20)
    assert world.lead(lead_id).owner_id == "mia"
    assert moves(world, lead_id) == [OWNER_AWAY]
