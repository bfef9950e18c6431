"""Waiting leads of full pools.

They stay with the duty manager, and are assigned when a member has room.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.app.routing import route
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead_summary import summarize
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.ownership.waitlist import CAPACITY_FREED, by_urgency
from leadtight.domain.policy.people import Absence
from leadtight.domain.routing.receipt import ALL_FULL, NO_ELIGIBLE_REP, Receipt
from tests.scenarios.test_capacity import PEOPLE, governed, open_leads
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World

ONE = {"caps": Caps(open=1)}


def full_pool(**people: dict[str, Any]) -> tuple[World, list[str]]:
    """Return a world with a full pool, and its leads.

    Everybody has the one open lead that they may have.
    """
    world = governed(**(dict.fromkeys(PEOPLE, ONE) | people))
    return world, [world.receive(message=WARM) for _ in PEOPLE]


def offers(world: World, lead_id: str) -> list[dict[str, Any]]:
    return [dict(e.data) for e in world.events(lead_id, Kind.LEAD_OFFERED_ON)]


@pytest.mark.proves("C6")
def test_a_closing_outcome_assigns_the_waiting_lead_at_once() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    caught = world.lead(waiting)
    assert (caught.owner_id, caught.is_waiting) == ("mia", True)
    world.advance(minutes=2)
    world.press(assigned[1], "won")
    lead = world.lead(waiting)
    assert (lead.owner_id, lead.is_waiting, lead.pool_id) == ("ben", False, "inbound")
    [data] = offers(world, waiting)
    assert (data["previous"], data["owner"], data["reason"]) == ("mia", "ben", CAPACITY_FREED)
    receipt = from_document(Receipt, data["receipt"])
    assert receipt.recompute() == "ben"
    assert receipt.turn == 3, "the rotation moved once"
    assert len(world.mails(waiting, Template.ALERT_OWNER)) == 2
    assert "Mia Berger covered this lead" in world.mails(waiting, Template.ALERT_OWNER)[1].mail.text
    assert "waited with you" in world.mails(waiting, Template.LEAD_MOVED)[0].mail.text
    assert [open_leads(world, p) for p in (*PEOPLE, "mia")] == [1, 1, 1, 0]


def test_assigning_a_waiting_lead_is_not_a_hop_and_keeps_the_first_promise_and_assignment() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    lead_before = world.lead(waiting)
    world.advance(minutes=2)
    world.press(assigned[0], "lost", reason="price")
    after = world.lead(waiting)
    same = ("promise", "first_assigned_at", "first_owner_id", "hops", "past_owners", "next_action")
    assert [getattr(after, name) for name in same] == [getattr(lead_before, name) for name in same]
    assert (after.owned_since, after.generation) == (world.now, lead_before.generation + 1)
    clock = after.clock(FIRST_RESPONSE)
    assert clock is not None
    assert clock.deadline == after.promise.deadline
    assert Kind.LEAD_REASSIGNED not in world.kinds(waiting)


def test_an_owner_assigned_after_the_deadline_has_their_own_window() -> None:
    world, assigned = full_pool()
    waiting = world.receive()
    promised = world.lead(waiting).promise
    world.advance(minutes=6)
    assert Kind.DEADLINE_MISSED in world.kinds(waiting)
    world.press(assigned[0], "won")
    lead = world.lead(waiting)
    assert (lead.owner_id, lead.promise, lead.hops) == ("ana", promised, 0)
    assert lead.next_action is not None
    assert lead.next_action.due_at == world.now + timedelta(minutes=5)
    world.advance(minutes=10)
    assert [e.data["previous"] for e in world.events(waiting, Kind.LEAD_REASSIGNED)] == ["ana"], "it moves on as usual"


@pytest.mark.proves("C6")
def test_the_most_urgent_waiting_lead_is_assigned_first() -> None:
    world, assigned = full_pool()
    later = world.receive(message=WARM)
    world.advance(minutes=1)
    sooner = world.receive(message=HOT)
    for lead_id in (assigned[0], assigned[1]):
        world.press(lead_id, "won")
    assert [offers(world, i)[0]["owner"] for i in (sooner, later)] == ["ana", "ben"]


@pytest.mark.proves("C6")
def test_the_sweep_notices_the_end_of_an_hourly_cap() -> None:
    world = governed(ana={"caps": Caps(hour=1)}, ben={"active": False}, cem={"active": False})
    world.receive(message=WARM)
    waiting = world.receive(message=WARM)
    world.advance(minutes=59)
    assert world.lead(waiting).owner_id == "mia"
    world.advance(minutes=6)
    [data] = offers(world, waiting)
    assert data["owner"] == "ana"
    assert world.repairs() == 0, "nothing was lost"


def test_the_sweep_notices_the_end_of_a_daily_cap() -> None:
    world = governed(ana={"caps": Caps(day=1)}, ben={"active": False}, cem={"active": False})
    leads = [world.receive(message=WARM) for _ in range(2)]
    world.press(leads[0], "won")
    world.now += timedelta(hours=14, minutes=59)
    world.sweep()
    assert world.lead(leads[1]).owner_id == "mia"
    world.now += timedelta(minutes=1)  # midnight in Berlin
    world.sweep()
    assert world.lead(leads[1]).owner_id == "ana"


@pytest.mark.proves("C9")
@pytest.mark.parametrize("how", ["leave", "switch"])
def test_a_returning_person_gets_waiting_leads(how: str) -> None:
    back = MONDAY_NINE + timedelta(minutes=30)
    away = {"away": (Absence(MONDAY_NINE, back),)} if how == "leave" else {}
    world = governed(ana=away, ben={"active": False}, cem={"active": False})
    if how == "switch":
        world.table.set_away("ana", back + timedelta(days=1))
    waiting = world.receive(message=WARM)
    assert world.events(waiting, Kind.LEAD_ASSIGNED)[0].data["receipt"]["reason"] == NO_ELIGIBLE_REP
    world.advance(minutes=29)
    assert world.lead(waiting).owner_id == "mia"
    if how == "switch":
        world.table.set_away("ana", None)
    world.advance(minutes=6)
    assert world.lead(waiting).owner_id == "ana"


@pytest.mark.proves("C9")
def test_a_manager_who_answers_first_keeps_the_lead_until_the_answer_is_undone() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    world.press(waiting, "connected")
    assert not world.lead(waiting).is_waiting
    world.press(assigned[0], "won")
    world.advance(minutes=5)
    assert world.lead(waiting).owner_id == "mia"
    world.undo(waiting)
    world.advance(minutes=5)
    assert world.lead(waiting).owner_id == "ana"


def test_an_attempt_without_contact_keeps_it_waiting() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    world.press(waiting, "no_answer")
    world.press(assigned[0], "won")
    assert world.lead(waiting).owner_id == "ana"


def test_a_closed_lead_stops_waiting() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    world.press(waiting, "lost", reason="spam")
    world.press(assigned[0], "won")
    world.advance(minutes=10)
    assert offers(world, waiting) == []
    assert world.table.waiting_in_short() == ()


def test_without_capacity_nothing_happens() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    lead_before = world.lead(waiting)
    world.press(assigned[0], "connected")  # still open: no capacity was freed
    world.advance(minutes=10)
    assert world.lead(waiting) == lead_before
    assert sum(swept.offered for swept in world.swept) == 0


def test_an_owner_who_let_it_lapse_does_not_get_it_again() -> None:
    world = governed(ana={}, ben=ONE, cem={"active": False})
    assigned = world.receive(message=WARM)  # ana's
    world.press(assigned, "won")
    taken = world.receive(message=WARM)  # ben's only capacity
    lapsed = world.receive()
    assert [world.lead(i).owner_id for i in (taken, lapsed)] == ["ben", "ana"]
    world.advance(minutes=10)
    caught = world.lead(lapsed)
    assert (caught.owner_id, caught.past_owners, caught.is_waiting) == ("mia", ("ana",), True)
    world.advance(minutes=2)
    assert world.lead(lapsed).owner_id == "mia", "ana has capacity, but let it lapse"
    world.press(taken, "won")
    assert world.lead(lapsed).owner_id == "ben"


def test_without_the_stream_the_sweep_assigns_waiting_leads() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    world.stream_down = True
    world.press(assigned[0], "won")
    assert world.lead(waiting).owner_id == "mia"
    world.advance(minutes=5)
    assert world.lead(waiting).owner_id == "ana"
    assert sum(swept.offered for swept in world.swept) == 1


def test_replaying_the_stream_assigns_nothing_twice() -> None:
    world, assigned = full_pool()
    waiting = [world.receive(message=WARM) for _ in range(2)]
    world.press(assigned[0], "won")
    leads = [world.lead(i) for i in world.lead_ids()]
    for record in tuple(world.table.inserted):
        world.stream(record)
    assert [world.lead(i) for i in world.lead_ids()] == leads
    assert [len(offers(world, i)) for i in waiting] == [1, 0]


def test_the_history_of_an_assigned_waiting_lead_folds_to_it() -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    world.press(assigned[0], "won")
    assert fold(world.table.history(waiting)) == world.lead(waiting)


@pytest.mark.proves("C6")
@pytest.mark.slow
@settings(max_examples=settings().max_examples // 4)
@given(st.data())
def test_concurrent_assignment_never_exceeds_a_cap_or_assigns_a_lead_twice(data: st.DataObject) -> None:
    caps = {person: data.draw(st.integers(1, 4)) for person in PEOPLE}
    world = governed(**{person: {"caps": Caps(open=cap)} for person, cap in caps.items()})
    leads = [world.receive(message=WARM) for _ in range(sum(caps.values()) + data.draw(st.integers(1, 6)))]
    world.stream_down = True
    closing = data.draw(st.lists(st.sampled_from(leads[: sum(caps.values())]), unique=True, min_size=1))
    for lead_id in closing:
        world.press(lead_id, "won")

    def offer(person: str) -> None:
        while True:
            try:
                list(world.route.freed(person, world.now))
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(offer, PEOPLE * 2))
    owners = Counter(lead.owner_id for i in world.lead_ids() if (lead := world.lead(i)).is_open)
    places = sum(caps.values())
    assert all(owners[person] <= cap for person, cap in caps.items())
    assert all(open_leads(world, person) == owners[person] for person in (*PEOPLE, "mia"))
    assert sum(owners[person] for person in PEOPLE) == min(places, len(leads) - len(closing)), (
        "no capacity stays unused"
    )
    assert all(len(offers(world, lead_id)) <= 1 for lead_id in leads)


def test_an_assignment_limited_by_caps_says_so() -> None:
    world, _ = full_pool()
    waiting = world.receive(message=WARM)
    assert world.events(waiting, Kind.LEAD_ASSIGNED)[0].data["receipt"]["reason"] == ALL_FULL
    assert world.lead(waiting).waiting_since == world.now


@pytest.mark.parametrize("first_read", [(2, 4), (1,), (3, 5, 7), (50, 500)])
def test_of_many_waiting_leads_the_most_urgent_is_assigned_with_minimal_reads(
    first_read: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several share a deadline to the microsecond.

    Their tier and score decide which is first, not their ids.
    """
    monkeypatch.setattr(route, "FIRST_READ", first_read)
    world, assigned = full_pool()
    waiting = [world.receive(message=WARM) for _ in range(2)]
    world.advance(seconds=30)
    waiting += [world.receive(message=HOT) for _ in range(3)]
    world.advance(seconds=30)
    waiting += [world.receive(message=words) for words in (WARM, HOT, WARM)]
    in_order = [lead.id for lead in by_urgency(world.policy, [world.lead(i) for i in waiting])]
    read: list[str] = []
    load_all = world.table.load_all

    def noted(ids: list[str]) -> Any:
        read.extend(ids)
        return load_all(ids)

    monkeypatch.setattr(world.table, "load_all", noted)
    for lead_id, expected in zip(assigned, in_order, strict=False):
        world.press(lead_id, "won")
        assert not world.lead(expected).is_waiting
    assert {lead_id for lead_id in waiting if not world.lead(lead_id).is_waiting} == {*in_order[: len(assigned)]}
    assert len(read) <= len(assigned) * max(first_read[0], len(waiting))


