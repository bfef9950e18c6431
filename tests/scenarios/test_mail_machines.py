"""Mail from machines: not a lead, not answered.

What they report counts, and every loop ends.
"""

import json
from dataclasses import replace

import pytest

from leadtight.adapters.aws import receipts
from leadtight.app.intake.deliveries import SettledItem
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import StaleSubmission
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.sources import MailLimits
from tests.scenarios.sequences import planned_policy
from tests.scenarios.test_mail import BOXES, Inbox
from tests.scenarios.world import HOT
from tests.unit.adapters.email.letters import mail
from tests.unit.adapters.email.test_reports import OUR_ID, calendar_answer, complaint, receipt

FORM_MAILERS: list[dict[str, str]] = [
    {"From": "Website <wordpress@site.example>", "Auto-Submitted": "auto-generated", "Reply-To": "Bo <bo@example.com>"},
    {"From": "Website <forms@site.example>", "Precedence": "bulk", "Reply-To": "Bo <bo@example.com>"},
    {"From": "sales@firm.example", "Auto-Submitted": "auto-generated", "Reply-To": "Bo <bo@example.com>"},
    {"From": "noreply@site.example", "Auto-Submitted": "auto-generated", "Reply-To": "Bo <bo@example.com>"},
]


def answers_to(world: Inbox, settled: SettledItem) -> list[str | None]:
    return [m.permission.address for m in world.mails(settled.id, Template.ACKNOWLEDGE)]


@pytest.mark.parametrize("headers", FORM_MAILERS, ids=str)
def test_a_form_mailers_mail_is_its_visitors_inquiry_without_an_automatic_answer(headers: dict[str, str]) -> None:
    world = Inbox()
    settled = world.drop(mail(headers=headers))
    assert settled.status == "created"
    inquiry = world.lead(settled.id).inquiry
    assert (inquiry.name, inquiry.email) == ("Bo", "bo@example.com")
    assert answers_to(world, settled) == []


@pytest.mark.parametrize(
    "sender",
    ["noreply@site.example", "WordPress <wordpress@site.example>", "sales@firm.example", "Site <web@firm.example>"],
)
def test_a_form_mailer_that_hides_itself_has_its_visitor_answered(sender: str) -> None:
    world = Inbox()
    settled = world.drop(mail(headers={"From": sender, "Reply-To": "Bo <bo@example.com>"}))
    assert answers_to(world, settled) == ["bo@example.com"]


@pytest.mark.parametrize(("header", "answered"), [("OOF", 1), ("DR, RN, NRN, OOF, AutoReply", 0), ("All", 0)])
def test_exchange_headers_in_a_persons_mail_only_say_which_answers_they_want(header: str, answered: int) -> None:
    world = Inbox()
    settled = world.drop(mail(headers={"X-Auto-Response-Suppress": header}))
    assert settled.status == "created"
    assert len(answers_to(world, settled)) == answered


@pytest.mark.parametrize("raw", [receipt(), calendar_answer("Accepted")])
def test_a_read_receipt_or_calendar_response_neither_stops_a_sequence_nor_is_a_lead(raw: bytes) -> None:
    world = Inbox(policy=planned_policy())
    assert world.drop(raw).status == "set_aside"
    lead_id = world.drop(mail(HOT, headers={"Message-ID": "<first@example.com>"})).id
    world.advance(days=3)
    sent_before = len(world.mailer.sent)
    world.drop(raw.replace(b"m1@example.com", b"m2@example.com"), "ses/again")
    assert world.lead(lead_id).enrolment
    assert len(world.mailer.sent) == sent_before
    assert world.lead_ids() == [lead_id]


@pytest.mark.parametrize(("feedback_type", "ended"), [("abuse", True), ("fraud", True), ("not-spam", False)])
def test_a_complaint_about_our_mail_ends_mail_to_its_recipient(feedback_type: str, ended: bool) -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    sent, _ = world.sent_to_lead(lead_id)
    assert world.drop(complaint(feedback_type).replace(OUR_ID.encode(), sent.encode())).status == "set_aside"
    suppressed = world.table.suppression((person_key("ada@example.com"),)).channels
    assert (Channel.EMAIL in suppressed) is ended
    assert world.lead_ids() == [lead_id]


