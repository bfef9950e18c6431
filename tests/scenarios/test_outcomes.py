"""Outcomes by link: recorded, undone, pressed twice or too late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.model.errors import InvalidInquiry, InvalidLink, LinkExpired, NotFound, StaleSubmission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import EXPIRY, FIRST_RESPONSE, NEXT_ACTION, STAGE, UNTOUCHED
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.targets import EscalationLevel
from leadtight.policy import loader as policies
from tests.scenarios.world import MONDAY_NINE, WARM, World


def test_viewing_changes_nothing() -> None:
    world = World()
    lead_id = world.receive()
    state = (world.lead(lead_id), world.table.history(lead_id), len(world.mailer.sent))
    for _ in range(3):
        world.desk.look(world.link(lead_id), world.now)
    assert (world.lead(lead_id), world.table.history(lead_id), len(world.mailer.sent)) == state


@pytest.mark.proves("G1")
def test_an_outcome_sets_stage_contact_next_action_and_its_clock() -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi")
    world.advance(minutes=2)
    lead = world.press(lead_id, "interested", note="flat roof").lead
    assert (lead.stage, lead.attempts, lead.status_notes) == (Stage.QUALIFIED, 1, "flat roof")
    assert lead.first_contact_at == lead.last_contact_at == world.now
    assert lead.first_contact_by == "ana"
    assert lead.next_action is not None
    assert lead.next_action.what == "Book a call with Ada Obi"
    assert [c.target for c in lead.clocks] == [NEXT_ACTION, UNTOUCHED, STAGE, EXPIRY]
    assert lead.wake_at == lead.next_action.due_at


def test_the_earliest_contact_wins() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(hours=1)
    lead = world.press(lead_id, "interested").lead
    assert (lead.first_contact_at, lead.last_contact_at) == (MONDAY_NINE, world.now)


def test_another_call_does_not_move_a_qualified_lead_back() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "interested")
    assert world.press(lead_id, "connected").lead.stage is Stage.QUALIFIED


def test_a_double_press_is_one_outcome() -> None:
    world = World()
    lead_id = world.receive()
    token, form = world.link(lead_id), OutcomeForm(outcome="connected", submission=world.lead(lead_id).version)
    first = world.press_form(token, form)
    world.advance(seconds=1)
    assert world.press_form(token, form) == first
    assert first.lead.attempts == 1


def test_the_second_of_two_open_forms_learns_of_the_first_outcome() -> None:
    world = World()
    lead_id = world.receive()
    token, opened = world.link(lead_id), world.lead(lead_id).version
    world.press_form(token, OutcomeForm(outcome="voicemail", submission=opened))
    with pytest.raises(StaleSubmission, match="voicemail was recorded"):
        world.press_form(token, OutcomeForm(outcome="lost", reason="price", submission=opened))
    assert world.lead(lead_id).is_open


def test_a_form_opened_before_a_warning_is_still_valid() -> None:
    world = World()
    lead_id = world.receive()
    token, opened = world.link(lead_id), world.lead(lead_id).version
    world.advance(minutes=4)
    assert world.press_form(token, OutcomeForm(outcome="connected", submission=opened)).lead.first_contact_at


def test_a_form_from_the_future_is_refused() -> None:
    world = World()
    lead_id = world.receive()
    with pytest.raises(StaleSubmission):
        world.press(lead_id, "connected", submission=99)


@pytest.mark.proves("I5")
def test_a_form_without_a_choice_or_required_reason_names_the_field() -> None:
    world = World()
    lead_id = world.receive()
    for outcome, reason, field in (("", "", "outcome"), ("nope", "", "outcome"), ("lost", " ", "reason")):
        with pytest.raises(InvalidInquiry) as caught:
            world.press(lead_id, outcome, reason=reason)
        assert [p.field for p in caught.value.problems] == [field]


def test_undo_resumes_the_clock_where_it_was() -> None:
    world = World()
    lead_id = world.receive()
    lead_before = world.lead(lead_id)
    world.advance(minutes=1)
    world.press(lead_id, "connected", note="spoke")
    world.advance(minutes=1)
    world.undo(lead_id)
    after = world.lead(lead_id)
    assert replace(after, version=lead_before.version) == lead_before
    world.advance(minutes=4)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_an_undo_after_the_deadline_lets_due_steps_happen_at_once() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    world.advance(minutes=8)
    world.undo(lead_id)
    world.advance(seconds=1)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    assert world.lead(lead_id).is_breached(world.now)


def test_undoing_a_closing_outcome_reopens_the_lead() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "lost", reason="price")
    world.undo(lead_id)
    lead = world.lead(lead_id)
    assert (lead.stage, lead.closed_at, lead.lost_reason) == (Stage.NEW, None, "")
    assert lead.clock(FIRST_RESPONSE) is not None
    assert lead.wake_at is not None


def test_a_second_undo_is_harmless() -> None:
    world = World()
    lead_id = world.receive()
    version = world.press(lead_id, "connected").lead.version
    token = world.link(lead_id)
    once = world.desk.undo(token, version, world.now)
    assert world.desk.undo(token, version, world.now) == once


def test_undo_is_refused_after_its_window_or_a_later_event() -> None:
    world = World()
    late, moved = world.receive(), world.receive()
    world.press(late, "connected")
    version = world.press(moved, "connected").lead.version
    world.press(moved, "interested")
    with pytest.raises(StaleSubmission, match="has changed since"):
        world.desk.undo(world.link(moved), version, world.now)
    world.advance(minutes=31)
    with pytest.raises(StaleSubmission, match="has passed"):
        world.undo(late)


def test_an_older_outcome_is_not_reported_undone_when_only_the_later_one_was() -> None:
    world = World()
    lead_id = world.receive()
    older = world.press(lead_id, "connected").lead.version
    world.press(lead_id, "interested")
    world.undo(lead_id)
    with pytest.raises(StaleSubmission):
        world.desk.undo(world.link(lead_id), older, world.now)
    assert world.lead(lead_id).stage is Stage.CONTACTED


def test_a_form_repeated_after_undoing_a_later_outcome_is_still_one_outcome() -> None:
    world = World()
    lead_id = world.receive()
    token, form = world.link(lead_id), OutcomeForm(outcome="connected", submission=world.lead(lead_id).version)
    world.press_form(token, form)
    world.press(lead_id, "interested")
    world.undo(lead_id)
    assert world.press_form(token, form).lead.attempts == 1


def test_a_lost_lead_that_becomes_interested_is_reopened_in_every_field() -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "lost", reason="price")
    world.advance(hours=1)
    lead = world.press(lead_id, "interested").lead
    assert (lead.stage, lead.closed_at, lead.lost_reason) == (Stage.QUALIFIED, None, "")
    assert lead.next_action is not None
    assert lead.wake_at is not None


@pytest.mark.parametrize("outcome", ["connected", "voicemail", "no_answer"])
def test_a_call_after_closing_keeps_the_lead_closed_and_without_timers(outcome: str) -> None:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "won")
    lead = world.press(lead_id, outcome).lead
    assert (lead.stage, lead.clocks, lead.next_action, lead.wake_at) == (Stage.WON, (), None, None)
    assert (lead.closed_at, lead.attempts) == (MONDAY_NINE, 2)


def test_a_link_expires_when_the_lead_moves_on_and_the_new_owners_works() -> None:
    world = World()
    lead_id = world.receive()
    token = world.link(lead_id)
    world.advance(minutes=10)
    with pytest.raises(LinkExpired, match="now with Ben Okafor"):
        world.desk.look(token, world.now)
    assert world.press(lead_id, "connected").lead.first_contact_by == "ben"


def test_a_link_of_an_earlier_ownership_does_not_open_a_later_one() -> None:
    world = World()
    lead_id = world.receive()
    token = world.link(lead_id)
    world.table._leads[lead_id] = replace(world.lead(lead_id), generation=3)
    with pytest.raises(LinkExpired):
        world.desk.look(token, world.now)


def test_a_manager_notified_of_a_miss_may_record_the_outcome() -> None:
    world = World()
    lead_id = world.receive()
    world.advance(minutes=6)
    token = world.link(lead_id, "mia")
    form = OutcomeForm(outcome="connected", submission=world.lead(lead_id).version)
    assert world.press_form(token, form).lead.first_contact_by == "mia"


def test_a_person_named_by_an_escalation_step_may_open_their_link() -> None:
    world = World()
    hot = world.policy.targets["hot"]
    target = replace(hot, escalate=(EscalationLevel(after=timedelta(), notify="eli"),))
    world.govern(replace(world.policy, targets={**world.policy.targets, "hot": target}))
    lead_id = world.receive()
    world.advance(minutes=6)
    assert world.mails(lead_id, Template.ESCALATE)[0].permission.address == "eli@leadtight.example"
    assert world.desk.look(world.link(lead_id, "eli"), world.now).person == "eli"


def test_an_expired_link_says_so() -> None:
    world = World()
    lead_id = world.receive()
    token = world.link(lead_id)
    with pytest.raises(LinkExpired, match="expired"):
        world.desk.look(token, world.now + timedelta(days=14))


def test_report_links_open_no_lead_and_outcome_links_no_report() -> None:
    world = World()
    lead_id = world.receive()
    report = world.links.report("weekly/2026-W47", "mia", world.now).rpartition("/")[2]
    assert world.desk.report_path(report, world.now) == "weekly/2026-W47"
    with pytest.raises(InvalidLink):
        world.desk.look(report, world.now)
    with pytest.raises(InvalidLink):
        world.desk.report_path(world.link(lead_id), world.now)


def test_a_genuine_link_to_a_missing_lead_says_so() -> None:
    world = World()
    lead = replace(world.lead(world.receive()), id="gone")
    token = world.links.outcome(lead, "ana", world.now).rpartition("/")[2]
    with pytest.raises(NotFound):
        world.desk.look(token, world.now)


def test_an_answer_and_a_simultaneous_alarm_leave_a_consistent_history() -> None:
    world = World(sweeping=False)
    lead_id = world.receive(message=WARM)
    world.alarms.armed.clear()
    alarm, deadline = world.alarm(lead_id), world.lead(lead_id).wake_at
    assert deadline is not None
    world.now = deadline
    world.press(lead_id, "connected")
    assert world.sla.on_alarm(alarm, world.now) is None
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_a_lead_answered_before_assignment_gets_an_owner_without_a_new_clock() -> None:
    world = World(stream_down=True, sweeping=False)
    lead_id = world.receive()
    token = world.links.outcome(world.lead(lead_id), "mia", world.now).rpartition("/")[2]
    world.press_form(token, OutcomeForm(outcome="interested", submission=1))
    answered = world.lead(lead_id)
    world.stream_down = False
    world.advance(minutes=1)
    world.sweep()
    lead = world.lead(lead_id)
    assert lead.owner_id == "ana"
    assert (lead.without_clocks(EXPIRY).clocks, lead.next_action) == (answered.clocks, answered.next_action)
    world.advance(hours=2)
    assert Kind.DEADLINE_MISSED not in world.kinds(lead_id)


@pytest.mark.proves("Q3")
def test_a_stage_change_without_contact_keeps_the_human_clock_running() -> None:
    shipped = policies.shipped()
    flip = replace(shipped.outcomes["interested"], id="moved_on", contact=False, means=None, sends_booking_link=False)
    world = World(policy=replace(shipped, outcomes={**shipped.outcomes, "moved_on": flip}))
    lead_id = world.receive()
    world.advance(minutes=1)
    lead = world.press(lead_id, "moved_on").lead
    assert (lead.stage, lead.first_contact_at) == (Stage.QUALIFIED, None)
    assert lead.clock(FIRST_RESPONSE) is not None
    world.advance(minutes=10)
    assert world.lead(lead_id).is_breached(world.now)
    assert len(world.events(lead_id, Kind.DEADLINE_MISSED)) == 1
