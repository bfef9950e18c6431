"""Rotation with weights and absences, also under concurrency."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import pytest

from leadtight.app.intake.submission import Submission
from leadtight.app.sweep import Fault
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.people import Absence
from leadtight.domain.routing.receipt import NO_ELIGIBLE_REP, Candidate, Receipt
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World, with_pool, without_caps

pytestmark = pytest.mark.slow

AT_ONCE = 100


def arrive_at_once(world: World, leads: int) -> None:
    """Receive and route leads on many threads.

    A lost race comes again, as the stream's batches do.
    """

    def receive(number: int) -> None:
        body = {"name": f"Ada {number}", "message": HOT}
        accepted = world.intake.receive(Submission(source="api", body=body), world.now)
        lead = world.lead(accepted.lead_id)
        while True:
            try:
                world.route.route(lead, world.now)
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(receive, range(leads)))


def longest_run(owners: Sequence[str]) -> int:
    return max(len(list(run)) for _, run in groupby(owners))


@pytest.mark.proves("R6")
@pytest.mark.parametrize("leads", [100, 1_000])
def test_r6_a_hundred_posts_and_a_batch_of_a_thousand_stay_within_one_of_fair(leads: int) -> None:
    world = World(policy=without_caps(World().policy))
    arrive_at_once(world, leads)
    owners = world.owners()
    counts = Counter(owners)
    assert sum(counts.values()) == leads
    assert max(counts.values()) - min(counts.values()) <= 1
    assert all(len(set(owners[i : i + 3])) == 3 for i in range(leads - 2))
    assert longest_run(owners) == 1


@pytest.mark.proves("C2")
def test_two_thousand_concurrent_leads_name_all_five_people_in_every_window() -> None:
    five = with_pool(World().policy, dict.fromkeys(("ana", "ben", "cem", "dora", "eli"), 1))
    world = World(policy=without_caps(five))
    arrive_at_once(world, 2_000)
    assert len(world.lead_ids()) == 2_000
    for lead_id in world.lead_ids()[-20:]:  # a repeated stream record moves nothing
        assert world.route.route(world.lead(lead_id), world.now) is None
    owners = world.owners()
    assert set(Counter(owners).values()) == {400}
    assert all(len(set(owners[i : i + 5])) == 5 for i in range(1_996))


def test_concurrent_sweeps_and_stream_assign_every_lead_once() -> None:
    world = World(stream_down=True, sweeping=False)
    faults: list[Fault] = []
    with ThreadPoolExecutor(2) as threads:
        arrivals = threads.submit(arrive_at_once, world, 300)
        while not arrivals.done():
            faults += world.sla.sweep(world.now + timedelta(minutes=1)).faults
        arrivals.result()
    assert [fault for fault in faults if not isinstance(fault.error, Conflict)] == []
    owners = world.owners()
    assert len(owners) == 300
    assert all(len(set(owners[i : i + 3])) == 3 for i in range(298))


@pytest.mark.proves("C3")
def test_weights_are_exact_in_every_window_of_their_sum() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 3, "ben": 2, "cem": 1}))
    arrive_at_once(world, 300)
    owners = world.owners()
    for start in range(0, 294, 6):
        assert Counter(owners[start : start + 6]) == {"ana": 3, "ben": 2, "cem": 1}


@pytest.mark.proves("C7")
def test_absent_people_are_skipped_and_the_receipt_says_why() -> None:
    world = World()
    world.table.set_away("ben", MONDAY_NINE + timedelta(hours=1))
    leads = [world.receive() for _ in range(4)]
    assert world.owners() == ["ana", "cem", "ana", "cem"]
    receipt = receipt_of(world, leads[0])
    assert receipt.candidates[1] == Candidate(
        person="ben", weight=1, left_out=f"switched away until {(MONDAY_NINE + timedelta(hours=1)).isoformat()}"
    )


@pytest.mark.proves("C7")
def test_planned_leave_ends_at_its_instant() -> None:
    world = World()
    until = MONDAY_NINE + timedelta(minutes=4)
    ana = replace(world.policy.people["ana"], away=(Absence(MONDAY_NINE, until),))
    world.govern(replace(world.policy, people={**world.policy.people, "ana": ana}))
    world.receive()
    assert world.owners() == ["ben"]
    world.advance(minutes=4)
    for _ in range(3):
        world.receive()
    assert world.owners()[1:].count("ana") == 1


def test_a_returning_person_is_not_flooded() -> None:
    world = World()
    world.table.set_away("cem", MONDAY_NINE + timedelta(days=30))
    for _ in range(50):
        world.receive(name="", phone="", message="hello")
    world.table.set_away("cem", None)
    for _ in range(9):
        world.receive()
    after = world.owners()[50:]
    assert Counter(after) == {"ana": 3, "ben": 3, "cem": 3}
    assert longest_run(after) == 1


def test_switching_back_manually_takes_effect_at_once() -> None:
    world = World()
    world.table.set_away("ana", MONDAY_NINE + timedelta(days=1))
    world.table.set_away("ana", None)
    assert world.lead(world.receive()).owner_id == "ana"


@pytest.mark.proves("C9")
def test_with_everybody_away_the_catch_all_person_gets_the_lead_and_an_alert() -> None:
    world = World()
    for person in ("ana", "ben", "cem"):
        world.table.set_away(person, MONDAY_NINE + timedelta(days=1))
    lead_id = world.receive()
    assert world.lead(lead_id).owner_id == world.policy.routing.catch_all == "mia"
    assert receipt_of(world, lead_id).reason == NO_ELIGIBLE_REP == "no_eligible_rep"
    alert = world.mails(lead_id, Template.ALERT_OWNER)[0]
    assert alert.permission.address == "mia@leadtight.example"
    world.advance(days=2)
    assert world.lead(lead_id).owner_id is not None


@pytest.mark.proves("Q8")
def test_the_receipt_alone_recomputes_the_owner() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 2, "ben": 1, "cem": 1}))
    for number in range(40):
        world.table.set_away("ben", MONDAY_NINE + timedelta(hours=1) if number % 3 else None)
        lead_id = world.receive()
        receipt = receipt_of(world, lead_id)
        assert receipt.recompute() == receipt.owner == world.lead(lead_id).owner_id


@pytest.mark.proves("F7")
def test_each_reassignment_restarts_the_timer_with_the_shorter_window() -> None:
    world = World()
    lead_id = world.receive(message=WARM)
    first = world.lead(lead_id).clock(FIRST_RESPONSE)
    assert first is not None
    assert first.deadline == MONDAY_NINE + timedelta(hours=1)
    for minutes, owner in ((75, "ben"), (120, "cem"), (165, "mia")):
        world.advance(minutes=minutes - (world.now - MONDAY_NINE) // timedelta(minutes=1))
        lead, clock = world.lead(lead_id), world.lead(lead_id).clock(FIRST_RESPONSE)
        assert clock is not None
        assert (lead.owner_id, clock.started_at, clock.deadline - clock.started_at) == (
            owner,
            world.now,
            timedelta(minutes=30),
        )
        assert lead.next_action is not None
        assert lead.next_action.due_at == clock.deadline
    assert world.lead(lead_id).promise.deadline == first.deadline, "the promise itself does not move"


@pytest.mark.proves("F7")
def test_a_reassigned_lead_goes_to_a_person_who_has_not_had_it() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=31)
    moves = [(e.data["previous"], e.data["owner"]) for e in world.events(lead_id, Kind.LEAD_REASSIGNED)]
    assert moves == [("ana", "ben"), ("ben", "cem"), ("cem", "mia")]


@pytest.mark.proves("F7")
def test_a_missed_lead_never_goes_back_to_a_person_who_had_it() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 1, "ben": 1}))
    lead_id = world.receive()
    world.advance(hours=3)
    moves = [(e.data["previous"], e.data["owner"]) for e in world.events(lead_id, Kind.LEAD_REASSIGNED)]
    assert moves == [("ana", "ben"), ("ben", "mia")]


@pytest.mark.proves("F7")
def test_a_lead_moves_on_at_most_as_often_as_the_policy_says() -> None:
    world = World(policy=with_pool(World().policy, dict.fromkeys(("ana", "ben", "cem", "dora", "eli"), 1)))
    lead_id = world.receive()
    world.advance(hours=3)
    owners = [e.data["owner"] for e in world.events(lead_id, Kind.LEAD_REASSIGNED)]
    assert owners == ["ben", "cem", "mia"]


def test_without_alternatives_the_manager_takes_a_missed_lead() -> None:
    world = World()
    for person in ("ben", "cem"):
        world.table.set_away(person, MONDAY_NINE + timedelta(days=1))
    lead_id = world.receive()
    world.advance(minutes=11)
    assert world.lead(lead_id).owner_id == "mia"
    assert world.events(lead_id, Kind.LEAD_REASSIGNED)[0].data["reason"] == NO_ELIGIBLE_REP


def test_the_last_available_person_keeps_the_lead_and_its_reminders() -> None:
    world = World()
    for person in ("ana", "ben", "cem"):
        world.table.set_away(person, MONDAY_NINE + timedelta(days=9))
    lead_id = world.receive()
    world.advance(days=2)
    lead = world.lead(lead_id)
    assert (lead.owner_id, lead.hops) == ("mia", 0)
    assert len(world.events(lead_id, Kind.OWNER_REMINDED)) > 5


@pytest.mark.proves("D4", "R8")
def test_r8_the_first_assignment_is_never_overwritten() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=31)
    lead = world.lead(lead_id)
    assert (lead.first_assigned_at, lead.first_owner_id) == (MONDAY_NINE, "ana")


def receipt_of(world: World, lead_id: str) -> Receipt:
    return from_document(Receipt, world.events(lead_id, Kind.LEAD_ASSIGNED)[0].data["receipt"])
