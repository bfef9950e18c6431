"""Incoming mail: leads, answers, and silence to machines."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.email.parser import read_mail
from leadtight.adapters.memory.files import MemoryMails
from leadtight.adapters.memory.ports import KEYRING, PUBLIC_URL
from leadtight.app.intake.deliveries import Deliveries, SettledItem
from leadtight.app.intake.inbound_mail import Mails
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.intake.sent_mails import SentMails
from leadtight.app.messaging.links import Links
from leadtight.domain.intake.quarantine import QuarantineState, Reason
from leadtight.domain.model.errors import NotFound
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Status, Template
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Mailbox
from tests.scenarios.sequences import planned_policy
from tests.scenarios.world import HOT, World
from tests.unit.adapters.email.letters import bounce, mail, multi, part

DOMAIN = "inbox.firm.example"
BOXES = {box.id: box for box in (Mailbox(id="sales@firm.example", source="sales_mail"), Mailbox(id="*"))}


class Inbox(World):
    """A World with a mail bucket.

    There are two entries for its addresses unless others are passed.
    """

    boxes: Mapping[str, Mailbox] = BOXES

    def govern(self, policy: Policy) -> None:
        self.links = self.twins.links = Links(lambda: KEYRING, PUBLIC_URL, DOMAIN)
        super().govern(replace(policy, mail=self.boxes))
        self.files = MemoryMails(self.now)
        deliveries = Deliveries(self.intake, self.table, self.new_id, lambda _: None, self.proofs.report)
        sent_mails = SentMails(
            store=self.table,
            outbox=self.table,
            answered_lead=self.links.answered_lead,
            sent_id=lambda message_id: message_id.partition("@")[0] if message_id.endswith("amazonses.com") else None,
        )
        self.incoming = Mails(
            self.policy,
            self.files,
            lambda file, stored: read_mail(stored.content),
            deliveries,
            self.table,
            self.alarms,
            sent_mails,
            report=self.delivery_reports.record,
        )
        self.quarantine = Quarantine(self.table, self.intake, self.incoming.reread, self.proofs.report)

    def drop(self, raw: bytes, file: str = "") -> SettledItem:
        """Put a mail into the bucket and notify of it."""
        self.files.now = self.now
        file = file or f"ses/{len(self.files.files)}"
        self.files.keep(file, raw, "")
        return self.tell(file)

    def tell(self, file: str) -> SettledItem:
        settled = self.incoming.take(file, self.now)
        self.run_stream()
        return settled

    def sent_to_lead(self, lead_id: str) -> tuple[str, str]:
        """Return the Message-ID and the Reply-To of the acknowledgement."""
        number = next(
            n for n, m in enumerate(self.mailer.sent, start=1) if m.permission.purpose is Template.ACKNOWLEDGE
        )
        sent = self.mailer.sent[number - 1]
        assert sent.envelope.lead_id == lead_id
        return f"mail-{number}@eu-central-1.amazonses.com", sent.envelope.reply_to or ""


def test_a_mail_is_one_acknowledged_and_owned_lead_with_sender_subject_words_and_id() -> None:
    world = Inbox()
    settled = world.drop(mail("Please call me.\n\nAda"), "ses/abc")
    assert settled.status == "created"
    lead = world.lead(settled.id)
    inquiry = lead.inquiry
    assert (lead.source, inquiry.name, inquiry.email) == ("sales_mail", "Ada Obi", "ada@example.com")
    assert inquiry.message == "Please call me.\n\nAda"
    assert inquiry.fields == {"subject": "Solar roof", "message_id": "m1@example.com", "mail_file": "ses/abc"}
    assert lead.owner_id
    assert [m.permission.address for m in world.mails(lead.id, Template.ACKNOWLEDGE)] == ["ada@example.com"]


def test_the_same_mail_by_any_route_changes_nothing() -> None:
    world = Inbox()
    first = world.drop(mail(), "ses/1")
    lead_before = world.lead(first.id)
    world.advance(minutes=1)
    again = [world.tell("ses/1"), world.drop(mail(), "ses/2"), world.drop(mail(to="info@firm.example"), "ses/3")]
    assert [(s.id, s.status) for s in again] == [(first.id, "duplicate")] * 3
    assert world.lead(first.id) == lead_before
    assert world.lead_ids() == [first.id]


@pytest.mark.slow
def test_the_same_mail_many_times_at_once_is_one_lead() -> None:
    world = Inbox()
    world.files.keep("ses/1", mail(), "")
    with ThreadPoolExecutor(8) as pool:
        settled = list(pool.map(lambda _: world.incoming.take("ses/1", world.now), range(24)))
    assert len({s.id for s in settled}) == 1
    assert sorted(s.status for s in settled)[:1] == ["created"]
    assert len([s for s in settled if s.status == "created"]) == 1


def test_a_mail_without_an_id_is_recognised_by_its_content() -> None:
    world = Inbox()
    first, same, other = (world.drop(mail(text, headers={"Message-ID": ""})) for text in ("One", "One", "Two"))
    assert (first.status, same.status, same.id) == ("created", "duplicate", first.id)
    assert (other.status, other.id) == ("merged", first.id)


def test_another_mail_under_a_used_id_is_held() -> None:
    world = Inbox()
    world.drop(mail("One"))
    assert world.drop(mail("Two")).status == "held"
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.channel, delivery.reason, delivery.file) == ("email", Reason.UNMAPPED, "ses/1")


def answers(world: Inbox, lead_id: str) -> dict[str, bytes]:
    sent, reply_to = world.sent_to_lead(lead_id)
    stranger = {"From": "Bo <bo@example.com>", "Message-ID": "<m2@example.com>", "Subject": "Re: Thank you"}
    words = "Tuesday suits me.\n\nOn Monday, Firm <hello@firm.example> wrote:\n> Thank you"
    return {
        "the address": mail(words, headers={**stranger, "To": reply_to}),
        "the address in capitals": mail(words, headers={**stranger, "To": reply_to.upper()}),
        "In-Reply-To": mail(words, headers={**stranger, "In-Reply-To": f"<{sent}>"}),
        "References": mail(words, headers={**stranger, "References": f"<{sent}> <other@example.com>"}),
        "the sender": mail(words, headers={"Message-ID": "<m2@example.com>", "In-Reply-To": "<x@example.com>"}),
    }


@pytest.mark.proves("A2")
@pytest.mark.parametrize("way", ["the address", "the address in capitals", "In-Reply-To", "References", "the sender"])
def test_an_answer_is_an_activity_on_its_lead_from_any_sender_and_never_a_second_lead(way: str) -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    world.advance(minutes=3)
    lead_before = world.lead(lead_id)
    settled = world.drop(answers(world, lead_id)[way], "ses/answer")
    assert (settled.id, settled.status) == (lead_id, "merged")
    assert world.tell("ses/answer").status == "duplicate"
    assert world.lead_ids() == [lead_id]
    [joined] = world.events(lead_id, Kind.INQUIRY_JOINED)
    assert joined.data["inquiry"]["message"] == "Tuesday suits me."
    assert joined.data["inquiry"]["fields"]["message_id"] == "m2@example.com"
    assert len(world.mails(lead_id, Template.WROTE_AGAIN)) == 1
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    after = world.lead(lead_id)
    assert (after.first_contact_at, after.promise, after.clocks) == (None, lead_before.promise, lead_before.clocks)
    assert fold(world.table.history(lead_id)) == after


def test_an_answer_stops_the_sequence() -> None:
    world = Inbox(policy=planned_policy())
    lead_id = world.drop(mail(HOT)).id
    world.advance(days=3)
    assert world.lead(lead_id).enrolment
    world.drop(answers(world, lead_id)["the address"])
    assert world.lead(lead_id).enrolment is None
    assert Kind.SEQUENCE_ENDED in world.kinds(lead_id)


def test_a_forged_or_foreign_reply_address_leads_to_no_lead() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    _, reply_to = world.sent_to_lead(lead_id)
    local = reply_to.partition("@")[0]
    forged = [
        reply_to[: -len(DOMAIN) - 3] + f"aa@{DOMAIN}",
        f"reply+{lead_id.lower()}.k1.aaaa@{DOMAIN}",
        f"{local}@x.example",
    ]
    for number, address in enumerate(forged):
        headers = {"To": address, "From": f"bo{number}@example.com", "Message-ID": f"<f{number}@example.com>"}
        assert world.drop(mail(headers=headers)).status == "created"


AUTOMATIC: dict[str, dict[str, str]] = {
    "absence notice": {"Auto-Submitted": "auto-replied", "Subject": "Automatic reply: Thank you"},
    "newsletter": {"List-Id": "<news.example.com>", "Precedence": "bulk"},
    "our own mail": {"X-Leadtight-Message": "L000001/acknowledge-1-0"},
    "null sender": {"Return-Path": "<>"},
    "no reply": {"From": "no-reply@example.com"},
}


@pytest.mark.proves("A2")
@pytest.mark.parametrize("headers", AUTOMATIC.values(), ids=AUTOMATIC.keys())
def test_an_automatic_mail_is_set_aside_once_without_notification(headers: dict[str, str]) -> None:
    world = Inbox()
    settled = world.drop(mail(headers=headers), "ses/1")
    assert settled.status == "set_aside"
    assert (world.tell("ses/1").id, world.tell("ses/1").status) == (settled.id, "duplicate")
    assert world.lead_ids() == []
    assert world.mailer.sent == []
    assert world.quarantine.waiting(9) == ()
    [kept] = world.table.settled_held(world.now.date())
    assert (kept.state, kept.reason, kept.file) == (QuarantineState.DISCARDED, Reason.AUTOMATIC, "ses/1")


@pytest.mark.proves("Q3")
def test_an_out_of_office_reply_in_a_thread_is_noted_and_the_clock_continues() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    sent, _ = world.sent_to_lead(lead_id)
    away = mail(
        "Back on Monday.",
        headers={"In-Reply-To": f"<{sent}>", "Auto-Submitted": "auto-replied", "Message-ID": "<away@example.com>"},
    )
    lead_before, mails = world.lead(lead_id), len(world.mailer.sent)
    assert [world.drop(away).status, world.drop(away).status] == ["noted", "duplicate"]
    [noted] = world.events(lead_id, Kind.AUTO_REPLY_NOTED)
    assert noted.data["words"] == "Back on Monday."
    after = world.lead(lead_id)
    assert (after.first_contact_at, after.clocks, after.next_action) == (
        None,
        lead_before.clocks,
        lead_before.next_action,
    )
    assert after.last_inquiry == lead_before.last_inquiry
    assert len(world.mailer.sent) == mails
    world.advance(minutes=61)
    assert Kind.DEADLINE_MISSED in world.kinds(lead_id)
    assert world.repairs() == 0  # its alarm rang: the lead was armed again
    assert fold(world.table.history(lead_id)) == world.lead(lead_id)


def test_two_machines_do_not_answer_each_other_endlessly() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    for number in range(5):  # a responder that marks nothing and begins a thread each time
        world.drop(mail(f"We got your mail {number}", headers={"Message-ID": f"<r{number}@example.com>"}))
    assert len(world.mails(lead_id, Template.ACKNOWLEDGE)) == 1


def test_a_bounced_mails_address_is_not_used_again() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    sent, _ = world.sent_to_lead(lead_id)
    assert [world.drop(bounce(sent)).status, world.drop(bounce(sent)).status] == ["set_aside", "set_aside"]
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is Status.BOUNCED
    [bounced] = world.events(lead_id, Kind.MESSAGE_BOUNCED)
    assert "550 5.1.1 no such mailbox" in bounced.data["detail"]
    assert world.lead_ids() == [lead_id]


@pytest.mark.parametrize(
    ("message_id", "action"), [("mail-1@eu-central-1.amazonses.com", "delayed"), ("a@b.c", "failed")]
)
def test_a_delay_or_a_report_about_others_mails_changes_no_message(message_id: str, action: str) -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    assert world.drop(bounce(message_id, action=action)).status == "set_aside"
    assert world.message(lead_id, Template.ACKNOWLEDGE).status is not Status.BOUNCED


@pytest.mark.proves("A2")
@pytest.mark.parametrize(
    ("verdict", "reason"), [("X-SES-Spam-Verdict", Reason.SPAM), ("X-SES-Virus-Verdict", Reason.UNSAFE)]
)
def test_a_mail_that_the_server_suspects_is_held_and_not_a_lead_until_released(verdict: str, reason: Reason) -> None:
    world = Inbox()
    assert world.drop(mail(headers={verdict: "FAIL"}), "ses/1").status == "held"
    [delivery] = world.quarantine.suspected(9) if reason is Reason.SPAM else world.quarantine.waiting(9)
    assert (delivery.reason, delivery.file, delivery.content) == (reason, "ses/1", "")
    assert delivery.data["from"] == "Ada Obi <ada@example.com>"
    assert world.mailer.sent == []
    [accepted] = world.quarantine.release(delivery.id, "mia", world.now)
    assert accepted.status == "created"
    assert world.tell("ses/1").status == "duplicate"
    assert world.lead_ids() == [accepted.lead_id]
    world.run_stream()
    assert world.mails(accepted.lead_id, Template.ACKNOWLEDGE) == [], "released leads get no automatic answer"


def test_an_unreadable_mail_is_held_with_its_location_and_a_missing_one_is_reported() -> None:
    world = Inbox()
    assert world.drop(b"\0\0", "ses/odd").status == "held"
    [delivery] = world.quarantine.waiting(9)
    assert (delivery.reason, delivery.file) == (Reason.UNREADABLE, "ses/odd")
    with pytest.raises(NotFound):
        world.incoming.take("ses/none", world.now)


def test_a_mail_without_a_sender_is_held() -> None:
    world = Inbox()
    assert world.drop(mail(headers={"From": ""})).status == "held"


def test_the_policy_defines_addresses_and_whether_others_count() -> None:
    world = Inbox()

    def source(to: str) -> str:
        number = len(world.files.files)
        return world.lead(
            world.drop(mail(to=to, headers={"From": f"n{number}@example.com", "Message-ID": f"<{number}@x>"})).id
        ).source

    assert source("Sales@Firm.example") == "sales_mail"
    assert source("sales+web@firm.example") == "sales_mail"
    assert source("other@firm.example, sales@firm.example") == "sales_mail"
    assert source("other@firm.example") == "email"
    world.boxes = {"sales@firm.example": BOXES["sales@firm.example"]}
    world.govern(world.policy)
    assert world.drop(mail(to="other@firm.example", message_id="<o@x>")).status == "held"


def test_a_policy_without_a_mail_section_takes_every_mail() -> None:
    world = Inbox()
    world.boxes = {}
    world.govern(world.policy)
    assert world.lead(world.drop(mail()).id).source == "email"


def test_mail_from_our_own_people_is_neither_a_lead_nor_an_answer() -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    sent, _ = world.sent_to_lead(lead_id)
    colleague = next(iter(world.policy.people.values())).email
    ours = {"From": colleague, "Message-ID": "<c1@firm.example>"}
    assert world.drop(mail(headers={**ours, "In-Reply-To": f"<{sent}>"})).status == "set_aside"
    assert world.drop(mail(headers=ours)).status == "held"
    assert world.lead_ids() == [lead_id]
    assert not world.events(lead_id, Kind.INQUIRY_JOINED)


def test_attachments_are_named_and_stored_only_in_the_bucket() -> None:
    world = Inbox()
    offer = part("SECRET CONTENT", "application/pdf", content_disposition="attachment; filename=plan.pdf")
    lead = world.lead(world.drop(multi("mixed", part("See the plan"), offer)).id)
    assert lead.inquiry.fields["attachments"] == "plan.pdf (application/pdf, 14 bytes)"
    assert "SECRET" not in str(world.table.history(lead.id))


def test_a_queued_mail_counts_from_its_arrival() -> None:
    world = Inbox()
    world.files.keep("ses/1", mail(), "")
    came = world.now
    world.advance(hours=2)
    lead = world.lead(world.tell("ses/1").id)
    assert (lead.received_at, lead.recorded_at - came) == (came, timedelta(hours=2))


def test_an_automatic_answer_about_a_missing_lead_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Inbox()
    lead_id = world.drop(mail()).id
    away = answers(world, lead_id)["the address"].replace(b"\r\n\r\n", b"\r\nAuto-Submitted: auto-replied\r\n\r\n", 1)
    monkeypatch.setattr(world.table, "load", {}.get)
    assert world.drop(away).status == "set_aside"
