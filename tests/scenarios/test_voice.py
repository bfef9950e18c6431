"""Automatic calls of sequences (P4).

They need consent and a permitted hour, and never replace a person.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.model.errors import SendFailed, SendRefused, SendUnsure
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.domain.policy.messaging import Voice
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import Sequence
from tests.scenarios.sequences import EMAIL, TASK, ended, planned_policy, step, until
from tests.scenarios.test_do_not_call import imported
from tests.scenarios.world import MONDAY_NINE, World

NUMBER = "+4930901820"
AGREED: dict[str, Any] = {"phone": NUMBER, "country": "DE", "consent": {"marketing": ["email", "voice"], "text": "yes"}}
PLAN = Sequence(
    id="plan",
    calendar="office",
    steps=(
        step("ring", 2, StepAction.VOICE, "Call {name}"),
        step("write", 4, EMAIL, "nurture_1"),
        step("last", 7, TASK, "Call {name} a last time"),
    ),
    retire="no_response",
)
VOICE = Voice(instance="i", contact_flow="f", source_number="+4930123450")


def policy(plan: Sequence = PLAN, voice: Voice | None = VOICE) -> Policy:
    return replace(planned_policy(plan), voice=voice)


def begun(base: Policy | None = None, now: datetime = MONDAY_NINE, **body: Any) -> tuple[World, str]:
    world = World(policy=base or policy(), now=now)
    return world, world.receive(**(AGREED | body))


def call(world: World, lead_id: str) -> Any:
    return world.message(lead_id, Template.SEQUENCE_STEP, Channel.VOICE)


def is_a_task(world: World, lead_id: str) -> bool:
    action = world.lead(lead_id).next_action
    return len(world.events(lead_id, Kind.CALL_BECAME_TASK)) == 1 and action is not None and "Call" in action.what


@pytest.mark.proves("P4")
def test_a_step_calls_the_lead_once_with_our_ids_and_waits_for_its_outcome() -> None:
    world, lead_id = begun()
    world.stream_doubled = True
    until(world, 2.01)
    [placed] = world.caller.placed
    assert (placed.permission.address, placed.permission.basis) == (NUMBER, "consent")
    assert placed.permission.zones == ("Europe/Berlin",)
    assert (placed.envelope.lead_id, placed.envelope.message_id) == (lead_id, call(world, lead_id).id)
    assert call(world, lead_id).status is Status.SENT
    world.press(lead_id, "no_answer")
    until(world, 4.2)
    assert world.events(lead_id, Kind.CALL_BECAME_TASK) == []
    assert [e.data["step"] for e in world.events(lead_id, Kind.STEP_TAKEN)] == ["ring", "write"]
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("P4")
def test_without_a_timely_outcome_the_call_is_the_owners_task_and_blocks_later_steps() -> None:
    world, lead_id = begun()
    until(world, 2)
    world.advance(minutes=29)
    assert world.events(lead_id, Kind.CALL_BECAME_TASK) == []
    world.advance(minutes=2)
    assert is_a_task(world, lead_id)
    assert world.message(lead_id, Template.TASK).recipient == world.lead(lead_id).owner_id
    until(world, 5)
    assert [e.data["step"] for e in world.events(lead_id, Kind.STEP_TAKEN)] == ["ring"]
    world.press(lead_id, "no_answer")
    world.advance(days=4)
    assert [e.data["step"] for e in world.events(lead_id, Kind.STEP_TAKEN)][:2] == ["ring", "write"]
    assert len(world.caller.placed) == 1
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("H1")
@pytest.mark.parametrize(
    "agreed", [{}, {"sms": True}, {"sms": True, "marketing": ["email", "sms"]}], ids=["nothing", "texts", "more texts"]
)
def test_a_person_without_consent_to_calls_is_called_only_by_people(agreed: dict[str, Any]) -> None:
    world, lead_id = begun(consent={**agreed, "text": "yes"})
    until(world, 2.1)
    assert world.caller.placed == []
    assert call(world, lead_id).detail == "no consent to voice beyond the inquiry"
    assert is_a_task(world, lead_id)


def test_a_number_on_a_list_or_under_a_stale_list_is_not_called() -> None:
    listed, lead_id = begun()
    imported(listed, NUMBER)
    until(listed, 2.1)
    assert listed.caller.placed == []
    assert "on the do-not-call list" in call(listed, lead_id).detail
    assert is_a_task(listed, lead_id)
    stale, _ = begun()
    imported(stale, "+4930901821", age=40)
    until(stale, 2.1)
    assert stale.caller.placed == []


@pytest.mark.parametrize("left", [Channel.EMAIL, Channel.SMS, Channel.VOICE])
def test_an_opt_out_of_any_channel_prevents_automatic_calls(left: Channel) -> None:
    world, lead_id = begun()
    until(world, 1)
    for key in person_keys(world.lead(lead_id).inquiry):
        world.table.suppress(key, left)
    until(world, 2.1)
    assert world.caller.placed == []
    assert call(world, lead_id).detail == f"opted out of {left}"
    assert is_a_task(world, lead_id)


def test_do_not_contact_prevents_both_automatic_calls_and_tasks() -> None:
    world, lead_id = begun()
    until(world, 1)
    world.press(lead_id, "do_not_contact")
    until(world, 4)
    assert world.caller.placed == []
    assert world.events(lead_id, Kind.STEP_TAKEN) == []


@pytest.mark.proves("P4")
def test_nobody_is_called_outside_the_hours_of_any_zone_where_the_number_may_be() -> None:
    evening = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # office hours in Berlin, night in San Francisco
    patient = replace(VOICE, outcome_within=timedelta(hours=12))
    world, lead_id = begun(policy(voice=patient), now=evening, phone="+14155551234", country="US")
    until(world, 2)
    world.advance(minutes=5)
    assert world.caller.placed == []
    assert call(world, lead_id).detail == "outside permitted hours"
    world.advance(hours=12)
    [placed] = world.caller.placed
    [sent] = [e for e in world.events(lead_id, Kind.MESSAGE_SENT) if e.data["channel"] == Channel.VOICE]
    assert sent.at == datetime(2026, 11, 25, 16, 0, tzinfo=UTC), "eight in the morning there"
    assert placed.permission.zones == ("America/Los_Angeles",)


def test_a_call_that_waited_too_long_is_a_task_and_is_not_placed() -> None:
    narrow = replace(policy(), messaging=replace(policy().messaging, sms_from=time(20), sms_until=time(21)))
    world, lead_id = begun(narrow)
    until(world, 3)
    assert is_a_task(world, lead_id)
    assert world.caller.placed == []
    assert call(world, lead_id).status is Status.REFUSED


@pytest.mark.parametrize("failure", [SendFailed("busy"), SendRefused("no such flow"), SendUnsure("no answer")])
def test_without_the_provider_a_person_calls(failure: Exception) -> None:
    world, lead_id = begun()
    world.caller.failures = [failure] * 500
    until(world, 2.1)
    assert world.caller.placed == []
    assert is_a_task(world, lead_id)


def test_a_plan_with_calls_continues_as_tasks_when_the_policy_drops_calls() -> None:
    world, lead_id = begun()
    until(world, 1)
    world.govern(policy(voice=None))
    until(world, 2.1)
    assert world.caller.placed == []
    assert [e.data["step"] for e in world.events(lead_id, Kind.STEP_TAKEN)] == ["ring"]
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what.startswith("Call Ada")


def test_a_final_call_ends_its_sequence_with_its_outcome() -> None:
    world, lead_id = begun(policy(replace(PLAN, steps=PLAN.steps[:1])))
    until(world, 2.01)
    assert ended(world, lead_id) == []
    world.press(lead_id, "no_answer")
    assert ended(world, lead_id) == ["finished"]


def test_an_extension_is_not_dialled_automatically_so_its_call_is_a_task() -> None:
    world, lead_id = begun(phone=f"{NUMBER} ext. 11")
    until(world, 2.01)
    assert world.caller.placed == []
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what.startswith("Call ")
