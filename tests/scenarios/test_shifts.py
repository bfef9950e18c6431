"""People outside their hours: skipped, or owners from their shift."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.event import Event
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import EXPIRY, FIRST_RESPONSE, SlaTimer
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import OutsideHours
from leadtight.domain.policy.rules import RoutingRule
from leadtight.domain.routing.receipt import EXISTING_OWNER, NO_ELIGIBLE_REP, Receipt
from leadtight.policy import loader as policies
from tests.scenarios.test_handover import hand_over
from tests.scenarios.test_rearm import rearm
from tests.scenarios.world import MONDAY_NINE, WARM, World

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = MONDAY_NINE - timedelta(hours=7)
SHIFTS = {"ana": (6, 14), "ben": (14, 22), "cem": (10, 18)}
"""The hours of each person by the clock in Berlin, every day."""


def shift(begins: int, ends: int) -> Calendar:
    every_day = dict.fromkeys(range(7), (Period(time(begins), time(ends % 24)),))
    return Calendar(id=f"{begins}-{ends}", zone=BERLIN, week=every_day)


def on_shifts(mode: OutsideHours = OutsideHours.SHIFT_START, **shifts: tuple[int, int]) -> Policy:
    """Return the shipped policy with shifts of its people.

    Its targets count around the clock.
    """
    base, shifts = policies.shipped(), shifts or SHIFTS
    calendars = {name: shift(*hours) for name, hours in shifts.items()}
    people = {name: replace(base.people[name], calendar=calendar.id) for name, calendar in calendars.items()}
    inbound = replace(base.pools["inbound"], members=dict.fromkeys(shifts, 1), outside_hours=mode)
    return replace(
        base,
        calendars={**base.calendars, **{calendar.id: calendar for calendar in calendars.values()}},
        people={**base.people, **people},
        pools={**base.pools, "inbound": inbound},
        targets={name: replace(target, calendar="always") for name, target in base.targets.items()},
        tiers=tuple(tier for tier in base.tiers if tier.id in ("hot", "warm")),
        stages={},
    )


def at(clock: str, day: int = 23) -> datetime:
    """Return a time of November 2026 in Berlin."""
    return datetime(2026, 11, day, int(clock[:2]), int(clock[3:]), tzinfo=BERLIN).astimezone(UTC)


def receipt_in(event: Event) -> Receipt:
    return from_document(Receipt, event.data["receipt"])


def receipt_of(world: World, lead_id: str, kind: Kind = Kind.LEAD_ASSIGNED) -> Receipt:
    return receipt_in(world.events(lead_id, kind)[-1])


def left_out(world: World, lead_id: str) -> dict[str, str]:
    return {c.person: c.left_out for c in receipt_of(world, lead_id).candidates if c.left_out}


def clock_of(world: World, lead_id: str, target: str = FIRST_RESPONSE) -> SlaTimer:
    clock = world.lead(lead_id).clock(target)
    assert clock is not None
    return clock


def test_a_person_outside_their_hours_is_skipped_unless_the_pool_says_otherwise() -> None:
    written = policies.SHIPPED.read_text().replace('outside_hours = "shift_start"\n', "")
    world = World(policy=policies.parse(written.encode()), now=NIGHT)
    lead_id = world.receive()
    assert (world.lead(lead_id).owner_id, receipt_of(world, lead_id).reason) == ("mia", NO_ELIGIBLE_REP)
    said = f"outside working hours until {MONDAY_NINE.isoformat()}"
    assert left_out(world, lead_id) == dict.fromkeys(("ana", "ben", "cem"), said)
    world.advance(hours=7)
    assert world.lead(lead_id).owner_id == "ana", "it waited for the first member at work"
    assigning = World(policy=on_shifts(OutsideHours.ASSIGN), now=at("23:00"))
    lead_id = assigning.receive()
    assert (assigning.lead(lead_id).owner_id, clock_of(assigning, lead_id).deadline) == ("ana", at("23:05"))


def test_a_night_lead_has_one_owner_at_once_and_its_clock_starts_with_their_shift() -> None:
    world = World(now=NIGHT)
    leads = [world.receive(message=WARM) for _ in range(6)]
    assert world.owners() == ["ana", "ben", "cem"] * 2, "the duty manager has none of them"
    for lead_id in leads:
        lead, clock, receipt = world.lead(lead_id), clock_of(world, lead_id), receipt_of(world, lead_id)
        assert (receipt.clock_starts_at, clock.started_at) == (MONDAY_NINE, MONDAY_NINE)
        assert lead.promise.deadline == clock.deadline == MONDAY_NINE + timedelta(hours=1), "ten, as by the office"
        assert lead.next_action is not None
        assert lead.next_action.due_at == clock.deadline
        assert min(step.at for step in clock.steps) > MONDAY_NINE
        assert "Answer by" in world.mails(lead_id, Template.ALERT_OWNER)[0].mail.text
        assert receipt.recompute() == lead.owner_id


def test_people_at_work_come_first_and_then_the_next_in_turn_from_their_shift() -> None:
    world = World(policy=on_shifts(), now=at("07:00"))
    early = world.receive()
    assert (world.lead(early).owner_id, receipt_of(world, early).clock_starts_at) == ("ana", None)
    assert left_out(world, early) == {
        "ben": f"outside working hours until {at('14:00').isoformat()}",
        "cem": f"outside working hours until {at('10:00').isoformat()}",
    }
    world.now = at("23:00")
    late = [world.receive(message=WARM) for _ in range(3)]
    assert [world.lead(lead_id).owner_id for lead_id in late] == ["ana", "ben", "cem"]
    begins = [at("06:00", 24), at("14:00", 24), at("10:00", 24)]
    assert [receipt_of(world, lead_id).clock_starts_at for lead_id in late] == begins
    assert [world.lead(lead_id).promise.deadline - begin for lead_id, begin in zip(late, begins, strict=True)] == [
        timedelta(hours=1)
    ] * 3
    assert left_out(world, late[0]) == {}


def test_a_person_on_leave_by_their_next_shift_is_not_next() -> None:
    policy = on_shifts()
    leave = Absence(at("00:00", 24), at("00:00", 30))
    people = {**policy.people, "ana": replace(policy.people["ana"], away=(leave,))}
    world = World(policy=replace(policy, people=people), now=at("23:00"))
    lead_id = world.receive()
    assert world.lead(lead_id).owner_id == "ben"
    assert left_out(world, lead_id) == {"ana": f"on leave until {leave.end.isoformat()}"}


def test_a_person_outside_their_hours_with_the_skill_comes_before_giving_the_skill_up() -> None:
    policy = on_shifts()
    people = {**policy.people, "ben": replace(policy.people["ben"], skills=frozenset({"es"}))}
    inbound = replace(policy.pools["inbound"], require=("language",), relax=("language",))
    policy = replace(policy, people=people, pools={**policy.pools, "inbound": inbound})
    world = World(policy=policy, now=at("07:00"))
    lead_id = world.receive(language="es")
    receipt = receipt_of(world, lead_id)
    assert (receipt.owner, receipt.relaxed, receipt.clock_starts_at) == ("ben", (), at("14:00"))
    other = receipt_of(world, world.receive(language="fr"))
    assert (other.owner, other.relaxed, other.clock_starts_at) == ("ana", ("language",), None)


def test_an_existing_owner_outside_their_hours_follows_colleagues_at_work_only() -> None:
    policy = on_shifts()
    rule = RoutingRule(id="known", pool="inbound", when=Condition(existing_owner=True), to_existing_owner=True)
    policy = replace(policy, routing=replace(policy.routing, rules=(rule, *policy.routing.rules)))
    world = World(policy=policy, now=at("07:00"))
    assert receipt_of(world, world.receive(owner="ben")).owner == "ana"
    world.now = at("23:00")
    night = receipt_of(world, world.receive(owner="ben"))
    assert (night.owner, night.reason, night.clock_starts_at) == ("ben", EXISTING_OWNER, at("14:00", 24))
    assert night.recompute() == "ben"


def test_a_reassigned_lead_has_its_shorter_window_from_the_next_owners_shift() -> None:
    world = World(policy=on_shifts(ana=(6, 14), ben=(8, 16)), now=at("07:00"))
    lead_id = world.receive()
    world.advance(minutes=10)
    lead, clock = world.lead(lead_id), clock_of(world, lead_id)
    assert (lead.owner_id, clock.started_at, clock.deadline) == ("ben", at("08:00"), at("08:05"))
    world.advance(minutes=50)
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 1, "nothing counts before the shift"


def test_an_expired_lead_counts_from_the_next_owners_shift() -> None:
    policy = on_shifts(ana=(6, 14), ben=(8, 16))
    tiers = tuple(replace(tier, expire_after=timedelta(days=2)) for tier in policy.tiers)
    world = World(policy=replace(policy, tiers=tiers), now=at("07:00"))
    lead_id = world.receive()
    world.press(lead_id, "connected", follow_up="2026-11-25T06:30")
    world.advance(days=2)
    [expired] = world.events(lead_id, Kind.LEAD_EXPIRED)
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert (expired.at, expired.data["owner"], lead.next_action.due_at) == (at("07:00", 25), "ben", at("08:05", 25))
    assert clock_of(world, lead_id, EXPIRY).deadline == at("08:00", 27)


def test_a_waiting_lead_goes_to_a_member_from_their_shift() -> None:
    world = World(policy=on_shifts(ana=(6, 14)), now=at("21:00"))
    world.table.set_away("ana", at("23:00"))
    lead_id = world.receive(message=WARM)
    assert world.lead(lead_id).owner_id == "mia"
    world.advance(hours=2, minutes=5)
    lead, clock = world.lead(lead_id), clock_of(world, lead_id)
    assert (lead.owner_id, clock.started_at, clock.deadline) == ("ana", at("06:00", 24), at("06:30", 24))
    assert lead.next_action is not None
    assert lead.next_action.due_at == clock.deadline
    assert lead.promise.deadline == at("22:00"), "the promise with the catch-all person stands, and was broken"


def test_a_lead_is_handed_over_to_a_member_from_their_shift() -> None:
    policy = on_shifts()
    evening = {name: replace(policy.people[name], calendar="14-22") for name in ("dora", "eli")}
    world = World(policy=replace(policy, people={**policy.people, **evening}), now=at("07:00"))
    lead_id = world.receive(message=WARM)
    hand_over(world, lead_id)
    lead, clock = world.lead(lead_id), clock_of(world, lead_id)
    assert (lead.owner_id, clock.started_at, clock.deadline) == ("dora", at("14:00"), at("15:00"))


@pytest.mark.parametrize(("due", "owner"), [("09:00", "ben"), ("07:30", "ana"), ("05:30", "cem")])
def test_the_cover_for_an_absent_owner_is_at_work_by_the_time_the_lead_is_due(due: str, owner: str) -> None:
    policy = on_shifts(ana=(7, 14), ben=(9, 17), cem=(22, 6))
    people = {
        **policy.people,
        "cem": replace(policy.people["cem"], calendar=None, team="night"),
        "dora": replace(policy.people["dora"], delegate="ben", away=(Absence(at("01:00", 24), at("01:00", 25)),)),
    }
    teams = {**policy.teams, "night": replace(policy.teams["sales"], id="night", calendar="always")}
    pools = {**policy.pools, "inbound": replace(policy.pools["inbound"], members={"dora": 1, "ana": 1, "cem": 1})}
    world = World(policy=replace(policy, people=people, teams=teams, pools=pools), now=at("12:00"))
    for person in ("ana", "cem"):
        world.table.set_away(person, at("13:00"))
    lead_id = world.receive()
    assert world.lead(lead_id).owner_id == "dora"
    world.press(lead_id, "callback", follow_up=f"2026-11-24T{due}")
    world.now = at("01:00", 24)
    world.sweep()
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert (lead.owner_id, lead.next_action.due_at) == (owner, at(due, 24)), "an agreed time stands"


def test_a_covered_lead_due_before_any_shift_has_its_window_in_the_next_owners() -> None:
    policy = on_shifts(ana=(6, 14), ben=(8, 16))
    world = World(policy=policy, now=at("06:30"))
    lead_id = world.receive(message=WARM)
    world.table.set_away("ana", at("13:00"))
    world.advance(minutes=30)
    lead, clock = world.lead(lead_id), clock_of(world, lead_id)
    assert (lead.owner_id, clock.started_at, clock.deadline) == ("ben", at("08:00"), at("08:30"))


def test_a_lead_is_given_back_when_its_owner_is_at_work_before_it_is_due() -> None:
    policy = on_shifts(ana=(6, 14), ben=(8, 16))
    leave = Absence(at("07:00"), at("02:00", 24), give_back=True)
    people = {**policy.people, "ana": replace(policy.people["ana"], away=(leave,))}
    slow = replace(policy.targets["warm"], within=timedelta(hours=18), reassign=None)
    world = World(
        policy=replace(policy, people=people, targets={**policy.targets, "warm": slow}), now=at("06:30"), sweeping=False
    )
    lead_id = world.receive(message=WARM)
    world.now = at("08:00")
    world.sweep()
    assert world.lead(lead_id).owner_id == "ben"
    world.advance(hours=18, minutes=1)
    assert world.lead(lead_id).owner_id == "ben", "a reminder is due before she is at work"
    world.advance(hours=4)
    assert (world.lead(lead_id).owner_id, world.lead(lead_id).owned_since) == ("ana", at("06:00", 24))


def test_a_rearmed_clock_still_starts_with_the_shift() -> None:
    world = World(now=NIGHT)
    lead_id = world.receive(message=WARM)
    targets = {**world.policy.targets, "warm": replace(world.policy.targets["warm"], within=timedelta(hours=2))}
    targets |= {name: replace(targets["warm"], id=name) for name in ("next_morning",)}
    world.govern(replace(world.policy, version="2", targets=targets))
    assert [done.lead_id for done in rearm(world)] == [lead_id]
    clock = clock_of(world, lead_id)
    assert (clock.started_at, clock.deadline) == (MONDAY_NINE, MONDAY_NINE + timedelta(hours=2))
    assert world.lead(lead_id).promise.starts_at == NIGHT


def test_a_contact_before_the_shift_stops_the_clock_and_keeps_the_promise() -> None:
    world = World(policy=on_shifts(), now=at("23:00"))
    lead_id = world.receive()
    world.now = at("23:30")
    world.press(lead_id, "connected")
    lead = world.lead(lead_id)
    assert (lead.first_contact_at, lead.clock(FIRST_RESPONSE)) == (at("23:30"), None)
    assert not lead.is_breached(at("12:00", 24))


ARRIVALS = st.lists(st.integers(1, 15 * 60), min_size=1, max_size=14)
HOURS = st.tuples(st.integers(0, 23), st.integers(1, 12)).map(lambda h: (h[0], min(h[0] + h[1], 24)))


@pytest.mark.slow
@given(
    hours=st.lists(HOURS, min_size=3, max_size=3),
    switched=st.lists(st.integers(-5, 60), min_size=3, max_size=3),
    gaps=ARRIVALS,
    mode=st.sampled_from([OutsideHours.SKIP, OutsideHours.SHIFT_START]),
)
@settings(max_examples=settings().max_examples // 2)
def test_owner_and_deadline_equal_those_of_walking_through_every_minute(
    hours: list[tuple[int, int]], switched: list[int], gaps: list[int], mode: OutsideHours
) -> None:
    people = dict(zip(("ana", "ben", "cem"), hours, strict=True))
    world = World(policy=on_shifts(mode, **people), now=at("00:00"), sweeping=False)
    away = {p: at("00:00") + timedelta(hours=h) for p, h in zip(people, switched, strict=True)}
    for person, until in away.items():
        world.table.set_away(person, until)
    turns = dict.fromkeys(people, 0)
    for gap in gaps:
        world.now += timedelta(minutes=gap)
        lead = world.lead(world.receive(message=WARM))
        owner, begins = _walk(people, away, turns, world.now, mode)
        assert (lead.owner_id, lead.promise.deadline) == (owner, begins + timedelta(hours=1))
        receipt = receipt_of(world, lead.id)
        assert (receipt.recompute() or "mia", receipt.clock_starts_at or world.now) == (owner, begins)


def _walk(
    hours: dict[str, tuple[int, int]],
    away: dict[str, datetime],
    turns: dict[str, int],
    now: datetime,
    mode: OutsideHours,
) -> tuple[str, datetime]:
    """Return owner and start by trying every minute.

    Credits are in sixths of a lead.
    """
    here = [p for p in hours if away[p] <= now]
    shifts = {p: _first_minute(hours[p], now) for p in here}
    among = [p for p in here if shifts[p] == now]
    if not among and mode is OutsideHours.SHIFT_START:
        among = here
    if not among:
        return "mia", now
    for person in among:
        turns[person] += 6 // len(among)
    owner = max(among, key=lambda p: turns[p])
    turns[owner] -= 6
    return owner, shifts[owner]


def _first_minute(hours: tuple[int, int], now: datetime) -> datetime:
    minutes: Sequence[datetime] = [now + timedelta(minutes=m) for m in range(24 * 60)]
    return next(m for m in minutes if hours[0] <= m.astimezone(BERLIN).hour < hours[1])


def test_turns_stay_exact_within_each_window_of_those_eligible() -> None:
    world = World(policy=on_shifts(), now=at("23:00"))
    for _ in range(30):
        world.receive()
    nights = world.owners()
    assert all(len(set(nights[i : i + 3])) == 3 for i in range(28))
    world.now = at("11:00", 24)
    for _ in range(20):
        world.receive()
    mornings = world.owners()[30:]
    assert Counter(mornings) == {"ana": 10, "cem": 10}
    assert all(len(set(mornings[i : i + 2])) == 2 for i in range(19))
