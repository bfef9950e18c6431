"""A lead books a call by itself (G2).

A delivery of the booking tool moves the lead of a known person.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.adapters.inbound.webhooks import reader
from leadtight.adapters.inbound.webhooks.calendly import Calendly
from leadtight.app.intake.deliveries import Deliveries, SettledItem
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.sequences import AGREED, ended, planned_world, until
from tests.scenarios.world import MONDAY_NINE, World
from tests.unit.adapters.inbound.webhooks.deliveries import BOOKING

CALENDLY = Webhook(id="calendly", provider="calendly", source="calendly")


def booked(world: World, email: str, starts_at: datetime | str, **event: Any) -> str:
    """Deliver a booking as Calendly posts it; return its lead."""
    starts = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    invitee = {
        "uri": f"https://api.calendly.com/scheduled_events/E/invitees/{email}-{starts}",
        "name": "Ada Obi",
        "email": email,
        "created_at": MONDAY_NINE.isoformat(),
        "timezone": "America/New_York",
        "scheduled_event": {"start_time": starts},
    }
    body = json.dumps({"event": "invitee.created", "payload": invitee} | event).encode()
    [submission] = Calendly().read(body, "", CALENDLY)
    return world.submit(submission).lead_id


@pytest.mark.proves("G2")
def test_a_booking_of_a_known_person_moves_their_lead_and_waits_for_the_call() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "interested")
    world.advance(minutes=10)
    starts_at = world.now + timedelta(hours=3)
    assert booked(world, "ada@example.com", starts_at) == lead_id
    lead = world.lead(lead_id)
    assert lead.stage is Stage.CALL_BOOKED
    assert lead.next_action is not None
    assert (lead.next_action.what, lead.next_action.due_at) == ("Confirm the call with Ada Obi", starts_at)
    [event] = world.events(lead_id, Kind.CALL_BOOKED)
    assert datetime.fromisoformat(event.data["starts_at"]) == starts_at
    assert fold(world.table.history(lead_id)) == lead
    assert lead.attempts == 1


def test_a_distant_call_is_confirmed_after_the_policys_own_pause() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "connected")
    booked(world, "ada@example.com", world.now + timedelta(days=9))
    due = world.lead(lead_id).next_action
    assert due is not None
    assert MONDAY_NINE < due.due_at < MONDAY_NINE + timedelta(days=2)


def test_a_repeated_booking_is_one() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "interested")
    starts_at = world.now + timedelta(hours=3)
    for _ in range(2):
        booked(world, "ada@example.com", starts_at)
        world.advance(minutes=1)
    assert len(world.events(lead_id, Kind.CALL_BOOKED)) == 1


@pytest.mark.proves("G2")
def test_a_booking_is_not_a_contact_and_the_first_answer_is_still_owed() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    lead_before = world.lead(lead_id)
    booked(world, "ada@example.com", world.now + timedelta(days=1))
    lead = world.lead(lead_id)
    assert lead.stage is Stage.CALL_BOOKED
    assert lead.first_contact_at is None
    assert lead.clock(FIRST_RESPONSE) == lead_before.clock(FIRST_RESPONSE)
    assert lead.next_action == lead_before.next_action
    world.advance(minutes=6)
    assert world.lead(lead_id).is_breached(world.now)


@pytest.mark.proves("G9")
def test_a_booking_ends_the_sequence() -> None:
    world = planned_world()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com", **AGREED)
    until(world, 3)
    booked(world, "ada@example.com", world.now + timedelta(days=1))
    assert ended(world, lead_id) == ["booking"]
    assert world.lead(lead_id).enrolment is None


@pytest.mark.parametrize("starts_at", ["", "soon", "2026-11-20T09:00:00"])
def test_a_booking_with_an_unreadable_time_still_moves_the_lead(starts_at: str) -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "interested")
    booked(world, "ada@example.com", starts_at)
    assert world.lead(lead_id).stage is Stage.CALL_BOOKED
    assert world.events(lead_id, Kind.CALL_BOOKED)[0].data["starts_at"] is None


def test_a_booking_of_an_unknown_person_is_a_new_lead() -> None:
    world = World()
    lead_id = booked(world, "new@example.com", datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert world.lead(lead_id).stage is Stage.NEW
    assert world.events(lead_id, Kind.CALL_BOOKED) == []


def test_a_closed_lead_stays_closed() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "won")
    other = booked(world, "ada@example.com", world.now + timedelta(days=1))
    assert other != lead_id
    assert world.lead(lead_id).stage is Stage.WON


def of_cal(name: str, email: str, starts_at: datetime, uid: str = "u1", **payload: Any) -> bytes:
    """Return a delivery of cal.com."""
    attendee = {"email": email, "name": "Ada Obi", "timeZone": "Europe/Berlin"}
    about = {"uid": uid, "startTime": starts_at.isoformat(), "attendees": [attendee]} | payload
    return json.dumps({"triggerEvent": name, "payload": about}).encode()


def of_savvycal(name: str, email: str, starts_at: datetime, uid: str = "u1", **payload: Any) -> bytes:
    """Return a delivery of SavvyCal."""
    about = {"id": uid, "start_at": starts_at.isoformat(), "scheduler": {"email": email, "display_name": "Ada"}}
    return json.dumps({"type": name, "payload": about | payload}).encode()


CAL = BOOKING.webhook
SAVVYCAL = Webhook(
    id="savvycal",
    provider="booking",
    source="savvycal",
    fields={
        "type": "event",
        "payload.id": "booking_id",
        "payload.start_at": "booked_for",
        "payload.scheduler.display_name": "name",
        "payload.scheduler.email": "email",
        "payload.cancel_reason": "reason",
    },
    events={"event.checkout.pending": "ignored"},
)
Tool = tuple[Webhook, Callable[..., bytes], tuple[str, str, str]]
TOOLS: dict[str, Tool] = {
    "cal.com": (CAL, of_cal, ("BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED")),
    "savvycal": (SAVVYCAL, of_savvycal, ("event.created", "event.rescheduled", "event.canceled")),
}


def deliver(world: World, hook: Webhook, body: bytes) -> SettledItem:
    deliveries = Deliveries(world.intake, world.table, world.new_id, lambda _: None, world.proofs.report)
    [settled] = deliveries.take_all(reader.read(hook, body, "", "application/json"), hook.channel, world.now)
    world.run_stream()
    return settled


@pytest.mark.proves("G2")
@pytest.mark.parametrize("tool", TOOLS)
def test_any_tools_booking_moves_a_known_persons_lead_and_its_move_and_cancellation_follow(tool: str) -> None:
    hook, body, (created, moved, canceled) = TOOLS[tool]
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    world.press(lead_id, "interested")
    first, then = world.now + timedelta(hours=3), world.now + timedelta(hours=2)
    for status in ("merged", "duplicate"):
        settled = deliver(world, hook, body(created, "ada@example.com", first))
        assert (settled.id, settled.status) == (lead_id, status)
    lead = world.lead(lead_id)
    assert lead.stage is Stage.CALL_BOOKED
    assert lead.next_action is not None
    assert lead.next_action.due_at == first
    assert deliver(world, hook, body(moved, "ada@example.com", then)).id == lead_id
    booked_for = [event.data["starts_at"] for event in world.events(lead_id, Kind.CALL_BOOKED)]
    assert [datetime.fromisoformat(at) for at in booked_for] == [first, then]
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert lead.next_action.due_at == then
    assert deliver(world, hook, body(canceled, "ada@example.com", then)).id == lead_id
    joined = world.events(lead_id, Kind.INQUIRY_JOINED)[-1]
    assert joined.data["inquiry"]["message"].startswith("[call canceled] ")
    assert world.lead(lead_id).stage is Stage.CALL_BOOKED
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.parametrize("tool", TOOLS)
def test_any_tools_booking_of_an_unknown_person_is_a_lead_and_their_cancellation_is_set_aside(tool: str) -> None:
    hook, body, (created, _, canceled) = TOOLS[tool]
    world = World()
    starts_at = world.now + timedelta(days=1)
    assert deliver(world, hook, body(canceled, "new@example.com", starts_at)).status == "set_aside"
    settled = deliver(world, hook, body(created, "new@example.com", starts_at))
    lead = world.lead(settled.id)
    assert (settled.status, lead.stage, lead.owner_id is not None) == ("created", Stage.NEW, True)
    assert lead.inquiry.fields["booked_for"] == starts_at.isoformat()


def test_an_unknown_word_of_a_booking_tool_waits_for_a_person_and_an_ignored_one_does_not() -> None:
    world = World()
    at = world.now + timedelta(days=1)
    assert deliver(world, SAVVYCAL, of_savvycal("poll.response.created", "ada@example.com", at)).status == "held"
    assert deliver(world, SAVVYCAL, of_savvycal("event.checkout.pending", "ada@example.com", at)).status == "set_aside"