def test_a_complaint_without_a_message_id_names_our_mail_by_its_correlation_header() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    [sent] = world.mails(lead_id, Template.ACKNOWLEDGE)
    mark = f"{lead_id}/{sent.envelope.message_id}".encode()
    world.drop(complaint().replace(OUR_ID.encode(), b"gone@isp.example").replace(b"L1/acknowledge-1", mark))
    assert Channel.EMAIL in world.table.suppression((person_key("ada@example.com"),)).channels


def test_a_complaint_about_a_strangers_mail_ends_nothing() -> None:
    world = Inbox()
    world.drop(mail())
    assert world.drop(complaint()).status == "set_aside"
    assert not world.table.suppression((person_key("ada@example.com"),)).channels


@pytest.mark.parametrize(
    ("feedback_type", "ended"),
    [
        ("abuse", True),
        ("fraud", True),
        ("virus", True),
        ("other", True),
        (None, True),
        ("not-spam", False),
        ("auth-failure", False),
    ],
)
def test_the_providers_complaint_ends_mail_unless_its_type_is_harmless(feedback_type: str | None, ended: bool) -> None:
    event = {
        "eventType": "Complaint",
        "complaint": {"complaintFeedbackType": feedback_type},
        "mail": {"messageId": "m"},
    }
    assert (receipts.read(json.dumps(event)) is not None) is ended


@pytest.mark.proves("A2", "T2")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("sender", "words"),
    [
        ("case-{0}@desk.example", "We received your request."),
        ("case@desk{0}.example", "We received your request."),
        ("case-{0}@desk.example", "Your ticket #{0}-A7 of 24.11.2026 09:{0:02} was received. Ref ABC{0}X"),
    ],
)
def test_an_auto_responder_with_ever_new_addresses_is_held_in_a_visible_place(sender: str, words: str) -> None:
    world = Inbox()
    for number in range(30):
        headers = {"From": sender.format(number), "Subject": f"[Case {number}] received", "Message-ID": f"<{number}@x>"}
        world.drop(mail(words.format(number), headers=headers))
        world.advance(minutes=1)
    assert len(world.lead_ids()) == MailLimits().alike
    waiting = world.quarantine.waiting(50)
    assert {delivery.reason for delivery in waiting} == {Reason.TOO_MANY}
    assert len(waiting) == 30 - MailLimits().alike


def test_people_who_write_different_things_at_once_are_all_leads() -> None:
    world = Inbox()
    for number, thing in enumerate(
        ["roof", "heating", "garage", "kitchen", "garden", "windows", "stairs", "cellar"] * 2
    ):
        ending = "" if number < 8 else ", soon"
        headers = {"From": f"p{number}@example.com", "Message-ID": f"<{number}@x>"}
        world.drop(mail(f"I need a {thing}{ending}", headers=headers))
    assert len(world.lead_ids()) == 16


@pytest.mark.parametrize(
    ("words", "sender"),
    [
        ("Call me", {"From": "p{0}@example.com"}),
        ("I like this flat.", {"From": "noreply@portal.example", "Reply-To": "p{0}@example.com"}),
    ],
)
def test_people_who_write_the_same_short_text_or_use_one_portal_are_all_leads(
    words: str, sender: dict[str, str]
) -> None:
    world = Inbox()
    for number in range(12):
        headers = {name: value.format(number) for name, value in sender.items()} | {"Message-ID": f"<{number}@x>"}
        assert world.drop(mail(words, headers=headers)).status == "created"


NAMES = ("ada", "bo", "cem", "dora", "emil", "fay", "gus", "hana", "ian", "jana", "kim", "lea")


@pytest.mark.parametrize("sender", ["{0}@gmail.com", "{0}.obi@yahoo.co.uk", "{0}@{0}.example", "{0}@shop{1}.example"])
def test_people_with_prefilled_texts_are_all_leads(sender: str) -> None:
    world = Inbox()
    for number, name in enumerate(NAMES):
        headers = {"From": sender.format(name, number), "Message-ID": f"<{number}@x>"}
        assert world.drop(mail("I would like a quote for a roof.", headers=headers)).status == "created"


