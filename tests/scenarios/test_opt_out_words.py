"""STOP by text or mail ends the channel unanswered.

It ends at once and permanently (H4).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.app.intake.receive import IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.identity import person_key, person_keys
from leadtight.domain.model.message import LEAD, Channel, Status, Template
from leadtight.domain.policy.sources import Identity
from tests.scenarios.sequences import AGREED, ended, planned_world, steps, until
from tests.scenarios.test_mail import DOMAIN, Inbox
from tests.scenarios.world import WARM, World
from tests.unit.adapters.email.letters import mail

pytestmark = pytest.mark.slow

PHONE = "+4930901820"
BOTH: dict[str, Any] = {"consent": {"sms": True, "marketing": ["email", "sms"]}}


def text(world: World, words: str, key: str = "SM1", phone: str = PHONE, ends: bool = False) -> IntakeResult:
    """Receive a text as Twilio's webhook reads it."""
    body = {"phone": phone, "message": words}
    submission = Submission(
        source="phone_sms", key=key, body=body, conversation=True, answers_by=Channel.SMS, ends=ends
    )
    return world.submit(submission)


def texted() -> tuple[World, str]:
    """Return a lead in a sequence that receives texts."""
    world = planned_world()
    lead_id = world.receive(email="ada@example.com", **AGREED)
    until(world, 2)
    return world, lead_id


def to_lead(world: World, lead_id: str) -> int:
    return sum(m.recipient == LEAD for m in world.table.messages(lead_id))


@pytest.mark.proves("H4")
@pytest.mark.parametrize("words", ["STOP", "Unsubscribe", "cancel", "END", "quit.", "STOPALL", "Arr\u00eat", "STOPP"])
def test_a_text_keyword_ends_texts_and_the_sequence_in_the_transaction_that_stores_it(words: str) -> None:
    world, lead_id = texted()
    lead_before, sent, written = world.lead(lead_id), to_lead(world, lead_id), len(world.mailer.sent)
    assert text(world, words) == IntakeResult(lead_id=lead_id, status="merged")
    lead = world.lead(lead_id)
    assert (lead.version, lead.opted_out, lead.enrolment) == (lead_before.version + 1, (Channel.SMS,), None)
    assert world.table.suppression((person_key(PHONE),)).channels == {Channel.SMS}
    assert ended(world, lead_id) == ["opt_out"]
    [event] = world.events(lead_id, Kind.LEAD_OPTED_OUT)
    assert (event.data["words"], event.data["source"], event.actor) == (words, "phone_sms", "lead")
    assert world.events(lead_id, Kind.INQUIRY_JOINED) == []
    assert (to_lead(world, lead_id), len(world.mailer.sent)) == (sent, written)  # no answer and no call
    taken = steps(world, lead_id)
    until(world, 60)
    assert steps(world, lead_id) == taken
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


@pytest.mark.proves("G3")
def test_a_person_who_opted_out_is_not_nurtured() -> None:
    world, lead_id = texted()
    text(world, "STOP")
    world.press(lead_id, "not_interested")
    enrolled = world.events(lead_id, Kind.LEAD_ENROLLED)
    assert world.lead(lead_id).enrolment is None
    until(world, 20)
    assert world.events(lead_id, Kind.LEAD_ENROLLED) == enrolled


def test_a_repeated_delivery_is_one_opt_out_and_another_is_noted() -> None:
    world, lead_id = texted()
    text(world, "STOP")
    assert text(world, "STOP").status == "duplicate"
    text(world, "STOP", key="SM2")
    assert [e.data["words"] for e in world.events(lead_id, Kind.LEAD_OPTED_OUT)] == ["STOP", "STOP"]


def test_an_opt_out_marked_by_the_provider_counts_whatever_its_text() -> None:
    world, lead_id = texted()
    text(world, "genug", ends=True)
    assert world.lead(lead_id).opted_out == (Channel.SMS,)


def test_an_opt_out_phrase_ends_the_channel_and_its_message_reaches_the_owner() -> None:
    world, lead_id = texted()
    text(world, "Please stop texting me. Is Thursday still on?")
    lead = world.lead(lead_id)
    assert (lead.opted_out, lead.enrolment) == ((Channel.SMS,), None)
    [joined] = world.events(lead_id, Kind.INQUIRY_JOINED)
    assert joined.data["inquiry"]["message"] == "Please stop texting me. Is Thursday still on?"
    assert world.mails(lead_id, Template.WROTE_AGAIN)
    assert fold(world.table.history(lead_id)) == lead


def test_an_unknown_person_opts_out_and_is_not_a_counted_lead() -> None:
    world = World()
    first = text(world, "STOP")
    lead = world.lead(first.lead_id)
    assert (lead.is_open, lead.excluded and lead.excluded.reason) == (False, "opted_out")
    assert (world.mailer.sent, world.texter.sent) == ([], [])
    assert world.table.suppression((person_key(PHONE),)).channels == {Channel.SMS}
    assert fold(world.table.history(first.lead_id)) == lead
    later = world.receive(phone=PHONE, message=WARM, **BOTH)
    world.advance(days=2)
    [ack] = [m for m in world.table.messages(later) if m.channel is Channel.SMS and m.recipient == LEAD]
    assert (ack.status, ack.detail) == (Status.REFUSED, "opted out of sms")


