"""The brief before a call, from the history alone (P1)."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from leadtight.adapters.presentation.brief_view import brief_of
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.domain.views.call_brief import brief
from tests.scenarios.test_booking import booked
from tests.scenarios.world import World

OBJECTION = "objection:price"
AGREED: dict[str, Any] = {"consent": {"sms": True, "marketing": ["email"], "text": "yes"}, "phone": "+1 212 555 0123"}


def shown(world: World, lead_id: str) -> dict[str, list[str]]:
    """Return the brief as its reader sees it."""
    lines = brief_of(world.policy, world.lead(lead_id), world.table.history(lead_id), world.now)
    return {heading: list(entries) for heading, entries in lines}


def seven_touches(world: World) -> str:
    lead_id = world.receive(name="Ada Obi", email="ada@example.com", message="A new heating, please", **AGREED)
    for number, outcome in enumerate(("connected", "no_answer", OBJECTION, "no_answer", "voicemail", "connected")):
        world.press(lead_id, outcome, note="" if outcome == "no_answer" else f"note {number + 1}")
        world.advance(hours=2)
    return lead_id


@pytest.mark.proves("P1")
def test_the_brief_of_the_seventh_touch_has_the_objection_of_the_third() -> None:
    world = World()
    sections = shown(world, seven_touches(world))
    assert sections["Objections"] == [
        "Objection: too expensive, Mon 23 Nov, 13:00. Sent: What a new heating costs, and what it saves"
    ]
    assert [line.rpartition(". ")[2] for line in sections["Touches so far: 6"]] == [
        "note 6",
        "note 5",
        "Mon 23 Nov, 15:00, Ana Costa: No answer, no message left",
    ]
    assert sections["They asked"] == ["A new heating, please"]
    assert sections["Allowed"] == ["E-mail and text about this. E-mail for more"]
    assert sections["Their time"] == ["Mon 23 Nov, 15:00, New York time (by their number)"]
    assert "We promised" not in sections


def test_the_brief_is_at_hand_on_the_leads_page() -> None:
    world = World()
    lead_id = seven_touches(world)
    page = Pages(world.policy).outcome(world.desk.show(world.link(lead_id), world.now), world.now)
    assert page.index("Before you call") < page.index("What happened?")
    assert "Objection: too expensive, Mon 23 Nov, 13:00" in page
    world.press(lead_id, "won")
    assert "Before you call" not in Pages(world.policy).outcome(
        world.desk.show(world.link(lead_id), world.now), world.now
    )


@pytest.mark.proves("P1")
def test_promises_and_later_messages_are_in_the_brief() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", email="ada@example.com")
    assert shown(world, lead_id)["We promised"] == ["A first answer by Mon 23 Nov, 09:05"]
    world.press(lead_id, "callback", follow_up="2026-11-30T09:00")
    world.receive(name="Ada Obi", email="ada@example.com", message="Tuesday is better")
    world.press(lead_id, "interested")
    sections = shown(world, lead_id)
    assert sections["They asked"][-1] == "Tuesday is better"
    assert sections["We promised"] == [
        "To get in touch Mon 30 Nov, 09:00 (agreed Mon 23 Nov, 09:00)",
        "They have the booking link",
    ]
    booked(world, "ada@example.com", world.now + timedelta(days=8))
    assert shown(world, lead_id)["We promised"][-1] == "A call they booked: Tue 1 Dec, 09:00"


@pytest.mark.proves("P1")
def test_undone_outcomes_are_not_in_the_brief_and_unsent_messages_are_noted() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.press(lead_id, OBJECTION)
    assert shown(world, lead_id)["Objections"][0].endswith("Nothing was sent")  # without consent
    world.undo(lead_id)
    sections = shown(world, lead_id)
    assert "Objections" not in sections
    assert len(sections["Touches so far: 1"]) == 1


def test_an_opt_out_is_in_the_brief_of_the_next_call() -> None:
    world = World()
    lead_id = world.receive(phone="+49 30 901820")
    world.press(lead_id, "do_not_contact")
    assert shown(world, lead_id)["Allowed"] == ["E-mail, text and automatic calls never again"]


def test_the_reading_order_of_the_history_does_not_matter() -> None:
    world = World()
    lead_id = seven_touches(world)
    history = list(world.table.history(lead_id))
    expected = brief(history)
    Random(1).shuffle(history)
    assert brief(history) == expected