def test_a_machine_at_a_mailbox_provider_is_held_too() -> None:
    world = Inbox()
    for number in range(12):
        headers = {"From": f"desk+{number}a@gmail.com", "Message-ID": f"<{number}@x>"}
        world.drop(mail("We received your request.", headers=headers))
    assert len(world.lead_ids()) == MailLimits().alike


def test_a_mailbox_gets_limited_automatic_answers_an_hour_and_every_lead_is_taken() -> None:
    world = Inbox()
    world.boxes = {name: replace(box, limits=MailLimits(answers=3)) for name, box in BOXES.items()}
    world.govern(world.policy)
    words = ["I need a roof", "My heating broke", "A new kitchen please", "Windows to replace", "Call about the garage"]
    leads = [
        world.drop(mail(text, headers={"From": f"p{n}@example.com", "Message-ID": f"<{n}@x>"}))
        for n, text in enumerate(words)
    ]
    assert [settled.status for settled in leads] == ["created"] * 5
    assert [len(answers_to(world, settled)) for settled in leads] == [1, 1, 1, 0, 0]
    world.advance(minutes=61)
    later = world.drop(mail("Is the office open?", headers={"From": "late@example.com", "Message-ID": "<late@x>"}))
    assert len(answers_to(world, later)) == 1


def test_one_address_gets_limited_automatic_answers_an_hour_whatever_becomes_of_its_leads() -> None:
    world = Inbox()
    answered = 0
    for number in range(5):
        settled = world.drop(mail(f"Matter {'x' * number}", headers={"Message-ID": f"<{number}@x>"}))
        answered += len(answers_to(world, settled))
        world.press(settled.id, "lost", reason="too dear")
    assert answered <= MailLimits().answers_per_address


@pytest.mark.parametrize("sender", ["sales@firm.example", "Sales@Firm.example", "sales+web@firm.example"])
def test_a_mail_of_our_own_mailbox_is_noted_and_not_answered(sender: str) -> None:
    world = Inbox()
    settled = world.drop(mail("Automatic: the office is closed.", headers={"From": sender}, to="hello@firm.example"))
    assert settled.status == "created"
    assert answers_to(world, settled) == []


def test_our_own_returned_mail_is_set_aside_by_its_id_without_its_header() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    sent, _ = world.sent_to_lead(lead_id)
    assert world.drop(
        mail("Thank you for writing", headers={"From": "x@example.com", "Message-ID": f"<{sent}>"})
    ).status in (
        "set_aside",
        "noted",
    )
    assert world.lead_ids() == [lead_id]


@pytest.mark.proves("T2")
def test_a_set_aside_mail_is_listed_and_may_be_released_as_an_unanswered_lead() -> None:
    world = Inbox()
    world.drop(mail(headers={"Precedence": "bulk"}), "ses/1")
    world.drop(mail("Second", headers={"List-Id": "<news.example>", "Message-ID": "<2@x>"}), "ses/2")
    world.advance(days=3)
    second, first = world.quarantine.set_aside(world.now, 9)
    assert [delivery.detail for delivery in (first, second)] == ["Precedence", "List-Id"]
    [accepted] = world.quarantine.release(first.id, "mia", world.now)
    assert accepted.status == "created"
    lead = world.lead(accepted.lead_id)
    assert (lead.inquiry.email, lead.inquiry.message) == ("ada@example.com", "Please call me.")
    assert world.mails(lead.id, Template.ACKNOWLEDGE) == []
    assert world.quarantine.set_aside(world.now, 9) == (second,)
    world.advance(days=5)
    assert world.quarantine.set_aside(world.now, 9) == ()


def test_a_mail_discarded_by_a_person_is_not_set_aside() -> None:
    world = Inbox()
    world.drop(b"\0\0", "ses/odd")
    [delivery] = world.quarantine.waiting(9)
    world.quarantine.discard(delivery.id, "mia", "no mail", world.now)
    assert world.quarantine.set_aside(world.now, 9) == ()
    with pytest.raises(StaleSubmission):
        world.quarantine.release(delivery.id, "mia", world.now)
