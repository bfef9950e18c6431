"""A lead's status, computed from times, to the second."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.devstage.console.standing import next_step, promise_status, running_timers
from leadtight.devstage.console.times import clock_time, span
from leadtight.devstage.deployment import POLICY
from leadtight.policy import loader as policies
from tests.scenarios.world import World

DEV = policies.load(POLICY)


@pytest.fixture
def world() -> World:
    return World(policy=DEV)


def test_a_fresh_lead_has_a_running_clock_and_its_owner_is_warned_next(world: World) -> None:
    lead = world.lead(world.receive())
    now = promise_status(lead, world.now)
    assert (now.kind, now.detail) == ("running", f"{span(lead.promise.deadline - world.now)} left")
    following = next_step(DEV, lead)
    assert following
    assert following.text == "Ana Costa is warned"
    clock, expiry = running_timers(DEV, lead, world.now)
    assert (expiry.name, [step.text for step in expiry.steps]) == (
        "Time with this owner",
        ["It is reassigned unless Ana Costa acts on it first"],
    )
    assert (clock.name, clock.is_over) == ("First answer", False)
    assert [step.text for step in clock.steps][-3:] == [
        "The deadline is missed",
        "Mia Berger is notified",
        "It is reassigned",
    ]


def test_a_reassigned_lead_is_still_overdue_against_its_own_promise(world: World) -> None:
    lead_id = world.receive()
    world.advance(minutes=1)
    assert promise_status(world.lead(lead_id), world.now).kind == "overdue"


@pytest.mark.parametrize(("after", "kind"), [(timedelta(0), "kept"), (timedelta(microseconds=1), "late")])
def test_an_answer_exactly_at_the_deadline_is_in_time(world: World, after: timedelta, kind: str) -> None:
    lead_id = world.receive()
    world.advance(seconds=1)
    world.now = world.lead(lead_id).promise.deadline + after
    world.press(lead_id, "connected")
    lead = world.lead(lead_id)
    assert promise_status(lead, world.now).kind == kind
    assert [clock.name for clock in running_timers(DEV, lead, world.now)] == [
        "Next step",
        "Time without a touch",
        "Time in this stage",
        "Time with this owner",
    ]


def test_nothing_is_due_after_a_lead_is_won(world: World) -> None:
    lead_id = world.receive()
    world.advance(seconds=1)
    world.press(lead_id, "won")
    assert next_step(DEV, world.lead(lead_id)) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (-65, "1 min 05 s"), (3_600, "1 h 0 min"), (200_000, "2 days")],
)
def test_short_spans_are_shown_to_the_second(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


def test_a_time_on_another_day_is_dated_in_the_companys_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # already Monday in Berlin
    assert clock_time(now, now, berlin) == "00:30:00"
    assert clock_time(now - timedelta(hours=1), now, berlin) == "Sun 22 Nov, 23:30:00"
