"""Sequences over weeks: each step once, until stopped.

They survive deploys.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import TO_LEADS, Channel, Status, Template
from leadtight.domain.model.sla import FIRST_RESPONSE, NEXT_ACTION
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.sequences import ALWAYS_STOP, STOP_ON
from leadtight.policy import loader as policies
from tests.scenarios.sequences import (
    AGREED,
    DAY,
    EMAIL,
    PLAN,
    PLANNED,
    TASK,
    ended,
    lived_through,
    planned_policy,
    planned_world,
    step,
    steps,
    until,
)
from tests.scenarios.world import MONDAY_NINE, World

pytestmark = pytest.mark.slow


@pytest.mark.proves("G8")
def test_a_plan_of_three_weeks_over_three_channels_takes_each_step_once_and_in_time() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    lived_through(world, lead_id)
    assert steps(world, lead_id) == {name: days * DAY for name, days in PLANNED.items()}
    assert [m.mail.subject for m in world.mails(lead_id, Template.SEQUENCE_STEP)] == [
        "Still thinking about it? Harbour Home Services",
        "One last question from Harbour Home Services",
    ]
    assert [t.permission.purpose for t in world.texter.sent].count(Template.SEQUENCE_STEP) == 1
    assert len(world.mails(lead_id, Template.TASK)) == 2
    assert ended(world, lead_id) == ["finished"]
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("G8")
@pytest.mark.parametrize("day", [1, 3, 8, 10])
def test_a_plan_survives_a_deploy_without_its_sequence_and_calendar(day: int) -> None:
    policy = planned_policy(replace(PLAN, calendar="plans"))
    calendars = {**policy.calendars, "plans": replace(policy.calendars["office"], id="plans")}
    world = World(policy=replace(policy, calendars=calendars))
    lead_id = world.receive(**AGREED)
    until(world, min(day, 7))
    if day > 7:
        world.press(lead_id, "no_answer")
        until(world, day)
    version = world.policy.version
    dropped = planned_policy(replace(PLAN, steps=PLAN.steps[:1], calendar="always"))
    later = replace(dropped, version="later", sequences={}, tiers=world.policy.tiers[1:])
    world.govern(later)
    if day <= 7:
        until(world, 7)
        world.press(lead_id, "no_answer")
    until(world, 21)
    enrolment = world.lead(lead_id).enrolment
    assert enrolment is not None
    assert enrolment.policy_version == version
    assert steps(world, lead_id) == {name: days * DAY for name, days in PLANNED.items()}


def test_a_template_removed_by_a_deploy_is_a_failed_message_without_retries() -> None:
    gone = replace(PLAN, steps=(step("hello", 2, EMAIL, "gone"), *PLAN.steps[1:]))
    world = planned_world(gone)
    lead_id = world.receive(**AGREED)
    until(world, 3)
    assert world.message(lead_id, Template.SEQUENCE_STEP).status is Status.DEAD
    assert "no longer exists" in world.message(lead_id, Template.SEQUENCE_STEP).detail


@pytest.mark.proves("G9")
@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("connected", "reply"),
        ("meeting_booked", "booking"),
        ("won", "won"),
        ("lost", "lost"),
        ("wrong_person", "disqualified"),
        ("do_not_contact", "opt_out"),
    ],
)
def test_an_outcome_that_stops_a_sequence_stops_every_later_step(outcome: str, reason: str) -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 3)
    world.press(lead_id, outcome, reason="price")
    until(world, 40)
    assert steps(world, lead_id).keys() == {"hello"}
    assert ended(world, lead_id) == [reason]


@pytest.mark.proves("G9")
@pytest.mark.parametrize("outcome", ["connected", "meeting_booked", "won", "lost", "wrong_person", "do_not_contact"])
def test_a_claimed_step_checks_again_before_it_is_sent(outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    claim = world.table.claim

    def claimed_and_then_stopped(*args: object) -> object:
        message = claim(*args)  # type: ignore[arg-type]  # handed on as they come
        if message and message.template is Template.SEQUENCE_STEP:
            world.press(lead_id, outcome, reason="price")
        return message

    monkeypatch.setattr(world.table, "claim", claimed_and_then_stopped)
    until(world, 3)
    message = world.message(lead_id, Template.SEQUENCE_STEP)
    assert message.status is Status.REFUSED
    assert message.detail in ("its sequence has ended", "opted out of email")
    assert world.mails(lead_id, Template.SEQUENCE_STEP) == []
    assert len(world.events(lead_id, Kind.MESSAGE_REFUSED)) == 1


@pytest.mark.proves("G8")
def test_replaying_every_alarm_and_record_changes_nothing_and_sends_nothing() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    alarms, end = set(), MONDAY_NINE + 23 * DAY
    while world.now < end:
        alarms.add(world.alarm(lead_id))
        world.advance(hours=6)
        enrolment = world.lead(lead_id).enrolment
        if enrolment and enrolment.awaits_outcome:
            world.press(lead_id, "no_answer")
    state = world.table.history(lead_id), world.lead(lead_id), len(world.mailer.sent), len(world.texter.sent)
    assert len(alarms) > len(PLANNED)
    for alarm in alarms - {world.alarm(lead_id)}:
        world.sla.on_alarm(alarm, world.now)
    for record in tuple(world.table.inserted):
        world.stream(record)
    world.sweep()
    assert state == (
        world.table.history(lead_id),
        world.lead(lead_id),
        len(world.mailer.sent),
        len(world.texter.sent),
    )


def test_of_a_simultaneous_outcome_and_step_the_first_stored_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    commit, pressed = world.table.commit, False

    def outcome_first(change: object) -> None:
        nonlocal pressed
        if not pressed and any(e.kind is Kind.STEP_TAKEN for e in change.events):  # type: ignore[attr-defined]
            pressed = True
            world.press(lead_id, "connected")
        commit(change)  # type: ignore[arg-type]  # handed on as it comes

    monkeypatch.setattr(world.table, "commit", outcome_first)
    until(world, 3)
    assert pressed
    assert steps(world, lead_id) == {}
    assert world.mails(lead_id, Template.SEQUENCE_STEP) == []
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_lost_alarms_and_records_delay_a_step_by_a_sweep_and_lose_none() -> None:
    world = planned_world()
    world.alarms.lost = True
    lead_id = world.receive(**AGREED)
    world.alarms.armed.clear()
    world.stream_down = True
    until(world, 3)
    late = steps(world, lead_id)["hello"] - 2 * DAY
    assert timedelta() < late <= timedelta(minutes=10)
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == 1


def test_after_weeks_of_outage_steps_come_a_day_apart() -> None:
    mails = tuple(step(f"mail{n}", n, EMAIL, "nurture_1") for n in (1, 2, 3, 4))
    world = planned_world(replace(PLAN, steps=mails))
    lead_id = world.receive(**AGREED)
    world.alarms.armed.clear()
    world.sweeping = False
    until(world, 11)
    assert steps(world, lead_id) == {}
    world.sweeping = True
    until(world, 30)
    taken = sorted(steps(world, lead_id).values())
    assert len(taken) == 4
    assert all(later - earlier >= DAY for earlier, later in pairwise(taken))


def test_steps_keep_local_time_across_clock_changes() -> None:
    friday_ten = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)  # 10:00 in Berlin; the clock goes back on Sunday
    world = planned_world(now=friday_ten)
    lead_id = world.receive(**AGREED)
    enrolment = world.lead(lead_id).enrolment
    assert enrolment is not None
    zone = world.policy.company.zone
    local = {s.id: s.at.astimezone(zone).strftime("%a %d %b %H:%M") for s in enrolment.steps}
    assert local == {
        "hello": "Mon 26 Oct 09:00",  # Sunday is closed
        "call": "Fri 30 Oct 10:00",
        "text": "Mon 02 Nov 09:00",
        "write": "Fri 06 Nov 10:00",
        "last": "Fri 13 Nov 10:00",
    }


@pytest.mark.proves("G10")
def test_the_next_step_waits_for_the_outcome_of_the_previous_call() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED, name="Ada Obi")
    until(world, 7)
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert lead.next_action.what == "Call Ada Obi"
    clock = lead.clock(NEXT_ACTION)
    assert clock is not None
    assert clock.deadline == lead.next_action.due_at == world.now + timedelta(hours=5)  # four, and an hour's lunch
    until(world, 17)
    assert steps(world, lead_id).keys() == {"hello", "call"}
    assert world.events(lead_id, Kind.OWNER_REMINDED), "the owner is notified meanwhile"
    world.press(lead_id, "no_answer")
    until(world, 17.9)
    assert steps(world, lead_id).keys() == {"hello", "call"}
    until(world, 25)
    assert steps(world, lead_id)["text"] == 18 * DAY
    assert steps(world, lead_id)["write"] >= 19 * DAY


def test_an_unreached_lead_owes_its_first_answer_and_the_next_call() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    first = world.lead(lead_id).clock(FIRST_RESPONSE)
    until(world, 7)
    world.press(lead_id, "no_answer")
    lead = world.lead(lead_id)
    assert lead.next_action is not None
    assert lead.next_action.due_at == world.now + timedelta(hours=2)
    clocks = {clock.target: clock for clock in lead.clocks}
    assert first is not None
    assert (clocks[FIRST_RESPONSE].deadline, clocks[NEXT_ACTION].deadline) == (first.deadline, lead.next_action.due_at)


def test_an_agreed_time_precedes_the_plan() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 7)
    world.press(lead_id, "no_answer", follow_up="2026-12-07T10:00")
    until(world, 14.9)
    assert steps(world, lead_id).keys() == {"hello", "call"}
    until(world, 16)
    assert "text" in steps(world, lead_id)


def test_a_call_step_does_not_hide_an_overdue_next_action() -> None:
    calls = replace(PLAN, steps=(step("call", 7, TASK, "Call {name}"),))
    world = planned_world(calls)
    lead_id = world.receive(**AGREED)
    world.press(lead_id, "voicemail")
    until(world, 6.9)
    lead_before = world.lead(lead_id)
    until(world, 7.1)
    after = world.lead(lead_id)
    assert steps(world, lead_id).keys() == {"call"}
    assert after.next_action == lead_before.next_action
    assert after.enrolment is not None
    assert after.enrolment.awaits_outcome


def test_undoing_an_outcome_restores_the_plan() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 3)
    enrolment = world.lead(lead_id).enrolment
    world.press(lead_id, "connected")
    assert world.lead(lead_id).enrolment is None
    world.undo(lead_id)
    assert world.lead(lead_id).enrolment == enrolment
    until(world, 8)
    assert steps(world, lead_id).keys() == {"hello", "call"}


@pytest.mark.proves("B2", "B4")
def test_a_nurtured_lead_has_its_owner_and_sequence_at_once_and_uses_no_capacity() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    lead = world.lead(lead_id)
    assert lead.owner_id in world.policy.people
    assert lead.enrolment is not None
    assigned, enrolled = world.events(lead_id, Kind.LEAD_ASSIGNED)[0], world.events(lead_id, Kind.LEAD_ENROLLED)[0]
    assert (assigned.version, assigned.at) == (enrolled.version, enrolled.at)
    state = world.table.load_for_routing(lead_id, "inbound", [str(lead.owner_id)]).roster[str(lead.owner_id)]
    assert state.open == 0


def test_a_subscriber_is_nurtured_and_not_reassigned_as_unqualified() -> None:
    saas = Path(__file__).resolve().parents[2] / "docs" / "policies" / "saas.toml"
    world = World(policy=policies.load(saas))
    lead_id = world.receive(source="newsletter", message="", consent={"marketing": ["email"]})
    owner = world.lead(lead_id).owner_id
    until(world, 11)
    lead = world.lead(lead_id)
    assert (lead.promise.tier, lead.owner_id, lead.first_contact_at) == ("nurture", owner, None)
    assert steps(world, lead_id).keys() == {"hello", "ask"}
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == 2


def test_a_person_on_leave_keeps_leads_that_only_get_messages_but_not_calls() -> None:
    world = planned_world(replace(PLAN, steps=(PLAN.steps[0], step("call", 12, TASK, "Call {name}"))))
    lead_id = world.receive(**AGREED)
    owner = str(world.lead(lead_id).owner_id)
    world.table.set_away(owner, MONDAY_NINE + 10 * DAY)
    until(world, 9)
    assert world.lead(lead_id).owner_id == owner
    assert steps(world, lead_id).keys() == {"hello"}
    world.table.set_away(owner, MONDAY_NINE + 20 * DAY)
    until(world, 9.1)
    assert world.lead(lead_id).owner_id != owner


@pytest.mark.proves("H1")
def test_a_step_without_consent_is_refused_and_logged_and_calls_continue() -> None:
    world = planned_world()
    lead_id = world.receive(phone="+49 30 901820")
    until(world, 7)
    world.press(lead_id, "no_answer")
    until(world, 10)
    assert world.mails(lead_id, Template.SEQUENCE_STEP) == []
    assert world.texter.sent == []
    details = [e.data["detail"] for e in world.events(lead_id, Kind.MESSAGE_REFUSED)]
    assert details == ["no consent to email beyond the inquiry", "no consent to sms beyond the inquiry"]
    assert world.message(lead_id, Template.SEQUENCE_STEP, Channel.SMS).status is Status.REFUSED


@pytest.mark.proves("G3")
@pytest.mark.parametrize(("stop_on", "reason"), [(STOP_ON, "reply"), (ALWAYS_STOP, "stopped")])
def test_not_interested_stops_at_once_and_nurtures_after_a_week(
    stop_on: frozenset[OutcomeMeaning], reason: str
) -> None:
    world = planned_world(replace(PLAN, stop_on=stop_on))
    lead_id = world.receive(**AGREED)
    until(world, 3)
    world.press(lead_id, "not_interested")
    assert ended(world, lead_id) == [reason]
    until(world, 10 - 0.001)
    assert steps(world, lead_id).keys() == {"hello"}
    enrolled = [e.at - MONDAY_NINE for e in world.events(lead_id, Kind.LEAD_ENROLLED)]
    until(world, 11)
    assert [e.at - MONDAY_NINE for e in world.events(lead_id, Kind.LEAD_ENROLLED)] == [*enrolled, 10 * DAY]
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == 2


def test_an_answer_in_the_quiet_week_cancels_the_nurture() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    world.press(lead_id, "not_interested")
    until(world, 3)
    world.press(lead_id, "interested")
    until(world, 40)
    assert steps(world, lead_id) == {}


@pytest.mark.proves("G3")
def test_do_not_contact_overrides_everything_and_enrols_nothing() -> None:
    world = planned_world()
    lead_id = world.receive(**AGREED)
    until(world, 3)
    world.press(lead_id, "not_interested")
    until(world, 5)
    world.press(lead_id, "do_not_contact")
    mails = len(world.mailer.sent)
    until(world, 60)
    lead = world.lead(lead_id)
    assert (lead.stage, lead.enrolment, lead.opted_out) == (Stage.LOST, None, TO_LEADS)
    assert len(world.mailer.sent) == mails
    assert steps(world, lead_id).keys() == {"hello"}


@pytest.mark.proves("G7")
def test_a_reached_lead_that_falls_silent_is_followed_up_automatically() -> None:
    world = World()  # the shipped policy: three days in the stage "contacted"
    lead_id = world.receive(**AGREED)
    world.press(lead_id, "connected")
    until(world, 2)
    assert world.events(lead_id, Kind.LEAD_ENROLLED) == []
    world.press(lead_id, "connected")
    until(world, 4.9)
    assert world.events(lead_id, Kind.LEAD_ENROLLED) == [], "a touch counts anew"
    until(world, 5.1)
    assert [e.data["origin"] for e in world.events(lead_id, Kind.LEAD_ENROLLED)] == ["stage"]
    until(world, 8)
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == 1


@pytest.mark.proves("G7")
def test_a_conversion_before_that_leaves_the_lead_alone() -> None:
    world = World()
    lead_id = world.receive(**AGREED)
    world.press(lead_id, "connected")
    until(world, 2)
    world.press(lead_id, "meeting_booked")
    until(world, 12)
    assert world.events(lead_id, Kind.LEAD_ENROLLED) == []


@pytest.mark.proves("G9")
def test_a_new_message_ends_the_sequence_and_is_owed_an_answer() -> None:
    world = World()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    world.press(lead_id, "connected")
    until(world, 8)
    sent = len(world.mails(lead_id, Template.SEQUENCE_STEP))
    assert sent
    assert world.receive(email="ada@example.com", message="I have a question, after all") == lead_id
    assert [e.data["reason"] for e in world.events(lead_id, Kind.SEQUENCE_ENDED)] == ["reply"]
    assert world.lead(lead_id).next_action is not None
    until(world, 40)
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == sent
