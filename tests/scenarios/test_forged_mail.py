"""A sender address acts only when proved.

By DMARC, alignment, or an address of ours that takes answers for one lead.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.email.parser import read_mail
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.sources import Identity
from leadtight.domain.policy.trust import Sender
from tests.scenarios.sequences import AGREED, planned_policy, until
from tests.scenarios.test_mail import Inbox
from tests.unit.adapters.email.letters import mail

RECEIVED = "from mx.example.net by inbound-smtp.eu-central-1.amazonaws.com with SMTP id k7 for s@firm.example; Mon"
SPF_FAIL, SPF_PASS = "spf=fail; envelope-from=x@evil.example", "spf=pass; envelope-from=ada@example.com"
DKIM_PASS, OTHERS_DKIM = "dkim=pass header.i=@example.com", "dkim=pass header.i=@evil.example"
ADDRESS = "ada@example.com"


def verdict(results: str, text: str = "STOP", **headers: str) -> bytes:
    """Return a mail as SES stores it.

    Its own headers are above those that came.
    """
    ours = (
        f"Return-Path: <x@evil.example>\r\nReceived: {RECEIVED}\r\nX-SES-Spam-Verdict: PASS\r\n"
        f"X-SES-Virus-Verdict: PASS\r\nAuthentication-Results: amazonses.com;\r\n {results};\r\n"
    )
    return ours.encode() + mail(text, headers={"Message-ID": "<stop@example.com>"} | headers)


FORGED = {
    "dmarc fails": f"{SPF_FAIL}; dkim=none; dmarc=fail header.from=example.com",
    "dmarc fails beside a signature of another": f"{SPF_FAIL}; {OTHERS_DKIM}; dmarc=fail header.from=example.com",
    "no dmarc, another envelope": "spf=pass; envelope-from=x@evil.example; dkim=none; dmarc=none",
    "no dmarc, a signature of another": f"{SPF_FAIL}; {OTHERS_DKIM}; dmarc=none",
    "gray": f"{SPF_PASS}; dkim=gray; dmarc=gray header.from=example.com",
    "processing failed": "spf=processing_failed; dkim=processing_failed; dmarc=processing_failed",
    "temporary errors": "spf=temperror; dkim=temperror; dmarc=temperror",
    "nothing": "spf=none; dkim=none; dmarc=none",
    "a domain that only ends alike": "spf=pass; envelope-from=x@notexample.com; dkim=none; dmarc=none",
    "a whole top level": "spf=pass; envelope-from=x@com; dkim=none; dmarc=none",
}
GENUINE = {
    "dmarc": "spf=fail; dkim=pass header.i=@example.com; dmarc=pass header.from=example.com",
    "no dmarc, own envelope": f"{SPF_PASS}; dkim=none; dmarc=none",
    "no dmarc, own signature": f"spf=softfail; {OTHERS_DKIM}; {DKIM_PASS}; dmarc=none",
    "no dmarc, signed below": "spf=none; dkim=pass header.i=@mail.example.com",
    "with comments": "spf=pass (dmarc=fail; spfCheck: domain of x); dkim=none; dmarc=pass header.from=example.com",
}


def enrolled() -> tuple[Inbox, str]:
    world = Inbox()
    world.govern(planned_policy())
    lead_id = world.receive(**AGREED | {"email": ADDRESS, "name": "Ada Obi"})
    until(world, 2)
    return world, lead_id


def left(world: Inbox) -> frozenset[Channel]:
    return world.table.suppression((person_key(ADDRESS),)).channels


@pytest.mark.proves("U5")
@pytest.mark.slow
@pytest.mark.parametrize("results", FORGED.values(), ids=FORGED)
def test_a_forged_stop_ends_nothing_pauses_automation_and_alerts_the_owner_at_once(results: str) -> None:
    world, lead_id = enrolled()
    mails_before = len(world.mails(lead_id, Template.NEEDS_PERSON))
    settled = world.drop(verdict(results))
    lead = world.lead(lead_id)
    assert (settled.id, lead.opted_out, left(world)) == (lead_id, (), frozenset())
    assert lead.enrolment is not None
    assert lead.enrolment.awaits_outcome, "no step goes out before a person acts"
    [mail] = world.mails(lead_id, Template.NEEDS_PERSON)[mails_before:]
    assert "came from an unverified sender" in mail.mail.text
    assert "STOP" in mail.mail.text


@pytest.mark.parametrize("results", GENUINE.values(), ids=GENUINE)
def test_a_genuine_stop_acts_permanently(results: str) -> None:
    world, lead_id = enrolled()
    world.drop(verdict(results))
    lead = world.lead(lead_id)
    assert (lead.opted_out, left(world)) == ((Channel.EMAIL,), frozenset({Channel.EMAIL}))
    assert lead.enrolment is None


def test_the_receiving_servers_verdict_is_kept_with_the_event() -> None:
    world, lead_id = enrolled()
    world.drop(verdict(FORGED["dmarc fails"]))
    event = world.events(lead_id, EventKind.INQUIRY_JOINED)[-1]
    assert event.data["authentication"] == {"spf": "fail", "dkim": "none", "dmarc": "fail"}
    assert event.data["sender"] == "unproved"
    world.drop(verdict(GENUINE["dmarc"], **{"Message-ID": "<2@example.com>"}))
    assert world.events(lead_id, EventKind.LEAD_OPTED_OUT)[-1].data["authentication"]["dmarc"] == "pass"


def test_a_header_written_by_a_stranger_is_not_trusted() -> None:
    forged = {"Authentication-Results": "amazonses.com; dmarc=pass header.from=example.com"}
    for raw in (
        verdict(FORGED["dmarc fails"], **forged),
        verdict(FORGED["dmarc fails"], Received="from a by b; Mon", **forged),
        mail("STOP", headers={"Received": RECEIVED, "Authentication-Results": "mx.evil.example; dmarc=pass"}),
        f"Received: {RECEIVED}\r\nReceived: from a by b; Mon\r\n".encode() + mail("STOP", headers=forged),
        b"X-SES-Spam-Verdict: PASS\r\n" + mail("STOP"),
        mail("STOP", headers={"ARC-Authentication-Results": "i=1; amazonses.com; dmarc=pass", "Received-SPF": "pass"}),
    ):
        letter = read_mail(raw)
        assert letter.authentication.sender(letter.sender) is Sender.UNPROVED


def test_two_from_addresses_prove_neither() -> None:
    raw = verdict(GENUINE["dmarc"], From="Ada <ada@example.com>, Mallory <m@evil.example>")
    letter = read_mail(raw)
    assert letter.authentication.sender(letter.sender) is Sender.UNPROVED


def test_a_mail_without_a_server_verdict_is_trusted() -> None:
    world, lead_id = enrolled()
    world.drop(mail("STOP"))
    assert world.lead(lead_id).opted_out == (Channel.EMAIL,)


def test_a_forged_mail_joins_no_existing_lead_and_is_a_separate_lead() -> None:
    world, lead_id = enrolled()
    lead_before = world.lead(lead_id)
    settled = world.drop(verdict(FORGED["dmarc fails"], "Please cancel my order."))
    assert settled.status == "created"
    own = world.lead(settled.id)
    assert (own.sender_unproved, own.owner_id is not None) == (True, True)
    assert own.concern is not None
    assert world.lead(lead_id) == lead_before, "its sequence goes on, no clock stopped"
    again = verdict(FORGED["dmarc fails"], "Do you hear me?", **{"Message-ID": "<3@example.com>"})
    assert (world.drop(again).id, len(world.lead_ids())) == (settled.id, 2)


def test_the_genuine_sender_reaches_their_own_lead_despite_forgeries() -> None:
    world, lead_id = enrolled()
    world.drop(verdict(FORGED["dmarc fails"], "Please cancel my order."))
    mine = verdict(GENUINE["dmarc"], "When do you come?", **{"Message-ID": "<4@example.com>"})
    assert (world.drop(mine).status, world.lead_ids()[0]) == ("merged", lead_id)
    assert world.lead(lead_id).enrolment is None, "a genuine answer ends the sequence"
    fresh = Inbox()
    first = fresh.drop(verdict(FORGED["dmarc fails"], "I am Ada."))
    genuine = fresh.drop(verdict(GENUINE["dmarc"], "I am Ada.", **{"Message-ID": "<5@example.com>"}))
    assert genuine.status == "created"
    assert genuine.id != first.id
    assert fresh.drop(verdict(GENUINE["dmarc"], "And?", **{"Message-ID": "<6@example.com>"})).id == genuine.id


def test_a_forged_stop_of_an_unknown_person_is_held_until_released() -> None:
    world = Inbox()
    assert world.drop(verdict(FORGED["dmarc fails"])).status == "held"
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, left(world)) == (Reason.UNVERIFIED, frozenset())
    world.quarantine.release(delivery.id, "lea", world.now)
    assert left(world) == {Channel.EMAIL}


def test_a_held_opt_out_that_is_redelivered_joins_no_later_lead() -> None:
    world = Inbox()
    result = world.drop(verdict(FORGED["dmarc fails"]), "ses/forged")
    lead_id = world.receive(email=ADDRESS, name="Ada Obi")
    lead_before = world.lead(lead_id)
    again = world.tell("ses/forged")
    assert (again.id, again.status) == (result.id, "duplicate")
    assert world.lead(lead_id) == lead_before


def test_an_opt_out_shown_on_a_lead_is_not_held_when_redelivered_after_its_end() -> None:
    world = Inbox()
    lead_id = world.receive(email=ADDRESS, name="Ada Obi")
    assert world.drop(verdict(FORGED["dmarc fails"]), "ses/forged").status == "merged"
    world.press(lead_id, "lost", reason="price")
    again = world.tell("ses/forged")
    assert (again.id, again.status) == (lead_id, "duplicate")
    assert world.quarantine.waiting(9) == ()


def test_a_forged_stop_pauses_the_sequences_of_all_leads_of_that_person() -> None:
    world, lead_id = enrolled()
    world.govern(replace(world.policy, identity=Identity(merge_within=timedelta())))
    other = world.receive(**AGREED | {"email": ADDRESS, "name": "Ada Obi"})
    until(world, 4)
    world.govern(replace(world.policy, identity=Identity()))
    world.drop(verdict(FORGED["dmarc fails"]))
    for each in (lead_id, other):
        enrolment = world.lead(each).enrolment
        assert enrolment is not None
        assert enrolment.awaits_outcome
    assert left(world) == frozenset()


@pytest.mark.parametrize("results", [FORGED["dmarc fails"], GENUINE["dmarc"]], ids=["unproved", "proved"])
def test_our_reply_address_proves_its_lead_only(results: str) -> None:
    world, lead_id = enrolled()
    _, reply_to = world.sent_to_lead(lead_id)
    world.drop(verdict(results, From="Bo <bo@example.com>", To=reply_to))
    lead = world.lead(lead_id)
    assert (lead.opted_out, left(world)) == ((Channel.EMAIL,), frozenset({Channel.EMAIL}))
    assert lead.enrolment is None
    bos = world.table.suppression((person_key("bo@example.com"),)).channels
    assert bos == ({Channel.EMAIL} if results == GENUINE["dmarc"] else frozenset())


def test_an_address_forged_in_a_thread_leads_nobody_to_its_lead() -> None:
    world, lead_id = enrolled()
    _, reply_to = world.sent_to_lead(lead_id)
    world.drop(verdict(FORGED["dmarc fails"], "Hello", From="Bo <bo@example.com>", To=reply_to))
    assert world.receive(email="bo@example.com", name="Bo Lee") != lead_id


def test_our_message_id_alone_notes_an_unproved_mail_and_ends_nothing() -> None:
    world, lead_id = enrolled()
    sent, _ = world.sent_to_lead(lead_id)
    headers = {"From": "Bo <bo@example.com>", "In-Reply-To": f"<{sent}>"}
    settled = world.drop(verdict(FORGED["dmarc fails"], "I agree to everything.", **headers))
    lead = world.lead(lead_id)
    assert (settled.id, lead.opted_out) == (lead_id, ())
    assert lead.enrolment is not None
    assert lead.concern is not None
    assert lead.inquiry.email == ADDRESS


def test_a_proved_form_mailer_speaks_for_nobody_else() -> None:
    world, lead_id = enrolled()
    relayed = {"From": "noreply@forms.example.com", "Reply-To": "Ada Obi <ada@example.com>"}
    world.drop(verdict(GENUINE["dmarc"].replace("from=example.com", "from=forms.example.com"), **relayed))
    lead = world.lead(lead_id)
    assert (lead.opted_out, left(world)) == ((), frozenset())
    assert lead.concern is not None


def test_a_redelivered_forged_stop_pauses_nothing_again() -> None:
    world, lead_id = enrolled()
    world.drop(verdict(FORGED["dmarc fails"]), "ses/stop")
    lead_before = world.lead(lead_id)
    world.advance(hours=30)
    lead_before = world.lead(lead_id)
    assert world.tell("ses/stop").status == "duplicate"
    assert world.lead(lead_id) == lead_before


@pytest.mark.parametrize(
    ("results", "answers"),
    [(FORGED["dmarc fails"], 0), (FORGED["nothing"], 1), (GENUINE["dmarc"], 1)],
    ids=["disowned", "nobody knows", "proved"],
)
def test_the_person_named_by_a_forged_sender_is_not_mailed_and_the_lead_is_owned(results: str, answers: int) -> None:
    world = Inbox()
    lead_id = world.drop(verdict(results, "please call me about a new roof")).id
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == answers
    assert world.lead(lead_id).owner_id
