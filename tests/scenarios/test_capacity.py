"""Skills, hours, caps, ramps and loads in routing.

They decide who can take a lead; sometimes no one can.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from leadtight.app.intake.submission import Submission
from leadtight.domain.model.capacity import Caps, RampStep
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import CatchUp, Strategy
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.policy.targets import Tier
from leadtight.domain.routing.receipt import ALL_FULL, EXISTING_OWNER, NO_ELIGIBLE_REP, Receipt
from tests.scenarios.world import HOT, MONDAY_NINE, World

PEOPLE = ("ana", "ben", "cem")


def governed(pool: dict[str, Any] | None = None, **people: dict[str, Any]) -> World:
    """Return a world with these fields of pool and people."""
    policy = World().policy
    changed = {name: replace(policy.people[name], **fields) for name, fields in people.items()}
    pools = {**policy.pools, "inbound": replace(policy.pools["inbound"], **(pool or {}))}
    return World(policy=replace(policy, people={**policy.people, **changed}, pools=pools))


def receipt_of(world: World, lead_id: str) -> Receipt:
    return from_document(Receipt, world.events(lead_id, Kind.LEAD_ASSIGNED)[0].data["receipt"])


def left_out(world: World, lead_id: str) -> dict[str, str]:
    return {c.person: c.left_out for c in receipt_of(world, lead_id).candidates if c.left_out}


def open_leads(world: World, person: str) -> int:
    return world.table.load_for_routing("", "", [person]).roster[person].open


@pytest.mark.proves("C5")
def test_a_lead_goes_only_to_a_person_with_every_required_skill() -> None:
    world = governed(
        {"require": ("language", "product")},
        ana={"skills": frozenset({"es"})},
        ben={"skills": frozenset({"es", "mortgage"})},
    )
    leads = [world.receive(language="es-MX", product="Mortgage") for _ in range(3)]
    assert world.owners() == ["ben"] * 3
    assert left_out(world, leads[0]) == {"ana": "lacks the product", "cem": "lacks the language"}
    assert world.lead(world.receive()).owner_id == "ana"  # a lead without requirements follows the rotation


@pytest.mark.proves("C5")
def test_requirements_are_relaxed_in_the_stated_order_before_the_catch_all_has_it() -> None:
    pool = {"require": ("language", "product"), "relax": ("product",)}
    world = governed(pool, cem={"skills": frozenset({"es"})})
    lead_id = world.receive(language="es", product="mortgage")
    assert (world.lead(lead_id).owner_id, receipt_of(world, lead_id).relaxed) == ("cem", ("product",))
    pool["relax"] = ("product", "language")
    skilled = {"ben": {"skills": frozenset({"mortgage"})}, "cem": {"skills": frozenset({"es"})}}
    world_of_two = governed(pool, **skilled)
    lead_id = world_of_two.receive(language="es", product="mortgage")
    assert (world_of_two.lead(lead_id).owner_id, receipt_of(world_of_two, lead_id).relaxed) == ("cem", ("product",))
    nobody = world.receive(language="fr", product="mortgage")
    assert (world.lead(nobody).owner_id, receipt_of(world, nobody).reason) == ("mia", NO_ELIGIBLE_REP)


@pytest.mark.proves("C7")
def test_an_inactive_person_is_never_chosen() -> None:
    world = governed(ana={"active": False})
    leads = [world.receive() for _ in range(4)]
    assert world.owners() == ["ben", "cem"] * 2
    assert left_out(world, leads[0]) == {"ana": "inactive"}


@pytest.mark.proves("C6")
def test_an_hourly_cap_resets_with_the_hour() -> None:
    world = governed(ana={"caps": Caps(hour=1)})
    leads = [world.receive() for _ in range(4)]
    assert world.owners() == ["ana", "ben", "cem", "ben"]
    assert left_out(world, leads[3]) == {"ana": "at cap: 1 within an hour"}
    world.now += timedelta(hours=1)
    assert left_out(world, world.receive()) == {}


@pytest.mark.proves("C6")
def test_a_daily_cap_resets_at_midnight_of_the_persons_calendar() -> None:
    world = governed(ana={"caps": Caps(day=2)})
    for _ in range(9):
        world.receive()
    assert Counter(world.owners())["ana"] == 2
    world.now += timedelta(hours=15) - timedelta(seconds=1)  # one second before midnight in Berlin
    assert "ana" in left_out(world, world.receive())
    world.now += timedelta(seconds=1)
    assert "ana" not in left_out(world, world.receive())


def test_a_new_starter_gets_fewer_leads_a_day_at_first() -> None:
    ramp = (RampStep(days=14, day=1), RampStep(days=28, day=2))
    for started, most in ((date(2026, 11, 23), 1), (date(2026, 11, 9), 2), (date(2026, 10, 26), 4)):
        world = governed(ana={"caps": Caps(day=9, started=started, ramp=ramp)})
        for _ in range(12):
            world.receive()
        assert Counter(world.owners())["ana"] == most


@pytest.mark.proves("B4", "C6", "R9")
def test_r9_only_open_leads_that_use_capacity_count() -> None:
    world = governed(ana={"caps": Caps(open=1)}, ben={"active": False}, cem={"active": False})
    nurture = Tier(id="nurture", target="warm", when=Condition(message_has=("later",)), counts_to_cap=False)
    world.govern(replace(world.policy, tiers=(nurture, *world.policy.tiers)))
    nurtured = [world.receive(message="maybe later") for _ in range(3)]
    assert [world.lead(lead_id).owner_id for lead_id in nurtured] == ["ana"] * 3
    assert open_leads(world, "ana") == 0
    first = world.receive()
    assert (world.lead(first).owner_id, open_leads(world, "ana")) == ("ana", 1)
    full = world.receive()
    assert (world.lead(full).owner_id, receipt_of(world, full).reason) == ("mia", ALL_FULL)
    world.press(first, "won")
    assert (world.lead(full).owner_id, open_leads(world, "ana")) == ("ana", 1)  # it had waited for this capacity
    world.press(full, "won")
    assert open_leads(world, "ana") == 0
    assert world.lead(world.receive()).owner_id == "ana"


@pytest.mark.proves("B4")
def test_a_person_at_their_caps_still_gets_nurtured_leads() -> None:
    world = governed(ana={"caps": Caps(open=1, hour=1)}, ben={"active": False}, cem={"active": False})
    nurture = Tier(id="nurture", target="warm", when=Condition(message_has=("later",)), counts_to_cap=False)
    world.govern(replace(world.policy, tiers=(nurture, *world.policy.tiers)))
    for message in ("maybe later", HOT, "maybe later"):
        assert world.lead(world.receive(message=message)).owner_id == "ana"
    assert world.lead(world.receive()).owner_id == "mia"


def test_an_undone_close_and_a_reassignment_move_the_load_with_the_lead() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "won")
    assert open_leads(world, "ana") == 0
    world.undo(lead_id)
    assert open_leads(world, "ana") == 1
    moved = world.receive()
    world.advance(minutes=11)
    assert world.lead(moved).owner_id == "cem"
    assert [open_leads(world, p) for p in PEOPLE].count(0) >= 1
    assert sum(open_leads(world, p) for p in (*PEOPLE, "mia")) == 2


def test_the_least_loaded_gets_the_lead_and_ties_take_turns() -> None:
    world = governed({"strategy": Strategy.LEAST_LOADED})
    leads = [world.receive() for _ in range(6)]
    assert {*world.owners()[:3]} == {*world.owners()[3:]} == {*PEOPLE}
    lost = [lead_id for lead_id in leads if world.lead(lead_id).owner_id == "ben"]
    assert len(lost) == 2
    for lead_id in lost:
        world.press(lead_id, "lost", reason="price")
    again = [world.receive() for _ in range(3)]
    assert [world.lead(i).owner_id for i in again][:2] == ["ben", "ben"]


def test_the_best_match_gets_the_lead() -> None:
    skills = {"ana": {"de"}, "ben": {"de", "roof"}, "cem": {"roof"}}
    world = governed(
        {"strategy": Strategy.BEST_MATCH}, **{name: {"skills": frozenset(s)} for name, s in skills.items()}
    )
    for _ in range(3):
        world.receive(language="de", product="roof")
    for _ in range(4):
        world.receive(product="roof")
    assert world.owners()[:3] == ["ben"] * 3
    assert Counter(world.owners()[3:]) == {"ben": 2, "cem": 2}


@pytest.mark.proves("Q8")
@pytest.mark.parametrize("strategy", list(Strategy))
def test_a_stored_receipt_recomputes_its_owner_under_any_strategy(strategy: Strategy) -> None:
    skills = {"ana": {"de"}, "ben": {"de", "roof"}, "cem": {"de", "roof"}}
    world = governed({"strategy": strategy}, **{name: {"skills": frozenset(words)} for name, words in skills.items()})
    leads = [world.receive(language="de", product="roof") for _ in range(5)]
    for lead_id in leads:
        if world.lead(lead_id).owner_id == "cem":
            world.press(lead_id, "lost", reason="price")
    leads += [world.receive(language="de", product="roof") for _ in range(4)]
    assigned = {lead_id: world.events(lead_id, Kind.LEAD_ASSIGNED)[0].data["owner"] for lead_id in leads}
    assert {lead_id: receipt_of(world, lead_id).recompute() for lead_id in leads} == assigned


@pytest.mark.proves("R7")
@pytest.mark.parametrize(("returning", "extra"), [(CatchUp.FRESH, 0), (CatchUp.OWED, 2)])
def test_r7_both_credit_rules_protect_a_person_back_from_leave_from_a_flood(returning: CatchUp, extra: int) -> None:
    back = MONDAY_NINE + timedelta(hours=1)
    world = governed({"returning": returning, "owed_at_most": 2}, cem={"away": (Absence(MONDAY_NINE, back),)})
    for _ in range(60):
        world.receive()
    world.now = back
    for _ in range(30):
        world.receive()
    after = Counter(world.owners()[60:])
    assert abs(after["cem"] - (10 + extra)) <= 1
    assert max(len(run) for run in "".join("x" if o == "cem" else " " for o in world.owners()[60:]).split()) <= 3


@pytest.mark.proves("R7")
@pytest.mark.parametrize("returning", CatchUp)
def test_r7_the_rotation_goes_on_when_members_come_and_go(returning: CatchUp) -> None:
    world = governed({"returning": returning})
    inbound = world.policy.pools["inbound"]
    for number in range(24):
        members = dict.fromkeys((*PEOPLE, "dora") if number % 2 else PEOPLE, 1)
        world.govern(replace(world.policy, pools={**world.policy.pools, "inbound": replace(inbound, members=members)}))
        for _ in range(3 if number % 2 else 2):
            world.receive()
    owners = world.owners()
    assert owners[:4] == ["ana", "ben", "cem", "dora"], "a rotation that began anew would start with ana each time"
    totals = Counter(owners)
    assert max(totals[p] for p in PEOPLE) - min(totals[p] for p in PEOPLE) <= 1, totals


def knows_its_owner(policy: Policy) -> Policy:
    rule = RoutingRule(id="known", pool="inbound", when=Condition(existing_owner=True), to_existing_owner=True)
    return replace(policy, routing=replace(policy.routing, rules=(rule, *policy.routing.rules)))


@pytest.mark.proves("R13")
def test_r13_the_caller_who_knows_the_lead_becomes_its_owner() -> None:
    world = World(policy=knows_its_owner(World().policy))
    for owner in ("cem", "eli"):  # eli is in another pool
        lead_id = world.receive(owner=owner)
        assert (world.lead(lead_id).owner_id, receipt_of(world, lead_id).reason) == (owner, EXISTING_OWNER)
        assert receipt_of(world, lead_id).recompute() == owner
    assert world.lead(world.receive()).owner_id == "ana"  # no turn was used


@pytest.mark.proves("R13")
def test_r13_an_absent_existing_owner_is_named_in_the_receipt_and_the_pool_has_the_lead() -> None:
    world = World(policy=knows_its_owner(World().policy))
    world.table.set_away("eli", MONDAY_NINE + timedelta(hours=1))
    lead_id = world.receive(owner="eli")
    assert world.lead(lead_id).owner_id == "ana"
    assert "eli" in left_out(world, lead_id)


@pytest.mark.proves("C6", "R6")
@pytest.mark.slow
def test_r6_a_concurrent_batch_stays_fair_and_within_caps() -> None:
    world = governed(ana={"caps": Caps(open=7)}, ben={"caps": Caps(day=11)}, cem={"caps": Caps(hour=13)})

    def receive(number: int) -> None:
        body = {"name": f"Ada {number}", "message": HOT}
        lead = world.lead(world.intake.receive(Submission(source="api", body=body), world.now).lead_id)
        while True:
            try:
                world.route.route(lead, world.now)
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(100) as threads:
        list(threads.map(receive, range(100)))
    owners = Counter(world.lead(i).owner_id for i in world.lead_ids())
    assert owners == {"ana": 7, "ben": 11, "cem": 13, "mia": 69}
    assert [open_leads(world, p) for p in (*PEOPLE, "mia")] == [7, 11, 13, 69]