def test_a_phrase_of_an_unknown_person_is_a_lead_without_an_answer_on_that_channel() -> None:
    world = World()
    lead_id = text(world, "Don't text me, call me: I need a new roof").lead_id
    lead = world.lead(lead_id)
    assert (lead.is_open, lead.opted_out) == (True, (Channel.SMS,))
    assert lead.owner_id


@pytest.mark.proves("H4")
@pytest.mark.parametrize("words", ["No more texts please", "Please stop texting me.\nAda Obi", "I told you to stop"])
def test_an_unknown_person_with_only_an_opt_out_phrase_opts_out_as_by_keyword(words: str) -> None:
    world = World()
    lead_id = text(world, words).lead_id
    lead = world.lead(lead_id)
    assert (lead.is_open, lead.excluded and lead.excluded.reason) == (False, "opted_out")
    assert (world.mailer.sent, world.texter.sent) == ([], [])
    assert world.table.suppression((person_key(PHONE),)).channels == {Channel.SMS}
    [event] = world.events(lead_id, Kind.LEAD_OPTED_OUT)
    assert event.data["words"] == words


@pytest.mark.parametrize("words", ["Please stop texting me. Call me", "No more texts please. ring us back"])
def test_other_requests_of_an_unknown_person_are_a_task(words: str) -> None:
    world = World()
    lead = world.lead(text(world, words).lead_id)
    assert (lead.is_open, lead.opted_out) == (True, (Channel.SMS,))


@pytest.mark.parametrize("words", ["Please stop texting me. Call me", "Bitte keine SMS mehr. Rufen Sie an"])
def test_an_opt_out_with_other_content_on_a_closed_lead_is_a_task(words: str) -> None:
    world = World()
    first = world.receive(phone=PHONE)
    world.press(first, "lost", reason="price")
    later = text(world, words).lead_id
    assert later != first
    assert (world.lead(later).is_open, world.lead(first).is_open) == (True, False)


@pytest.mark.proves("H4")
def test_start_does_not_restore_consent() -> None:
    world, lead_id = texted()
    text(world, "STOP")
    text(world, "START", key="SM2")
    text(world, "UNSTOP", key="SM3")
    assert world.lead(lead_id).opted_out == (Channel.SMS,)
    assert world.table.suppression((person_key(PHONE),)).channels == {Channel.SMS}
    assert len(world.events(lead_id, Kind.INQUIRY_JOINED)) == 2  # a person is notified, and asks


def test_the_sequences_of_the_persons_other_leads_end_too() -> None:
    world, lead_id = texted()
    world.govern(replace(world.policy, identity=Identity(merge_within=timedelta())))
    other = world.receive(email="ada@example.com", **AGREED)
    assert world.lead(other).enrolment is not None
    text(world, "STOP")
    assert [world.lead(x).enrolment for x in (lead_id, other)] == [None, None]


@pytest.mark.proves("A11")
def test_a_redelivered_opt_out_ends_no_sequence_that_began_since() -> None:
    world = Inbox()
    world.govern(planned_world().policy)
    world.drop(mail("STOP"), file="ses/stop")
    world.advance(hours=1)
    lead_id = world.receive(email="ada@example.com", **AGREED)
    lead_before = world.lead(lead_id)
    assert lead_before.enrolment is not None
    assert world.tell("ses/stop").status == "duplicate"
    assert world.lead(lead_id) == lead_before


@pytest.mark.parametrize("hours", [20, 26, 72, 13 * 24])
def test_a_keyword_redelivered_after_days_ends_nothing_that_began_since(hours: float) -> None:
    world = Inbox()
    world.govern(planned_world().policy)
    world.drop(mail("STOP"), file="ses/stop")
    world.advance(hours=1)
    lead_id = world.receive(email="ada@example.com", **AGREED)
    world.advance(hours=hours)
    lead_before = world.lead(lead_id)
    assert lead_before.enrolment is not None
    assert world.tell("ses/stop").status == "duplicate"
    assert world.lead(lead_id) == lead_before


@pytest.mark.parametrize("words", ["STOP", "Stop writing to me, please. But what does the roof cost?"])
@pytest.mark.parametrize("hours", [2, 26, 72, 13 * 24])
def test_a_keyword_first_received_from_a_redriven_queue_ends_the_sequence_of_its_time(hours: float, words: str) -> None:
    world = Inbox()
    world.govern(planned_world().policy)
    world.files.now = world.now
    world.files.keep("ses/stop", mail(words), "")
    world.advance(hours=1)
    lead_id = world.receive(email="ada@example.com", **AGREED)
    world.advance(hours=hours)
    assert world.tell("ses/stop").status == "merged"
    assert world.lead(lead_id).enrolment is not None, "it began after the word"
    assert world.table.suppression((person_key("ada@example.com"),)).channels == {Channel.EMAIL}, "permanently"


