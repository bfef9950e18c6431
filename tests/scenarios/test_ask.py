"""Asking the lead: the question, two answers, and consequences (Q7).

A mail after the promise, and what follows from a “no”.
"""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from leadtight.adapters.memory.ports import PUBLIC_URL
from leadtight.adapters.presentation.pages import contact_check
from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.domain.calendar.week import Week
from leadtight.domain.change import Change
from leadtight.domain.model.errors import InvalidInquiry, InvalidLink, LinkExpired
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.identity import person_keys
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.model.stage import Stage
from leadtight.reporting.metrics.event_counts import counts
from leadtight.reporting.review.service import ReportService
from tests.scenarios.reports import reports
from tests.scenarios.world import HOT, MONDAY_NINE, World


def asking(minutes: int = 8) -> World:
    world = World()
    world.govern(replace(world.policy, ask_lead_after=timedelta(minutes=minutes)))
    return world


def token_of(world: World, lead_id: str) -> str:
    [mail] = world.mails(lead_id, Template.ASK_LEAD)
    match = re.search(rf"{PUBLIC_URL}/ask/(\S+)", mail.mail.text)
    assert match is not None
    return match[1]


def contact_check_of(world: World) -> tuple[str, str]:
    """Return a lead that was asked, and its token."""
    lead_id = world.receive(message=HOT)
    world.advance(minutes=14)
    return lead_id, token_of(world, lead_id)


def say(world: World, token: str, answer: str) -> None:
    world.asking.say(token, answer, world.now)
    world.run_stream()


@pytest.mark.proves("Q7")
def test_a_lead_is_asked_once_after_its_promise_and_by_default_never() -> None:
    world = asking()
    lead_id = world.receive(message=HOT)
    world.advance(minutes=12, seconds=59)
    assert world.mails(lead_id, Template.ASK_LEAD) == []
    world.advance(seconds=1)
    [mail] = world.mails(lead_id, Template.ASK_LEAD)
    assert mail.permission.basis == "inquiry"
    assert mail.envelope.unsubscribe is not None
    assert world.lead(lead_id).owner_id == "ben", "it has moved on meanwhile, and is asked anyway"
    world.advance(hours=30)
    assert len(world.mails(lead_id, Template.ASK_LEAD)) == 1
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)
    off = World()
    other = off.receive(message=HOT)
    off.advance(hours=30)
    assert off.mails(other, Template.ASK_LEAD) == []


def test_reached_departed_and_bouncing_leads_are_not_asked() -> None:
    world = asking()
    reached, left, bounced = (world.receive(message=HOT) for _ in range(3))
    world.press(reached, "connected")
    for key in person_keys(world.lead(left).inquiry):
        world.table.suppress(key, Channel.EMAIL)
    world.report(world.mails(bounced, Template.ACKNOWLEDGE)[0], DeliveryReceipt.BOUNCED)
    world.advance(hours=2)
    for lead_id in (reached, left, bounced):
        assert world.mails(lead_id, Template.ASK_LEAD) == []


@pytest.mark.proves("Q3", "Q7")
def test_viewing_changes_nothing_and_no_answer_is_not_recorded() -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    lead_before, sent = world.lead(lead_id), len(world.mailer.sent)
    for _ in range(5):  # a link scanner fetches, and posts the form without choosing
        contact_check.ask(world.policy, world.asking.look(token, world.now), world.now)
        with pytest.raises(InvalidInquiry):
            world.asking.say(token, "", world.now)
    assert (world.lead(lead_id), len(world.mailer.sent)) == (lead_before, sent)
    page = contact_check.ask(world.policy, lead_before, world.now)
    assert " checked>" not in page
    assert page.count("required") == 2


@pytest.mark.proves("Q7")
def test_a_no_escalates_to_owner_and_manager_once() -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    say(world, token, "no")
    say(world, token, "no")
    recipients = [m.permission.address for m in world.mails(lead_id, Template.NOT_CONTACTED)]
    assert recipients == ["ben@leadtight.example", "mia@leadtight.example"]
    assert world.lead(lead_id).first_contact_at is None
    assert world.lead(lead_id).says_contacted == "no"
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("Q7")
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_words_added_by_a_lead_reach_its_owner(answer: str) -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    world.asking.say(token, answer, world.now, "Please call after six")
    world.run_stream()
    [mail] = world.mails(lead_id, Template.WROTE_AGAIN)
    assert mail.permission.person == world.lead(lead_id).owner_id
    assert "Please call after six" in mail.mail.text
    world.asking.say(token, answer, world.now)
    world.run_stream()
    assert len(world.mails(lead_id, Template.WROTE_AGAIN)) == 1


def test_an_answer_that_meets_another_change_is_applied_on_top_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    commit = world.table.commit

    def meets(change: Change) -> None:
        monkeypatch.setattr(world.table, "commit", commit)
        world.press(lead_id, "voicemail")
        commit(change)

    monkeypatch.setattr(world.table, "commit", meets)
    lead = world.asking.say(token, "no", world.now)
    assert (lead.says_contacted, lead.last_outcome is not None) == ("no", True)
    assert world.lead(lead_id) == lead
    assert fold(world.table.history(lead_id)) == lead


