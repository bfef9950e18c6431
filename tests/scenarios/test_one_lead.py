"""One lead from arrival to end, under the shipped policy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.presentation import lead_json
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.model.stage import Stage
from tests.scenarios.world import MONDAY_NINE, WARM, World

SEQUENCE = (Kind.LEAD_ENROLLED, Kind.STEP_TAKEN, Kind.SEQUENCE_ENDED)


@pytest.mark.proves("A10", "E5", "I2")
def test_a_new_lead_has_owner_timer_next_action_acknowledgement_and_alert_at_once() -> None:
    world = World()
    lead = world.lead(world.receive(name="Ada Obi", email="Ada@Example.com", phone="+49 30 901820"))
    assert lead.owner_id == "ana"
    assert lead.owned_since == lead.first_assigned_at == MONDAY_NINE
    assert lead.next_action is not None
    assert lead.next_action.what == "Call Ada Obi"
    assert lead.next_action.due_at == lead.promise.deadline == MONDAY_NINE + timedelta(minutes=5)
    assert lead.wake_at == MONDAY_NINE + timedelta(minutes=3)
    assert [m.permission.address for m in world.mails(lead.id, Template.ACKNOWLEDGE)] == ["ada@example.com"]
    assert [m.permission.address for m in world.mails(lead.id, Template.ALERT_OWNER)] == ["ana@leadtight.example"]


@pytest.mark.proves("A10")
def test_record_of_a_lead_has_every_minimum_field() -> None:
    world = World()
    lead_id = world.receive(source="web_form", name="Ada Obi", company="Obi Dental", value="4500")
    arrived = lead_json.lead(world.policy, world.programs.find(lead_id).lead, world.now)
    assert (arrived["stage"], arrived["last_contact_at"], arrived["status_notes"]) == ("new", None, "")
    world.advance(minutes=1)
    world.press(lead_id, "connected", note="wants a flat roof")
    record = lead_json.lead(world.policy, world.programs.find(lead_id).lead, world.now)
    assert record["name"] == "Ada Obi"
    assert record["company"] == "Obi Dental"
    assert record["source"] == "web_form"
    assert record["received_at"] == "2026-11-23T08:00:00.000000Z"
    assert record["owner"] == {"id": "ana", "name": "Ana Costa"}
    assert record["stage"] == "contacted"
    assert record["last_contact_at"] == "2026-11-23T08:01:00.000000Z"
    assert record["next_follow_up_at"] == record["next_action"]["due_at"] > record["last_contact_at"]
    assert record["next_action"]["what"] == "Follow up with Ada Obi"
    assert record["estimated_value"] == "4500"
    assert "wants a flat roof" in record["status_notes"]


def test_an_unanswered_lead_warns_breaches_escalates_moves_on_and_ends_with_the_manager() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=31)
    once = [Kind.OWNER_WARNED, Kind.OWNER_WARNED, Kind.DEADLINE_MISSED, Kind.LEAD_ESCALATED, Kind.LEAD_REASSIGNED]
    assert world.kinds(lead_id) == [Kind.LEAD_RECEIVED, Kind.LEAD_ASSIGNED, *once, *once, *once]
    lead = world.lead(lead_id)
    assert lead.past_owners == ("ana", "ben", "cem")
    assert (lead.owner_id, lead.generation) == ("mia", 4)
    assert [e.data["reason"] for e in world.events(lead_id, Kind.LEAD_REASSIGNED)] == [
        "rotation",
        "rotation",
        "hop_limit",
    ]
    assert world.repairs() == 0


@pytest.mark.proves("F5")
def test_each_step_of_an_unanswered_lead_happens_at_its_exact_minute() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=16)
    after = [(e.kind, (e.at - MONDAY_NINE).total_seconds() / 60) for e in world.table.history(lead_id) if e.version > 2]
    assert after == [
        (Kind.OWNER_WARNED, 3),
        (Kind.OWNER_WARNED, 4.25),
        (Kind.DEADLINE_MISSED, 5),
        (Kind.LEAD_ESCALATED, 5),
        (Kind.LEAD_REASSIGNED, 10),
        (Kind.OWNER_WARNED, 13),
        (Kind.OWNER_WARNED, 14.25),
        (Kind.DEADLINE_MISSED, 15),
        (Kind.LEAD_ESCALATED, 15),
    ]


@pytest.mark.proves("F6")
def test_every_step_notifies_its_people_once() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=11)
    alerts = [(m.permission.purpose, m.permission.address.partition("@")[0]) for m in world.mailer.sent]
    assert alerts == [
        (Template.ACKNOWLEDGE, "ada1"),
        (Template.ALERT_OWNER, "ana"),
        (Template.WARN_OWNER, "ana"),
        (Template.WARN_OWNER, "ana"),
        (Template.DEADLINE_MISSED, "ana"),
        (Template.ESCALATE, "mia"),
        (Template.ALERT_OWNER, "ben"),
        (Template.LEAD_MOVED, "ana"),
    ]
    assert lead_id == world.lead_ids()[0]


@pytest.mark.proves("R12")
@pytest.mark.slow
def test_an_open_lead_always_has_something_due() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(days=9)
    reminders = world.events(lead_id, Kind.OWNER_REMINDED)
    assert len(reminders) > 50  # the office is open for some 40 hours a week
    assert all(e.data["owner"] == "mia" for e in reminders)
    assert all(world.policy.calendars["office"].is_open(e.at - timedelta(seconds=1)) for e in reminders)
    assert world.lead(lead_id).wake_at is not None


def test_a_lead_answered_in_time_never_breaches() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=4)
    world.press(lead_id, "connected")
    world.advance(days=1)
    lead = world.lead(lead_id)
    assert lead.stage is Stage.CONTACTED
    assert lead.first_contact_at == MONDAY_NINE + timedelta(minutes=4)
    assert not lead.is_breached(world.now)
    assert lead.clock(FIRST_RESPONSE) is None
    assert Kind.DEADLINE_MISSED not in world.kinds(lead_id)
    assert not world.mails(lead_id, Template.ESCALATE)


@pytest.mark.proves("F9")
def test_a_late_answer_stays_late_permanently() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=7)
    world.press(lead_id, "connected")
    world.advance(minutes=1)
    world.press(lead_id, "won")
    assert world.lead(lead_id).is_breached(world.now)
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 1


@pytest.mark.proves("F10")
def test_breach_is_computed_from_times_without_any_handler() -> None:
    world = World(sweeping=False)
    world.alarms.lost = True
    lead = world.lead(world.receive())
    assert not lead.is_breached(lead.promise.deadline)
    assert lead.is_breached(lead.promise.deadline + timedelta(seconds=1))


@pytest.mark.proves("Q3")
def test_an_unanswered_call_does_not_stop_the_human_clock() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "no_answer")
    world.advance(minutes=6)
    lead = world.lead(lead_id)
    assert lead.attempts == 1
    assert lead.first_contact_at is None
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)


@pytest.mark.proves("I3")
def test_a_contacted_lead_with_a_lapsed_next_action_is_escalated_and_reminded_without_end() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(days=14)
    kinds = [k for k in world.kinds(lead_id) if k not in SEQUENCE]
    assert kinds[3:6] == [Kind.DEADLINE_MISSED, Kind.LEAD_ESCALATED, Kind.OWNER_REMINDED]
    assert {e.data["target"] for e in world.events(lead_id, Kind.DEADLINE_MISSED)} == {"next_action"}
    assert Kind.LEAD_REASSIGNED not in kinds
    assert len(world.events(lead_id, Kind.OWNER_REMINDED)) >= 4


def test_a_closed_lead_is_silent() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "lost", reason="price")
    kinds = world.kinds(lead_id)
    world.advance(days=5)
    lead = world.lead(lead_id)
    assert (lead.stage, lead.lost_reason, lead.wake_at, lead.next_action) == (Stage.LOST, "price", None, None)
    assert world.kinds(lead_id) == kinds


def test_a_lead_after_closing_time_is_acknowledged_now_and_due_next_morning() -> None:
    world = World(now=MONDAY_NINE + timedelta(hours=10))
    lead = world.lead(world.receive(message=WARM))
    assert lead.promise.tier == "after_hours"
    assert lead.promise.deadline == MONDAY_NINE + timedelta(days=1, hours=1)
    assert world.mails(lead.id, Template.ACKNOWLEDGE)
    world.advance(hours=13)
    assert world.kinds(lead.id) == [Kind.LEAD_RECEIVED, Kind.LEAD_ASSIGNED]


@pytest.mark.proves("F1")
def test_a_new_policy_applies_only_to_new_promises() -> None:
    world = World()
    old = world.receive()
    hot = world.policy.targets["hot"]
    stricter = replace(hot, within=timedelta(minutes=1))
    world.govern(replace(world.policy, version="2", targets={**world.policy.targets, "hot": stricter}))
    new = world.receive()
    assert world.lead(old).promise.deadline == MONDAY_NINE + timedelta(minutes=5)
    assert world.lead(new).promise.deadline == MONDAY_NINE + timedelta(minutes=1)
    assert world.lead(new).promise.policy_version == "2"
    world.advance(minutes=2)
    assert Kind.DEADLINE_MISSED not in world.kinds(old)
    assert Kind.DEADLINE_MISSED in world.kinds(new)


@pytest.mark.proves("D4", "I1")
def test_the_history_folds_to_the_lead() -> None:
    world = World()
    lead_id = world.receive(value="1200.50", fields={"roof": "flat"})
    world.advance(minutes=11)
    world.press(lead_id, "interested", note="wants a flat roof")
    world.advance(days=2)
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_chat_that_joined_by_number_is_known_by_its_handle_from_then_on() -> None:
    """The handle's earlier lead is closed.

    The next message, without the number, joins the open one (seed 13401).
    """
    world = World()
    chat = {"handle": "whatsapp:1"}
    former = world.receive(email=None, phone=None, name="", **chat)
    world.press(former, "lost", reason="chose another offer")
    lead = world.receive(email=None, phone="+4930901820")
    assert world.receive(email=None, phone="+4930901820", name="", **chat) == lead
    assert world.receive(email=None, phone=None, name="", message="and the gutter", **chat) == lead
