"""The console describes every event, with people and reasons."""

import re
from datetime import timedelta

import pytest

from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.devstage.console.story import StoryLine, story_lines
from leadtight.devstage.deployment import POLICY
from leadtight.domain.model.errors import SendRefused
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Template
from leadtight.domain.outcomes.first_contact import ContactProof, ProofSource
from leadtight.policy import loader as policies
from tests.scenarios.world import World

DEV = policies.load(POLICY)


def story_of(world: World, lead_id: str) -> list[StoryLine]:
    return list(story_lines(world.policy, world.lead(lead_id), world.table.history(lead_id), world.now))


def words(world: World, lead_id: str) -> list[str]:
    return [entry.text for entry in story_of(world, lead_id)]


@pytest.fixture
def world() -> World:
    return World(policy=DEV)


def test_an_unanswered_lead_is_described_from_arrival_to_its_second_owner(world: World) -> None:
    lead_id = world.receive(name="Ada Obi")
    world.advance(minutes=1, seconds=10)
    story = " ".join(words(world, lead_id))
    assert re.search(r"Received: API\. It is hot, so an answer is promised by \d\d:\d\d:\d\d\.", story)
    assert "Assigned to Ana Costa, because it is their turn in the pool “inbound”." in story
    assert "Acknowledgement sent to Ada Obi by e-mail." in story
    assert "Alert sent to Ana Costa by e-mail." in story
    assert re.search(r"Ana Costa warned: \d\d% of the time is used\.", story)
    assert "Deadline missed: Ana Costa had not answered by" in story
    assert "Escalated to Mia Berger." in story
    assert "Reassigned from Ana Costa to Ben Okafor: it is their turn." in story


def test_a_lead_that_moved_often_enough_stays_with_the_manager(world: World) -> None:
    lead_id = world.receive()
    world.advance(minutes=20)
    story = " ".join(words(world, lead_id))
    assert "to Mia Berger: it has moved as often as the policy allows, so a manager keeps it." in story
    assert "Mia Berger reminded." in story


def test_an_outcome_shows_the_time_left_and_its_undo(world: World) -> None:
    lead_id = world.receive()
    world.advance(seconds=5)
    world.press(lead_id, "connected", note="Wants a call on Monday")
    world.undo(lead_id)
    recorded, undone = story_of(world, lead_id)[-2:]
    spare = world.lead(lead_id).promise.deadline - world.now
    assert recorded.text == (
        f"Ana Costa recorded “We spoke”. “Wants a call on Monday” "
        f"The clock stopped {int(spare.total_seconds())} s before the deadline."
    )
    assert recorded.tone == "good"
    assert undone.text == "Ana Costa undid “We spoke”: everything is due again as before."


def test_proof_and_claims_name_their_source(world: World) -> None:
    lead_id = world.receive()
    deadline = world.lead(lead_id).promise.deadline
    world.now = deadline + timedelta(seconds=40)
    early = deadline - timedelta(seconds=5)
    world.press(lead_id, "connected", happened_at=early.isoformat())
    world.now += timedelta(seconds=20)
    evidence = ContactProof(proof=ProofSource.CALL_LOG, ref="17", at=early)
    world.proofs.prove(lead_id, "connected", "ana", evidence, world.now)
    recorded, proven, corrected = story_of(world, lead_id)[-3:]
    assert "; it counts from the time of their report. The clock stopped 40 s after the deadline." in recorded.text
    assert proven.text.startswith("The call log shows: Ana Costa, “We spoke”, at ")
    assert corrected.text.endswith("The promise was kept.")


def test_proof_of_the_first_contact_is_rated_by_its_time(world: World) -> None:
    lead_id = world.receive()
    deadline = world.lead(lead_id).promise.deadline
    world.now = deadline + timedelta(minutes=5)
    evidence = ContactProof(proof=ProofSource.PROVIDER_EVENT, ref="17", at=deadline - timedelta(seconds=2))
    world.proofs.prove(lead_id, "connected", "ana", evidence, world.now)
    proven = story_of(world, lead_id)[-1]
    assert proven.text.endswith("The clock stopped 2 s before the deadline.")
    assert proven.tone == "good"


def test_an_answer_after_the_deadline_is_not_praised(world: World) -> None:
    lead_id = world.receive()
    world.advance(seconds=1)
    world.now = world.lead(lead_id).promise.deadline + timedelta(seconds=1)
    world.press(lead_id, "connected")
    [recorded] = [entry for entry in story_of(world, lead_id) if "recorded" in entry.text]
    assert "after the deadline" in recorded.text
    assert recorded.tone == "warn"


def test_the_receipt_names_everybody_and_why_they_were_ineligible(world: World) -> None:
    world.table.set_away("ana", world.now + timedelta(hours=1))
    lead_id = world.receive()
    [receipt] = [entry.receipt for entry in story_of(world, lead_id) if entry.receipt]
    assert (receipt.rule, receipt.pool) == ("everything_else", "inbound")
    assert [(p.name, bool(p.left_out)) for p in receipt.people] == [
        ("Ana Costa", True),
        ("Ben Okafor", False),
        ("Cem Yilmaz", False),
    ]


def test_an_unassignable_lead_says_so(world: World) -> None:
    for person in ("ana", "ben", "cem"):
        world.table.set_away(person, world.now + timedelta(hours=1))
    lead_id = world.receive()
    assert "Assigned to Mia Berger, because no one can take it now in the pool “inbound”." in words(world, lead_id)


def test_an_undelivered_message_says_why(world: World) -> None:
    world.mailer.failures.append(SendRefused("MessageRejected: no such domain"))
    lead_id = world.receive(name="Ada Obi")
    refused = "Acknowledgement could not be sent to Ada Obi by e-mail: MessageRejected: no such domain."
    assert refused in words(world, lead_id)


def test_a_bounced_mail_is_described_and_a_delivered_one_only_listed(world: World) -> None:
    lead_id = world.receive(name="Ada Obi")
    acknowledgement, alert = world.mailer.sent
    world.report(alert, DeliveryReceipt.DELIVERED)
    initial = words(world, lead_id)
    world.advance(seconds=1)
    world.report(acknowledgement, DeliveryReceipt.BOUNCED, "mailbox full")
    assert words(world, lead_id) == [
        *initial,
        "By e-mail Ada Obi cannot be reached: the next step says how instead.",
        "Acknowledgement came back from Ada Obi by e-mail: mailbox full.",
    ]


def test_every_kind_of_event_and_every_template_has_wording() -> None:
    from leadtight.devstage.console.wording import _WORDS, TEMPLATE_LABELS

    assert set(_WORDS) == set(EventKind)
    assert set(TEMPLATE_LABELS) == set(Template)