def test_freed_capacity_reads_no_lead_waiting_for_another_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    world, assigned = full_pool()
    waiting = world.receive(message=WARM)
    alone = replace(world.policy.pools["inbound"], id="alone", members={"mia": 1})
    world.govern(replace(world.policy, pools={**world.policy.pools, "alone": alone}))
    elsewhere = replace(world.lead(waiting), pool_id="alone")
    monkeypatch.setattr(world.table, "waiting_in_short", lambda limit=None: (summarize(elsewhere),))
    monkeypatch.setattr(world.table, "load_all", lambda ids: pytest.fail(f"read {ids}"))
    world.press(assigned[0], "won")
    assert world.lead(waiting).is_waiting


def test_a_person_whose_capacity_is_used_reads_no_more_waiting_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(route, "READ_AT_ONCE", 1)
    world, assigned = full_pool()
    first, *others = [world.receive(message=WARM) for _ in range(4)]
    read: list[str] = []
    load_all = world.table.load_all

    def noted(ids: list[str]) -> Any:
        read.extend(ids)
        return load_all(ids)

    monkeypatch.setattr(world.table, "load_all", noted)
    world.press(assigned[0], "won")
    assert [world.lead(i).is_waiting for i in (first, *others)] == [False, True, True, True]
    assert read == [first]
