"""Mails of programs.

Receipts, complaints, delivery reports and calendar answers are not a person's words.
"""

import pytest

from leadtight.adapters.email.parser import parsed_mail, read_mail
from leadtight.domain.intake.inbound_email import Attachment, Complaint, ReportKind
from tests.unit.adapters.email.letters import bounce, mail, multi, part

OUR_ID = "0102-1@eu-central-1.amazonses.com"


def receipt(kind: str = "report; report-type=disposition-notification") -> bytes:
    disposition = (
        "Final-Recipient: rfc822; ada@example.com\r\nDisposition: manual-action/MDN-sent-automatically; displayed\r\n"
    )
    return multi(
        kind, part("Your message was read."), part(disposition, "message/disposition-notification"), subject="Read: x"
    )


def complaint(
    feedback_type: str = "abuse", kind: str = "report; report-type=feedback-report", returned: str = "message/rfc822"
) -> bytes:
    """Return a complaint (RFC 5965) about our mail."""
    report = (
        f"Feedback-Type: {feedback_type}\r\nUser-Agent: X/1\r\nVersion: 1\r\n" if feedback_type else "Version: 1\r\n"
    )
    ours = f"From: hello@leadtight.example\r\nMessage-ID: <{OUR_ID}>\r\nX-Leadtight-Message: L1/acknowledge-1\r\n\r\nHi"
    parts = part("This is an abuse report."), part(report, "message/feedback-report"), part(ours, returned)
    return multi(kind, *parts, headers={"From": "fbl@isp.example"})


def calendar_answer(words: str = "", method: str = "REPLY", kind: str = "text/calendar; method=REPLY") -> bytes:
    event = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    return multi("alternative", part(words), part(event, kind), subject="Accepted: Roof")


@pytest.mark.parametrize(
    "raw",
    [
        receipt(),
        receipt('report; report-type="Disposition-Notification"'),
        receipt("report"),
        multi("mixed", receipt(), part("This mail is confidential."), boundary="outer"),
        mail("", headers={"Content-Type": "message/disposition-notification"}),
        mail("Read.", headers={"X-Message-Class": "REPORT.IPM.Note.IPNRN"}),
        mail("Deleted.", headers={"X-Message-Class": "REPORT.IPM.Note.IPNNRN"}),
    ],
)
def test_a_read_receipt_is_recognised(raw: bytes) -> None:
    assert read_mail(raw).report is ReportKind.RECEIPT


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_complaint_identifies_our_mail_and_its_kind(returned: str) -> None:
    letter = read_mail(complaint(returned=returned))
    assert letter.report is ReportKind.COMPLAINT
    assert letter.complaint == Complaint(message_ids=(OUR_ID,), mark="L1/acknowledge-1", feedback_type="abuse")


@pytest.mark.parametrize(
    ("feedback_type", "ends"),
    [
        ("abuse", True),
        ("fraud", True),
        ("virus", True),
        ("other", True),
        ("opt-out", True),
        ("", True),
        ("not-spam", False),
        ("Not-Spam", False),
        ("auth-failure", False),
    ],
)
def test_a_complaint_ends_mail_unless_its_type_is_harmless(feedback_type: str, ends: bool) -> None:
    report = read_mail(complaint(feedback_type)).complaint
    assert report is not None
    assert report.ends_mail is ends


@pytest.mark.parametrize("kind", ['report; report-type="delivery-status"', "report"])
def test_a_delivery_report_is_recognised_without_its_type(kind: str) -> None:
    letter = read_mail(bounce().replace(b'report; report-type="delivery-status"', kind.encode()))
    assert letter.report is ReportKind.DELIVERY
    assert letter.returned is not None
    assert letter.returned.failed


@pytest.mark.parametrize(
    "raw",
    [
        calendar_answer(),
        calendar_answer("Accepted"),
        calendar_answer("Ada has accepted this invitation.\n\nRoof\nTuesday\n\nhttps://calendar.google.example"),
        calendar_answer(kind="text/calendar; charset=utf-8"),
        calendar_answer(kind="application/ics; name=invite.ics"),
        mail("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR", headers={"Content-Type": "text/calendar; method=REPLY"}),
    ],
)
def test_a_calendar_acceptance_is_not_an_inquiry(raw: bytes) -> None:
    assert read_mail(raw).report is ReportKind.CALENDAR


@pytest.mark.parametrize(
    "raw",
    [
        calendar_answer("Could we meet at three instead?"),
        calendar_answer("I will be there.\n\nPlease bring the drawings of the roof and the costs of the heating."),
        calendar_answer(method="REQUEST", kind="text/calendar; method=REQUEST"),
        calendar_answer(method="COUNTER", kind="text/calendar; charset=utf-8"),
        mail(),
    ],
)
def test_words_beside_a_calendar_answer_and_invitations_are_personal(raw: bytes) -> None:
    assert read_mail(raw).report is None


@pytest.mark.parametrize(
    ("content_type", "attached", "kind"),
    [
        ('multipart/report; report-type="disposition-notification"; boundary=b', "", ReportKind.RECEIPT),
        ("multipart/report; report-type=feedback-report; boundary=b", "", ReportKind.COMPLAINT),
        ("multipart/report; boundary=b", "message/delivery-status", ReportKind.DELIVERY),
        ("text/calendar; method=REPLY; charset=utf-8", "", ReportKind.CALENDAR),
        ("text/plain", "", None),
    ],
)
def test_a_report_parsed_by_a_provider_is_still_a_report(
    content_type: str, attached: str, kind: ReportKind | None
) -> None:
    files = (Attachment(name="", kind=attached, size=1),) if attached else ()
    pairs = [("From", "ada@example.com"), ("Content-Type", content_type)]
    assert parsed_mail(pairs, "Read.", "", attachments=files).report is kind
