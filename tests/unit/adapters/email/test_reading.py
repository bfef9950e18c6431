"""Mails of every structure: text, sender and attachments."""

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.email.parser import LONGEST_TEXT, read_mail
from leadtight.domain.intake.inbound_email import InboundEmail, Suspicion, content_hash
from leadtight.domain.model.errors import InvalidInquiry
from tests.unit.adapters.email.letters import ADA, bounce, mail, multi, part


def test_a_plain_mail_has_sender_recipient_and_text() -> None:
    letter = read_mail(mail("Please call me.\n\nAda"))
    assert (letter.sender, letter.sender_name) == ("ada@example.com", "Ada Obi")
    assert letter.recipients == ("sales@firm.example",)
    assert (letter.subject, letter.text) == ("Solar roof", "Please call me.\n\nAda")
    assert (letter.message_id, letter.references, letter.attachments) == ("m1@example.com", (), ())


def test_of_alternatives_plain_text_wins_unless_it_is_empty() -> None:
    html = part("<html><head><style>p{}</style></head><body><p>Call&nbsp;me &amp; Bo</p></body></html>", "text/html")
    both = multi("alternative", part("Call me, plainly"), html)
    assert read_mail(both).text == "Call me, plainly"
    assert read_mail(multi("alternative", part(" \r\n"), html)).text == "Call me & Bo"
    assert read_mail(multi("alternative", html)).text == "Call me & Bo"


def test_nested_parts_are_read_in_order_and_other_parts_are_noted() -> None:
    logo = part(base64.b64encode(b"PNG"), "image/png; name=logo.png", content_transfer_encoding="base64")
    related = multi("related", part("<p>Hello</p>", "text/html"), logo, boundary="b2", inner=True)
    alternative = multi("alternative", part("Hello"), related, boundary="b1", inner=True)
    offer = part(
        base64.b64encode(b"%PDF-1.7 offer"),
        "application/pdf",
        content_transfer_encoding="base64",
        content_disposition='attachment; filename="offer.pdf"',
    )
    letter = read_mail(multi("mixed", alternative, offer, part("PS: tomorrow")))
    assert letter.text == "Hello\n\nPS: tomorrow"
    assert [(a.name, a.kind, a.size) for a in letter.attachments] == [
        ("logo.png", "image/png", 3),
        ("offer.pdf", "application/pdf", 14),
    ]


def test_attached_texts_and_forwarded_mails_are_not_the_senders_words() -> None:
    attached = part("secret plan", content_disposition="attachment; filename=plan.txt")
    forwarded = part(mail("inner words"), "message/rfc822")
    letter = read_mail(multi("mixed", part("See below"), attached, forwarded))
    assert letter.text == "See below"
    assert [(a.name, a.kind) for a in letter.attachments] == [("plan.txt", "text/plain"), ("", "message/rfc822")]


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("windows-1252", "Grüße".encode("cp1252")),
        ("utf-8", "Grüße".encode()),
        ("us-ascii", "Grüße".encode()),  # says less than it is
        ("utf-8", "Grüße".encode("latin-1")),  # says what it is not
        ("x-unknown", "Grüße".encode("latin-1")),
        ("base64", "Grüße".encode()),  # a codec, no charset
        ("unicode_escape", "Grüße".encode()),
        ("", "Grüße".encode()),
    ],
)
def test_a_wrong_or_unknown_charset_loses_no_letter(charset: str, raw: bytes) -> None:
    kind = f"text/plain; charset={charset}" if charset else "text/plain"
    head, _, _ = mail("", headers={"Content-Type": kind, "Content-Transfer-Encoding": "8bit"}).partition(b"\r\n\r\n")
    assert read_mail(head + b"\r\n\r\n" + raw).text == "Grüße"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("quoted-printable", "Gr=C3=BC=C3=9Fe"), ("base64", "R3LDvMOfZQ=="), ("base64", "R3LDvMOfZQ"), ("x-odd", "Grüße")],
)
def test_a_transfer_encoding_is_decoded_even_when_broken(encoding: str, body: str) -> None:
    assert read_mail(mail(body, headers={"Content-Transfer-Encoding": encoding})).text == "Grüße"


def test_encoded_names_and_subjects_are_decoded_and_odd_ones_kept() -> None:
    letter = read_mail(mail(subject="=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?q?_aus_K=F6ln?="))
    assert letter.subject == "Grüße aus Köln"
    assert read_mail(mail(subject="=?x-none?q?a?= b")).subject
    assert read_mail(mail(headers={"From": '"=?utf-8?q?Ren=C3=A9?= Obi" <rene@example.com>'})).sender_name == "René Obi"