@pytest.mark.parametrize("hours", [2, 26, 72])
def test_a_late_keyword_ends_the_sequence_of_its_time(hours: float) -> None:
    world = Inbox()
    world.govern(planned_world().policy)
    lead_id = world.receive(email="ada@example.com", **AGREED)
    other = world.receive(email="ada@example.com", **AGREED)
    world.advance(minutes=10)
    world.files.now = world.now
    world.files.keep("ses/stop", mail("STOP"), "")
    world.advance(hours=hours)
    world.tell("ses/stop")
    assert [world.lead(x).enrolment for x in (lead_id, other)] == [None, None]


def test_a_redelivered_text_without_a_time_ends_no_sequence_that_began_since() -> None:
    world = planned_world()
    text(world, "STOP")
    world.advance(hours=1)
    lead_id = world.receive(email="ada@example.com", **AGREED)
    lead_before = world.lead(lead_id)
    assert lead_before.enrolment is not None
    assert text(world, "STOP").status == "duplicate"
    assert world.lead(lead_id) == lead_before
    assert text(world, "STOP", key="SM2").lead_id == lead_id
    assert world.lead(lead_id).enrolment is None


@pytest.mark.proves("H4")
def test_a_keyword_by_mail_ends_mail_from_any_address_of_the_thread() -> None:
    world = Inbox()
    lead_id = world.drop(mail("Please call me.")).id
    _, reply_to = world.sent_to_lead(lead_id)
    stranger = {"From": "Bo <bo@example.com>", "To": reply_to, "Message-ID": "<2@example.com>"}
    answer = mail("Stop\n\nSent from my iPhone", headers=stranger)
    assert world.drop(answer).id == lead_id
    lead = world.lead(lead_id)
    assert lead.opted_out == (Channel.EMAIL,)
    keys = (*person_keys(lead.inquiry), person_key("bo@example.com"))
    assert [world.table.suppression((key,)).channels for key in keys] == len(keys) * [{Channel.EMAIL}]
    assert to_lead(world, lead_id) == 1


def test_an_opt_out_by_mail_counts_at_any_of_our_addresses() -> None:
    world = Inbox()
    world.boxes = {}
    settled = world.drop(mail("unsubscribe", to=f"post@{DOMAIN}"))
    assert world.lead(settled.id).opted_out == (Channel.EMAIL,)


DEEDS = st.sampled_from(["inquire", "stop", "stop by mail", "phrase", "start", "chat", "day"])


@pytest.mark.proves("H4")
@settings(max_examples=15)
@given(st.lists(DEEDS, max_size=8))
def test_no_message_is_sent_after_a_stored_opt_out(deeds: list[str]) -> None:
    world, lead_id = texted()
    for number, deed in enumerate(deeds):
        _do(world, deed, str(number))
        until_done = {c: len(_sent(world, c)) for c in world.table.suppression((person_key(PHONE),)).channels}
        world.advance(hours=30)
        assert {c: len(_sent(world, c)) for c in until_done} == until_done
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def _do(world: World, deed: str, key: str) -> None:
    words = {"stop": "STOP", "phrase": "Stop sending me texts please, call", "start": "START", "chat": "hello?"}
    if deed in words:
        text(world, words[deed], key=key)
    elif deed == "stop by mail":
        body = {"email": "ada@example.com", "phone": PHONE, "message": "unsubscribe"}
        world.submit(Submission(source="email", key=key, body=body, answers_by=Channel.EMAIL))
    elif deed == "inquire":
        world.receive(email="ada@example.com", **AGREED)
    else:
        world.advance(days=1)


def _sent(world: World, channel: Channel) -> list[str]:
    """Return the messages to Ada by a channel."""
    to = {Channel.EMAIL: "ada@example.com", Channel.SMS: PHONE}[channel]
    sent = world.mailer.sent if channel is Channel.EMAIL else world.texter.sent
    return [mail.permission.address for mail in sent if mail.permission.address == to]


@pytest.mark.parametrize(
    "words",
    [
        "We want to opt out of the contract with our old installer. Please send us a quote for 20 heat pumps.",
        "I want to unsubscribe from Telekom, what do you offer?",
        "Ich will mich bei Vodafone abmelden und suche einen neuen Anbieter.",
    ],
)
def test_an_inquiry_about_another_persons_messages_is_answered_and_the_doubt_goes_to_its_owner(words: str) -> None:
    world = Inbox()
    lead = world.lead(world.drop(mail(words)).id)
    assert lead.opted_out == ()
    assert len(world.mails(lead.id, Template.ACKNOWLEDGE)) == 1
    assert lead.concern is not None
    assert "may be a request to stop messages" in lead.concern.summary
    assert world.table.suppression(person_keys(lead.inquiry)).channels == frozenset()


def test_a_doubt_pauses_the_sequence_until_a_person_has_looked() -> None:
    world, lead_id = texted()
    world.press(lead_id, "voicemail")
    text(world, "How do I unsubscribe from my old provider?")
    lead = world.lead(lead_id)
    assert lead.concern is not None
    assert lead.opted_out == ()
    assert len(world.mails(lead_id, Template.NEEDS_PERSON)) == 1
    world.press(lead_id, "voicemail")
    assert world.lead(lead_id).concern is None
