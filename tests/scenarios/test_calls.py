"""Call reports: outcomes where a person spoke, else never contacts."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from leadtight.adapters.presentation.timeline import timeline
from leadtight.app.outcomes.call_report import CallReport
from leadtight.app.outcomes.recording import LeadView
from leadtight.domain.model.errors import InvalidInquiry, NotFound, StaleSubmission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Status
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stage import Stage
from tests.scenarios.sequences import ended, until
from tests.scenarios.test_voice import begun, call, is_a_task
from tests.scenarios.world import WARM, World

pytestmark = pytest.mark.slow


def report(world: World, outcome: str, **fields: Any) -> LeadView:
    report_fields: dict[str, Any] = {"ref": f"calls:{outcome}", "at": world.now} | fields
    view = world.proofs.report(CallReport(outcome=outcome, **report_fields), world.now)
    world.run_stream()
    return view


def rung() -> tuple[World, str]:
    """Return a lead whose automatic call was just placed."""
    world, lead_id = begun()
    until(world, 2.01)
    assert len(world.caller.placed) == 1
    return world, lead_id


def steps(world: World, lead_id: str) -> list[str]:
    return [e.data["step"] for e in world.events(lead_id, Kind.STEP_TAKEN)]


def reference(world: World, lead_id: str, by_what: str) -> dict[str, str]:
    """Return a reference to the call.

    The provider's id, ours, or the lead alone.
    """
    message = call(world, lead_id)
    ours = {"lead_id": lead_id, "message_id": message.id}
    return {"call": {"call_id": message.provider_id}, "ours": ours, "lead": {"lead_id": lead_id}}[by_what]


@pytest.mark.proves("P4")
@pytest.mark.parametrize("outcome", ["no_answer", "voicemail"])
@pytest.mark.parametrize("by_what", ["call", "ours", "lead"])
def test_an_unanswered_call_is_an_attempt_and_the_plan_continues(outcome: str, by_what: str) -> None:
    world, lead_id = rung()
    lead_before = world.lead(lead_id)
    lead = report(world, outcome, seconds=12, **reference(world, lead_id, by_what)).lead
    assert (lead.attempts, lead.unanswered) == (lead_before.attempts + 1, lead_before.unanswered + 1)
    assert (lead.first_contact_at, lead.stage) == (None, Stage.NEW)
    [proven] = world.events(lead_id, Kind.OUTCOME_PROVEN)
    assert (proven.actor, proven.data["by"], proven.data["evidence"]["seconds"]) == ("proof:provider_event", "", 12)
    until(world, 4.2)
    assert steps(world, lead_id) == ["ring", "write"]
    assert world.events(lead_id, Kind.CALL_BECAME_TASK) == []
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("P4", "Q3")
@pytest.mark.parametrize("outcome", ["connected", "interested", "not_interested", "won", "no_response"])
def test_a_call_answered_to_a_machine_is_not_a_contact_but_an_immediate_task(outcome: str) -> None:
    world, lead_id = rung()
    lead = report(world, outcome, **reference(world, lead_id, "call")).lead
    assert (lead.first_contact_at, lead.stage, lead.is_open) == (None, Stage.NEW, True)
    assert lead.clock(FIRST_RESPONSE) is not None
    assert is_a_task(world, lead_id)
    until(world, 9)
    assert steps(world, lead_id) == ["ring"]
    texts = [entry.text for entry in timeline(world.policy, world.table.history(lead_id))]
    assert any("They answered the automatic call" in text for text in texts)
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_failed_call_is_an_immediate_task_and_not_an_attempt() -> None:
    world, lead_id = rung()
    lead = report(world, "failed", **reference(world, lead_id, "call")).lead
    assert lead.attempts == 0
    assert len(world.events(lead_id, Kind.CALL_FAILED)) == 1
    assert is_a_task(world, lead_id)


def test_a_call_transferred_to_a_person_is_their_contact() -> None:
    world, lead_id = rung()
    spoke_at = world.now + timedelta(seconds=40)
    world.advance(minutes=3)
    lead = report(world, "connected", at=spoke_at, by="Ben@leadtight.example", **reference(world, lead_id, "call")).lead
    assert (lead.first_contact_at, lead.first_contact_by, lead.stage) == (spoke_at, "ben", Stage.CONTACTED)
    assert lead.clock(FIRST_RESPONSE) is None
    assert ended(world, lead_id) == ["reply"]


def test_a_do_not_contact_request_in_any_call_is_respected() -> None:
    world, lead_id = rung()
    lead = report(world, "do_not_contact", **reference(world, lead_id, "call")).lead
    assert (lead.is_open, lead.first_contact_at) == (False, None)
    assert {str(channel) for channel in lead.opted_out} == {"email", "sms", "voice"}
    until(world, 9)
    assert steps(world, lead_id) == ["ring"]


def test_a_repeated_report_counts_once() -> None:
    world, lead_id = rung()
    first = report(world, "no_answer", **reference(world, lead_id, "call"))
    again = report(world, "no_answer", **reference(world, lead_id, "call"))
    assert (first.recorded, again.recorded) == (True, False)
    assert again.lead == first.lead
    assert len(world.events(lead_id, Kind.OUTCOME_PROVEN)) == 1


def test_a_report_after_the_call_became_a_task_is_noted_and_the_task_stays() -> None:
    world, lead_id = rung()
    rang_at = world.now
    world.advance(hours=1)
    task = world.lead(lead_id).next_action
    lead = report(world, "no_answer", at=rang_at, **reference(world, lead_id, "call")).lead
    assert (lead.attempts, lead.next_action) == (1, task)
    until(world, 9)
    assert steps(world, lead_id) == ["ring"], "the person's outcome is still waited for"


def test_while_a_person_must_act_first_an_automatic_outcome_does_not_resume_the_plan() -> None:
    world, lead_id = rung()
    email = world.lead(lead_id).inquiry.email
    world.receive(email=email, message="My lawyer will write to you")
    assert world.lead(lead_id).concern is not None
    lead = report(world, "no_answer", **reference(world, lead_id, "call")).lead
    assert lead.concern is not None
    until(world, 9)
    assert steps(world, lead_id) == ["ring"]


@pytest.mark.proves("R10")
def test_the_earliest_contact_wins_in_any_order_of_reports() -> None:
    verdicts = set()
    for order in permutations((("ana", 3), ("ben", 1), ("cem", 8))):
        world = World()
        lead_id = world.receive(message=WARM)
        begun_at = world.now
        world.advance(minutes=30)
        for by, minute in order:
            report(world, "connected", ref=by, by=by, lead_id=lead_id, at=begun_at + timedelta(minutes=minute))
        lead = world.lead(lead_id)
        verdicts.add((lead.first_contact_at == begun_at + timedelta(minutes=1), lead.first_contact_by, lead.attempts))
    assert verdicts == {(True, "ben", 3)}


def test_an_automatic_call_is_not_a_contact_and_follow_ups_are_due_by_the_policy() -> None:
    world = World()
    lead_id = world.receive()
    report(world, "interested", lead_id=lead_id)
    lead = world.lead(lead_id)
    assert (lead.first_contact_at, lead.stage, lead.attempts) == (None, Stage.NEW, 1)
    world.press(lead_id, "connected")
    report(world, "no_answer", ref="later", lead_id=lead_id)
    action = world.lead(lead_id).next_action
    assert action is not None
    assert action.what.startswith("Call Ada Obi 1 again")


def test_a_report_with_unknown_call_person_or_time_is_refused_by_field() -> None:
    world, lead_id = rung()
    acknowledged = next(m for m in world.table.messages(lead_id) if m.status is Status.SENT and m.channel != "voice")
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"call_id": "unknown"}, NotFound, "call_id"),
        ({"call_id": acknowledged.provider_id}, NotFound, "call_id"),
        ({"lead_id": lead_id, "message_id": "unknown"}, NotFound, "message_id"),
        ({"lead_id": "unknown"}, NotFound, "lead"),
        ({"lead_id": lead_id, "by": "nobody"}, InvalidInquiry, "unknown person 'nobody'"),
        ({"lead_id": lead_id, "at": world.now + timedelta(hours=1)}, InvalidInquiry, "in the future"),
        ({"lead_id": lead_id, "at": datetime(2026, 1, 1, tzinfo=world.now.tzinfo)}, InvalidInquiry, "before the lead"),
    ]
    lead_before = world.lead(lead_id)
    for fields, kind, says in wrong:
        with pytest.raises(kind, match=says):
            report(world, "no_answer", **fields)
    with pytest.raises(InvalidInquiry, match="unknown outcome 'sang'"):
        report(world, "sang", lead_id=lead_id)
    assert world.lead(lead_id) == lead_before


def test_a_report_on_an_excluded_lead_is_refused() -> None:
    world = World()
    lead_id = world.receive(email="me@test.leadtight.example")
    with pytest.raises(StaleSubmission, match="excluded"):
        report(world, "no_answer", lead_id=lead_id)
    assert replace(world.lead(lead_id), version=0) == replace(world.lead(lead_id), version=0, attempts=0)