def test_a_file_name_is_read_by_rfc_2231_and_as_mail_programs_write_it() -> None:
    continued = "attachment; filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.pdf"
    encoded = 'attachment; filename="=?utf-8?B?R3LDvMOfZS5wZGY=?="'
    parts = [part("x", "application/pdf", content_disposition=d) for d in (continued, encoded)]
    assert [a.name for a in read_mail(multi("mixed", part("Hi"), *parts)).attachments] == ["Grüße.pdf", "Grüße.pdf"]


def test_the_reply_address_is_the_sender_when_nobody_reads_the_from_address() -> None:
    def sender(**headers: str) -> str:
        return read_mail(mail(headers={k.replace("_", "-"): v for k, v in headers.items()})).sender

    assert sender(Reply_To="Bo <bo@example.com>") == "ada@example.com"
    assert sender(From="noreply@forms.example", Reply_To="Bo <bo@example.com>") == "bo@example.com"
    assert sender(From="Website <sales@firm.example>", Reply_To="bo@example.com") == "bo@example.com"
    assert sender(From="", Reply_To="bo@example.com") == "bo@example.com"
    assert sender(From="undisclosed", Sender="bo@example.com") == "bo@example.com"


def test_recipients_include_the_addressees_and_the_servers_envelope_recipient() -> None:
    received = "from mx.example by inbound-smtp.example with SMTP id 1 for hidden@firm.example; Mon, 23 Nov 2026 09:00"
    letter = read_mail(mail(headers={"Received": received, "Cc": "Info@Firm.example, Bo <bo@example.com>"}))
    assert letter.recipients == ("sales@firm.example", "info@firm.example", "bo@example.com", "hidden@firm.example")


def test_answered_message_ids_are_listed_nearest_first() -> None:
    letter = read_mail(mail(in_reply_to="<c@x.example>", references="<a@x.example> <b@x.example>\r\n <c@x.example>"))
    assert letter.references == ("c@x.example", "b@x.example", "a@x.example")


@pytest.mark.parametrize(
    ("verdicts", "suspicion"),
    [
        ({"X-SES-Spam-Verdict": "FAIL", "X-SES-Virus-Verdict": "PASS"}, Suspicion.SPAM),
        ({"X-SES-Spam-Verdict": "FAIL", "X-SES-Virus-Verdict": "FAIL"}, Suspicion.VIRUS),
        ({"X-SES-Spam-Verdict": "PASS", "X-SES-Virus-Verdict": "PASS"}, None),
        ({"X-SES-Spam-Verdict": "GRAY", "X-SES-Virus-Verdict": "PROCESSING_FAILED"}, None),
        ({}, None),
    ],
)
def test_the_receiving_servers_verdict_is_used(verdicts: dict[str, str], suspicion: Suspicion | None) -> None:
    assert read_mail(mail(headers=verdicts)).suspicion is suspicion


def test_a_senders_own_verdict_does_not_hide_the_servers() -> None:
    assert read_mail(b"X-SES-Spam-Verdict: PASS\r\nX-SES-Spam-Verdict: FAIL\r\n" + mail()).suspicion is Suspicion.SPAM


def test_a_delivery_report_names_the_returned_mail() -> None:
    returned = read_mail(bounce()).returned
    assert returned is not None
    assert returned.message_ids == ("0102-1@eu-central-1.amazonses.com",)
    assert (returned.failed, returned.detail) == (True, "smtp; 550 5.1.1 no such mailbox")


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.2.2")])
def test_a_report_of_anything_but_a_permanent_failure_is_not_a_bounce(action: str, status: str) -> None:
    returned = read_mail(bounce(action=action, status=status)).returned
    assert returned is not None
    assert not returned.failed


def test_headers_alone_identify_a_returned_mail() -> None:
    raw = bounce().replace(b"message/rfc822", b"text/rfc822-headers")
    returned = read_mail(raw).returned
    assert returned is not None
    assert returned.message_ids == ("0102-1@eu-central-1.amazonses.com",)


def test_an_endless_mail_is_read_in_part() -> None:
    assert len(read_mail(mail("word " * 100_000)).text) <= LONGEST_TEXT


def test_a_text_cut_inside_a_character_keeps_the_others() -> None:
    assert read_mail(mail("€" * 200_000)).text == "€" * LONGEST_TEXT


