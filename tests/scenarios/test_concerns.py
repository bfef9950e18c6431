"""Concerns go to a person with context (H5).

Automation stops until that person acts.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.domain.model.concern import Concern, ConcernRule
from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.policy import loader as policies
from tests.scenarios.sequences import AGREED, PLAN, planned_policy, steps, until
from tests.scenarios.world import MONDAY_NINE, World

RULES = (
    ConcernRule(id="law", concern=Concern.COMPLIANCE_RISK, words=("lawyer", "data protection"), notify="manager"),
    ConcernRule(id="angry", concern=Concern.STRONG_SENTIMENT, words=("unacceptable",), notify="cem"),
    ConcernRule(id="buys", concern=Concern.HIGH_INTENT, words=("ready to sign",)),
    ConcernRule(id="short", concern=Concern.LOW_CONFIDENCE, at_most_words=1),
)
PATIENT = replace(
    PLAN, stop_on=frozenset({OutcomeMeaning.BOOKING, OutcomeMeaning.WON, OutcomeMeaning.LOST, OutcomeMeaning.OPT_OUT})
)
"""A plan that goes on when the lead writes: only the concern can hold it."""


def world_with_rules() -> World:
    return World(policy=replace(planned_policy(PATIENT), concerns=RULES))


def writes(world: World, email: str, message: str) -> None:
    """Receive another message of a known person."""
    world.receive(email=email, message=message, source="chat")


@pytest.mark.proves("H5")
@pytest.mark.parametrize(
    ("message", "rule", "match"),
    [
        ("My LAWYER will hear of this.", "law", "“lawyer”"),
        ("It is unacceptable, and my lawyer agrees", "law", "“lawyer”"),
        ("Simply unacceptable!", "angry", "“unacceptable”"),
        ("We are ready to sign today", "buys", "“ready to sign”"),
        ("Hm", "short", "few words"),
        ("I know a few lawyers", None, ""),
        ("", None, ""),
    ],
)
def test_the_first_matching_rule_marks_the_lead_and_the_history_says_why(
    message: str, rule: str | None, match: str
) -> None:
    world = world_with_rules()
    lead_id = world.receive(email="ada@example.com", message="Please call me today", **AGREED)
    world.advance(minutes=1)
    writes(world, "ada@example.com", message)
    concern = world.lead(lead_id).concern
    assert (concern and concern.rule) == rule
    raised = world.events(lead_id, Kind.CONCERN_RAISED)
    assert [e.data["found"] for e in raised] == ([match] if rule else [])
    assert concern is None or concern.policy_version == world.policy.version
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("H5")
def test_owner_and_named_recipients_get_the_message_with_the_reason_once() -> None:
    world = world_with_rules()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    writes(world, "ada@example.com", "Your data protection officer, please")
    owner = world.policy.people[world.lead(lead_id).owner_id or ""].email
    manager = world.policy.people[world.policy.manager_of(world.lead(lead_id).owner_id)].email
    mails = world.mails(lead_id, Template.NEEDS_PERSON)
    assert sorted(m.permission.address for m in mails) == sorted([owner, manager])
    for mail in mails:
        assert "Compliance risk: “data protection”" in mail.mail.text
        assert "Your data protection officer, please" in mail.mail.text
        assert "/o/" in mail.mail.text
    assert world.mails(lead_id, Template.WROTE_AGAIN) == []


def test_a_new_lead_with_a_concern_says_so_in_its_alert_and_notifies_the_manager_at_once() -> None:
    world = world_with_rules()
    lead_id = world.receive(message="Please call me today, or my lawyer will call you")
    [alert] = world.mails(lead_id, Template.ALERT_OWNER)
    assert "Needs you: Compliance risk: “lawyer”" in alert.mail.text
    assert len(world.mails(lead_id, Template.NEEDS_PERSON)) == 1
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.SENT  # the acknowledgement of their message


@pytest.mark.proves("H5")
def test_no_step_is_sent_until_a_person_acts_and_then_the_plan_continues() -> None:
    world = world_with_rules()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    until(world, 1)
    writes(world, "ada@example.com", "This is unacceptable")
    until(world, 6)
    assert steps(world, lead_id) == {}
    assert world.mails(lead_id, Template.SEQUENCE_STEP) == []
    world.press(lead_id, "no_answer")
    assert world.lead(lead_id).concern is None
    until(world, 10)
    taken = steps(world, lead_id)
    assert list(taken) == ["hello", "call"]
    assert taken["hello"] >= timedelta(days=6)
    assert len(world.mails(lead_id, Template.SEQUENCE_STEP)) == 1


@pytest.mark.proves("H5")
def test_a_step_waiting_for_its_hour_is_refused_when_a_concern_comes_first() -> None:
    world = world_with_rules()
    lead_id = world.receive(email="ada@example.com", **{**AGREED, "phone": "+14155551234", "country": "US"})
    until(world, 7)
    world.press(lead_id, "no_answer")
    until(world, 9 + 1 / 24)  # ten in Berlin, one at night in San Francisco: the text of the ninth day waits
    assert world.message(lead_id, Template.SEQUENCE_STEP, Channel.SMS).status is Status.PENDING
    writes(world, "ada@example.com", "I said: unacceptable")
    world.advance(days=1)
    text = world.message(lead_id, Template.SEQUENCE_STEP, Channel.SMS)
    assert (text.status, text.detail) == (
        Status.REFUSED,
        "a person must act first: Strong sentiment: “unacceptable”",
    )


def test_a_new_lead_with_a_concern_starts_its_sequence_only_after_a_person_acted() -> None:
    world = world_with_rules()
    lead_id = world.receive(message="Please call me today: this is unacceptable", **AGREED)
    until(world, 4)
    assert steps(world, lead_id) == {}
    world.press(lead_id, "no_answer")
    until(world, 9)
    assert "hello" in steps(world, lead_id)


def test_undoing_the_outcome_holds_the_lead_again() -> None:
    world = world_with_rules()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    writes(world, "ada@example.com", "Unacceptable")
    world.press(lead_id, "no_answer")
    world.undo(lead_id)
    concern = world.lead(lead_id).concern
    assert concern is not None
    assert concern.at == MONDAY_NINE


@pytest.mark.proves("H5")
def test_the_shipped_policy_sends_legal_questions_to_the_manager() -> None:
    world = World()
    lead_id = world.receive(message="Is this GDPR compliant?")
    assert world.lead(lead_id).concern is not None
    assert world.mails(lead_id, Template.NEEDS_PERSON)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (replace(RULES[0], words=()), "concerns[0]"),
        (replace(RULES[0], notify="nobody_known"), "concerns[0].notify"),
    ],
)
def test_a_rule_that_matches_nothing_or_notifies_nobody_is_invalid(rule: ConcernRule, path: str) -> None:
    from leadtight.domain.policy_checks.checks import check_policy

    shipped = replace(policies.shipped(), concerns=(rule,))
    assert path in [problem.field for problem in check_policy(shipped)]
    assert "concerns[1].id" in [p.field for p in check_policy(replace(shipped, concerns=(RULES[0], RULES[0])))]