def test_the_page_keeps_the_chosen_answer_and_the_typed_words() -> None:
    world = asking()
    _, token = contact_check_of(world)
    say(world, token, "no")
    page = contact_check.ask(world.policy, world.asking.look(token, world.now), world.now, "Choose one", "call me")
    assert 'value="no" required checked' in page
    assert ">call me</textarea>" in page


@pytest.mark.proves("Q7")
def test_a_no_reopens_a_given_up_lead_and_is_due_within_its_target() -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    world.press(lead_id, "lost", reason="no interest")
    assert not world.lead(lead_id).is_open
    say(world, token, "no")
    lead = world.lead(lead_id)
    assert (lead.is_open, lead.stage, lead.lost_reason) == (True, Stage.FOLLOW_UP_NEEDED, "")
    assert lead.next_action is not None
    assert lead.next_action.due_at == world.now + timedelta(minutes=5)
    world.advance(minutes=5)
    assert world.mails(lead_id, Template.DEADLINE_MISSED)
    assert fold(world.table.history(lead_id)) == lead or world.lead(lead_id).version > lead.version


@pytest.mark.proves("Q3")
def test_a_yes_stops_no_clock() -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    clocks = world.lead(lead_id).clocks
    say(world, token, "yes")
    assert world.lead(lead_id).clocks == clocks
    assert world.lead(lead_id).first_contact_at is None
    assert world.mails(lead_id, Template.NOT_CONTACTED) == []


@pytest.mark.proves("Q7")
def test_contradictions_between_lead_and_log_are_counted_by_owner() -> None:
    world = asking()
    unlogged, claimed, agreed = (world.receive(message=HOT) for _ in range(3))
    world.advance(minutes=14)
    tokens = {lead_id: token_of(world, lead_id) for lead_id in (unlogged, claimed, agreed)}
    owner = str(world.lead(claimed).owner_id)
    world.press(claimed, "connected")
    for lead_id, answer in ((unlogged, "yes"), (claimed, "no"), (agreed, "no")):
        say(world, tokens[lead_id], answer)
    totals = counts(world.table.events_on(world.now.date()))
    assert totals["answers_by_kind"] == {"no": 2, "yes": 1}
    assert totals["disagreements_by_owner"] == {owner: 1, str(world.lead(unlogged).owner_id): 1}
    [event] = world.events(claimed, EventKind.LEAD_ANSWERED)
    assert event.data["disagrees"] is True
    lead = world.lead(claimed)
    assert lead.first_contact_at is not None, "the log is not rewritten"
    assert lead.next_action is not None
    assert lead.next_action.what.endswith("they say they have not been contacted")


def test_the_link_opens_nothing_else_and_expires() -> None:
    world = asking()
    lead_id, token = contact_check_of(world)
    with pytest.raises(InvalidLink):
        world.desk.look(token, world.now)
    with pytest.raises(InvalidLink):
        world.asking.look(world.link(lead_id), world.now)
    with pytest.raises(LinkExpired):
        world.asking.look(token, world.now + timedelta(days=14))


@pytest.mark.proves("Q7")
@pytest.mark.slow
def test_the_weekly_review_shows_by_owner_where_leads_contradict_the_log() -> None:
    world = asking()
    claimed, unlogged, agreed = (world.receive(message=HOT) for _ in range(3))
    world.advance(minutes=14)
    tokens = {lead_id: token_of(world, lead_id) for lead_id in (claimed, unlogged, agreed)}
    owners = [str(world.lead(lead_id).owner_id) for lead_id in (claimed, unlogged)]
    world.press(claimed, "connected")
    for lead_id, answer in ((claimed, "yes"), (claimed, "no"), (unlogged, "yes"), (agreed, "no")):
        say(world, tokens[lead_id], answer)
    report_service = reports(world)
    review = report_service.weekly(MONDAY_NINE.date(), MONDAY_NINE + timedelta(days=7))
    assert review["disagreements"] == [
        {"owner": owners[0], "denied": 1, "unlogged": 0},
        {"owner": owners[1], "denied": 0, "unlogged": 1},
    ]
    page = page_of(report_service, MONDAY_NINE.date())
    assert "Leads who contradict the log" in page
    name = world.policy.people[owners[0]].name
    assert re.search(rf"<bdi>{name}</bdi></th><td class=\"n\">1</td><td class=\"n\">0</td>", page)
    quiet = reports(world)
    assert quiet.weekly(MONDAY_NINE.date() + timedelta(days=7), MONDAY_NINE + timedelta(days=14))["disagreements"] == []
    assert "contradict the log" not in page_of(quiet, MONDAY_NINE.date() + timedelta(days=7))


def page_of(report_service: ReportService, day: date) -> str:
    stored = report_service._files.get(f"weekly/{Week.of(day)}/index.html")
    assert stored is not None
    return stored.decode()
