"""Stand-ins get absent managers' notices (D1, F6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.app.messaging.links import FOR_MANAGERS
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.calendar.week import Week
from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.message import Template
from leadtight.domain.notifications.review_mail import PublishedReview, review_messages
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.alert_channels import RANKS
from leadtight.domain.roster.stand_ins import notification_recipient
from leadtight.policy import loader as policies
from tests.scenarios.test_leave import changed
from tests.scenarios.world import HOT, MONDAY_NINE, World

LEAVE = (Absence(MONDAY_NINE - timedelta(days=3), MONDAY_NINE + timedelta(days=14)),)
ON_LEAVE: dict[str, Any] = {"away": LEAVE}


def unanswered(world: World) -> list[str]:
    """Leave a hot lead unanswered; return recipients of its escalations.

    Until it is about to be reassigned.
    """
    lead_id = world.receive(message=HOT)
    world.advance(minutes=9)
    return [sent.permission.person for sent in world.mails(lead_id, Template.ESCALATE)]


@pytest.mark.proves("F6")
def test_while_the_manager_is_on_leave_the_delegate_hears_of_missed_promises() -> None:
    world = World(policy=changed(policies.shipped(), mia=ON_LEAVE | {"delegate": "dora"}))
    assert set(unanswered(world)) == {"dora"}
    [lead_id] = world.lead_ids()
    world.advance(hours=30)
    recipients = [sent.permission.person for sent in world.mails(lead_id, Template.ESCALATE)]
    assert world.lead(lead_id).owner_id == "dora", "in the end she has the lead, and only mia is above her"
    assert recipients.count("dora") >= 2


def test_the_history_names_who_was_notified_and_for_whom() -> None:
    world = World(policy=changed(policies.shipped(), mia=ON_LEAVE | {"delegate": "dora"}))
    lead_id = world.receive(message=HOT)
    world.advance(minutes=9)
    escalated = world.events(lead_id, Kind.LEAD_ESCALATED)
    assert escalated
    assert "You are standing in for Mia Berger" in world.mails(lead_id, Template.ESCALATE)[0].mail.text
    assert {(e.data["to"], e.data["stands_in_for"]) for e in escalated} == {("dora", "mia")}


@pytest.mark.proves("F6")
@pytest.mark.parametrize(
    ("people", "recipients"),
    [
        ({"mia": {"delegate": "dora"}}, {"mia"}),
        ({"mia": ON_LEAVE | {"delegate": "dora"}}, {"dora"}),
        ({"mia": ON_LEAVE | {"delegate": "dora"}, "dora": ON_LEAVE | {"delegate": "eli"}}, {"eli"}),
        ({"mia": ON_LEAVE | {"delegate": "dora"}, "dora": {"active": False, "delegate": "eli"}}, {"eli"}),
        ({"mia": ON_LEAVE | {"delegate": "dora"}, "dora": ON_LEAVE}, {"mia"}),
        ({"mia": ON_LEAVE}, {"mia"}),
    ],
)
def test_delegates_are_tried_in_turn_and_without_any_the_manager_is_notified_anyway(
    people: dict[str, dict[str, Any]], recipients: set[str]
) -> None:
    assert set(unanswered(World(policy=changed(policies.shipped(), **people)))) == recipients


def test_a_switched_away_manager_has_a_stand_in_too() -> None:
    world = World(policy=changed(policies.shipped(), mia={"delegate": "dora"}))
    world.table.set_away("mia", MONDAY_NINE + timedelta(days=2))
    assert set(unanswered(world)) == {"dora"}


def test_a_delegate_who_owns_the_lead_already_knows_so_the_next_one_is_notified() -> None:
    world = World(policy=changed(policies.shipped(), mia=ON_LEAVE | {"delegate": "ana"}, ana={"delegate": "dora"}))
    lead_id = world.receive(message=HOT)
    assert world.lead(lead_id).owner_id == "ana"
    world.advance(minutes=9)
    assert {sent.permission.person for sent in world.mails(lead_id, Template.ESCALATE)} == {"dora"}


def two_teams(**people: dict[str, Any]) -> Policy:
    """Return a policy with manager dora and catch-all mia."""
    policy = changed(policies.shipped(), **people)
    return replace(policy, teams={name: replace(team, manager="dora") for name, team in policy.teams.items()})


def test_without_manager_and_delegates_the_catch_all_person_is_notified() -> None:
    assert set(unanswered(World(policy=two_teams(dora=ON_LEAVE)))) == {"mia"}
    policy = two_teams(dora=ON_LEAVE | {"delegate": "eli"}, eli=ON_LEAVE)
    assert notification_recipient(policy, "dora", {}, MONDAY_NINE) == "mia"


def test_a_former_manager_is_not_a_reader() -> None:
    assert set(unanswered(World(policy=two_teams(dora={"active": False})))) == {"mia"}


def test_a_stand_in_opens_the_lead_and_the_board_that_they_are_sent() -> None:
    assert Template.ESCALATE in FOR_MANAGERS
    world = World(policy=changed(policies.shipped(), mia=ON_LEAVE | {"delegate": "dora"}))
    lead_id = world.receive(message=HOT)
    world.advance(minutes=9)
    lead = world.lead(lead_id)
    assert lead.owner_id != "dora"
    world.press_form(world.link(lead_id, "dora"), OutcomeForm(outcome="voicemail", submission=lead.version))
    assert world.policy.answers_for_leads("dora")
    assert not world.policy.answers_for_leads("eli")


def test_the_weekly_review_goes_to_stand_ins_as_well() -> None:
    policy = changed(policies.shipped(), mia=ON_LEAVE | {"delegate": "eli"})
    review = PublishedReview(week=Week.of(MONDAY_NINE.date()), path="weekly/x.html", headline=())
    assert {m.recipient for m in review_messages(policy, review, MONDAY_NINE)} >= {"mia", "eli"}
    later = datetime(2027, 3, 1, 9, tzinfo=UTC)
    assert "eli" not in {m.recipient for m in review_messages(policy, review, later)}


@pytest.mark.parametrize("template", [t for t in RANKS if t is not Template.LEAD_MOVED])
def test_a_departed_person_is_not_mailed(template: Template) -> None:
    world = World(policy=changed(policies.shipped(), ana={"active": False}))
    lead = world.lead(world.receive())
    builder = ChangeBuilder(lead, lead, world.now)
    builder.message_person(world.policy, template, "ana", due_at=world.now)
    builder.message_person(world.policy, template, "nobody_we_know", due_at=world.now)
    assert {message.recipient for message in builder.build().messages} == {"mia"}