def test_two_copies_of_a_mail_by_different_routes_are_the_same() -> None:
    first, other = (read_mail(b"Received: by " + way + b".example; x\r\n" + mail()) for way in (b"a", b"b"))
    assert content_hash(first) == content_hash(other) != content_hash(read_mail(mail("something else")))


@pytest.mark.parametrize("raw", [b"", b"\0" * 100, b"just words\r\n\r\nand more", b"\xff\xfe\xfa"])
def test_other_content_is_rejected(raw: bytes) -> None:
    with pytest.raises(InvalidInquiry):
        read_mail(raw)


HOSTILE = {
    "nested multiparts": b"From: x@y.example\r\n"
    + b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(400)),
    "nested mails": b"From: x@y.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 2_000,
    "many parts": b"From: x@y.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 60_000,
    "comments in a name": b"From: " + b"(" * 50_000 + b"x@y.example\r\n\r\nhi",
    "comments in a type": b"From: x@y.example\r\nContent-Type: " + b"(" * 50_000 + b"\r\n\r\nhi",
    "parameters": b"From: x@y.example\r\nContent-Type: text/plain" + b";" * 50_000 + b"\r\n\r\nhi",
    "tags that never close": b"From: x@y.example\r\nContent-Type: text/html\r\n\r\n" + b"<a " * 100_000,
    "comments that never close": b"From: x@y.example\r\nContent-Type: text/html\r\n\r\n" + b"<!--" * 80_000,
    "headers of quoted mails": b"From: x@y.example\r\nSubject: Re: x\r\n\r\n" + b"From: a\r\nSent:\r\n" * 20_000,
    "marks": b"From: x@y.example\r\nSubject: Re: x\r\n\r\n" + b"> a\r\nb\r\n" * 20_000,
    "rules": b"From: x@y.example\r\nSubject: Re: x\r\n\r\n" + b"-----x-----\r\n________\r\n" * 20_000,
    "one long line": b"From: x@y.example\r\nSubject: Re: x\r\n\r\n" + b"On 2026 09:00 a@b.c wrote " * 20_000 + b":",
    "containers": b"From: x@y.example\r\nContent-Type: text/html\r\n\r\n" + b"<div class=gmail_quote>x" * 12_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000 + b"\r\nFrom: x@y.example\r\n\r\nhi",
    "escapes": b"From: x@y.example\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B!!" * 90_000,
    "beginnings of quotations": b"From: x@y.example\r\nSubject: Re: x\r\n\r\n" + b"On 2026 x\r\n" * 20_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_mail_built_to_choke_its_reader_is_read_or_rejected_in_time(raw: bytes) -> None:
    read_or_refused(raw)  # a quadratic reader would take minutes


def read_or_refused(raw: bytes) -> InboundEmail | None:
    try:
        letter = read_mail(raw)
    except InvalidInquiry:
        return None
    assert len(letter.text) <= LONGEST_TEXT
    return letter


HEADERS = ["From", "To", "Subject", "Message-ID", "In-Reply-To", "Content-Type", "Content-Transfer-Encoding"]
HEADERS += ["Content-Disposition", "Return-Path", "Auto-Submitted", "Received", "Reply-To", "Date"]
VALUES = ["multipart/mixed; boundary=b", "multipart/report; report-type=delivery-status; boundary=b", "text/html"]
VALUES += ["message/rfc822", "message/delivery-status", "text/plain; charset=utf-16", "base64", "=?utf-8?q?a?=", ADA]
CONTENT = st.text(max_size=60) | st.sampled_from(
    ["--b\n", "--b--\n", "\n\n", "<p>", "> a", "Content-Type: text/html\n"]
)


@given(
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), st.sampled_from(VALUES) | st.text(max_size=40)), max_size=8),
    content=st.lists(CONTENT, max_size=8),
)
def test_any_mail_is_read_or_rejected(headers: list[tuple[str, str]], content: list[str]) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    read_or_refused(f"{head}\r\n{''.join(content)}".encode("utf-8", "replace"))


@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read_or_rejected(raw: bytes) -> None:
    read_or_refused(raw)


@pytest.mark.slow
@given(text=st.text(max_size=300), html=st.text(max_size=300), name=st.text(max_size=40))
def test_mails_written_by_the_standard_library_are_read_back(text: str, html: str, name: str) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.com", "Roof"
    message.set_content("Words. " + text.encode("utf-8", "replace").decode())
    message.add_alternative(html.encode("utf-8", "replace").decode(), subtype="html")
    assert read_mail(message.as_bytes()).text.startswith("Words.")
