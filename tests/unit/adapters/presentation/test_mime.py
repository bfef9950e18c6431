"""Raw mail, parsed by the standard library."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default
from email.utils import parseaddr

import pytest

from leadtight.adapters.email import mime
from leadtight.adapters.presentation.messages import JinjaRenderer
from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.domain.model.errors import SendRefused
from leadtight.domain.model.inquiry import Inquiry
from tests.unit.adapters.presentation.leads import ALL, POLICY, everything

NOW = datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
ENVELOPE = Envelope(lead_id="01LEAD", message_id="alert_owner-2-0")
WORDS = Mail(subject="Hello", text="Hello\n", html="<p>Hello</p>")


def built(
    mail: Mail = WORDS,
    envelope: Envelope = ENVELOPE,
    to: str = "ana@leadtight.example",
    sender_name: str = "Harbour",
    reply_to: str | None = None,
) -> bytes:
    return mime.build(
        mail,
        envelope,
        to=to,
        sender="hello@leadtight.example",
        sender_name=sender_name,
        now=NOW,
        reply_to=reply_to,
    )


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def contents(message: EmailMessage) -> list[str]:
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return [part.get_content().replace("\r\n", "\n") for part in parts]


def test_text_html_and_all_headers_are_parsed_back() -> None:
    message = parsed(built(reply_to="office@leadtight.example"))
    assert message["From"] == "Harbour <hello@leadtight.example>"
    assert message["To"] == "ana@leadtight.example"
    assert message["Reply-To"] == "Harbour <office@leadtight.example>"
    assert message["Subject"] == "Hello"
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"
    assert message["X-Leadtight-Message"] == "01LEAD/alert_owner-2-0"
    assert message["Message-ID"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert contents(message) == ["Hello\n", "<p>Hello</p>\n"]


def test_personal_mail_is_not_marked_automatic() -> None:
    message = parsed(built(envelope=Envelope(lead_id="L", message_id="M", automatic=False)))
    assert message["Auto-Submitted"] is None
    assert message["Precedence"] is None


@pytest.mark.slow
@pytest.mark.parametrize("inquiry", ALL.values(), ids=ALL.keys())
def test_every_mail_of_every_lead_survives_transport(inquiry: Inquiry) -> None:
    for sent in everything(inquiry):
        mail = JinjaRenderer().mail(POLICY, sent.message, sent.lead, sent.links, sent.at)
        raw = built(mail)
        assert raw.isascii()
        assert max(len(line) for line in raw.split(b"\r\n")) <= 998
        message = parsed(raw)
        assert message["Subject"] == mail.subject
        assert contents(message) == [mail.text, mail.html]


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\x00\r\n", "\u2028", "\x85", "\x0b"])
def test_no_line_break_starts_a_header(break_: str) -> None:
    evil = f"Ada{break_}Bcc: victim@example.com"
    envelope = Envelope(lead_id=evil, message_id=evil)
    message = parsed(built(Mail(subject=evil, text="x", html="x"), envelope, sender_name=evil))
    assert message["Bcc"] is None
    assert message["Subject"] == "Ada Bcc: victim@example.com"
    assert len(message.get_all("To", [])) == 1


@pytest.mark.parametrize(
    "evil",
    [
        "=?utf-8?q?=0D=0ABcc:_victim=40example.com?=",
        "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLmNvbQ==?=",
        "Ada =?iso-8859-1?Q?=0ABcc:_victim=40example.com?= Obi",
        "=?utf-8?q?=0D?= =?utf-8?q?=0ABcc:_x?=",
        "=?utf-8*en?q?=0D=0ABcc:_x?=",
        "==?utf-8?q?=0D=0ABcc:_x?=?=",
    ],
)
def test_no_typed_encoded_word_starts_a_header(evil: str) -> None:
    message = parsed(built(Mail(subject=evil, text="x", html="x"), sender_name=evil))
    assert message["Bcc"] is None
    assert message["Subject"] == evil.replace("=?", "= ?")


def test_direction_overrides_do_not_reach_the_subject() -> None:
    assert parsed(built(Mail(subject="invoice\u202efdp.exe", text="x", html="x")))["Subject"] == "invoicefdp.exe"


def test_a_company_with_quotes_and_commas_is_one_sender() -> None:
    message = parsed(built(sender_name='Müller, Söhne & "Co" <x@evil.example>'))
    (sender,) = message["From"].addresses
    assert sender.addr_spec == "hello@leadtight.example"
    assert sender.display_name == 'Müller, Söhne & "Co" <x@evil.example>'


@pytest.mark.parametrize("name", ["محمد الأحمد", "🌟 Zoë 🚀", "שלום, עולם", "Ünïcödé " * 12, "山田 太郎"])
def test_a_company_in_any_script_survives_as_ascii_encoding(name: str) -> None:
    raw = built(sender_name=name, reply_to="office@leadtight.example")
    assert raw.isascii()
    message = email.message_from_bytes(raw, policy=compat32)  # `default` puts blanks between encoded words of a name
    for header, address in (("From", "hello@leadtight.example"), ("Reply-To", "office@leadtight.example")):
        written = str(make_header(decode_header(message[header].replace("\r\n", ""))))
        assert parseaddr(message[header])[1] == address
        assert written.removesuffix(f" <{address}>").strip('"') == name.strip()
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert max(map(len, head.split("\r\n"))) <= 78  # RFC 5322 2.1.1
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert len(names) == len(set(names))
    assert "Message-ID" not in names  # SES adds it, and signs for the sender's domain


@pytest.mark.parametrize("text", ["x" * 150, "Müller & Söhne Haustechnik mbH " * 4, "محمد 🌟 " * 20, "a, b; c: d"])
def test_long_and_foreign_subjects_keep_their_spaces(text: str) -> None:
    raw = built(Mail(subject=text, text="x", html="x"))
    assert parsed(raw)["Subject"] == text.strip()
    assert b"Subject: " in raw
    header = raw.partition(b"Subject: ")[2].partition(b"\r\nDate: ")[0]
    assert max(len(line) for line in header.split(b"\r\n")) <= 78


def test_a_domain_in_another_script_is_encoded_in_ascii() -> None:
    assert parsed(built(to="ada@bücher.example"))["To"] == "ada@xn--bcher-kva.example"
    assert parsed(built(to="ada@faß.example"))["To"] == "ada@xn--fa-hia.example"  # IDNA 2008: not fass.example


@pytest.mark.parametrize(
    "address",
    [
        *("", "ada", "@example.com", "ada@", "ada@@example.com", "a b@example.com", f"ada@{'x' * 64}.com"),
        *("ada@example.com\r\nBcc: v@e.com", "пример@example.com", "a@b.com, v@e.com"),
    ],
)
def test_an_address_that_is_invalid_in_a_header_is_refused(address: str) -> None:
    with pytest.raises(SendRefused):
        built(to=address)


def test_unsubscribing_from_a_sequence_takes_one_press_and_its_address_stays_whole() -> None:
    link = "https://leads.example/unsubscribe/v1.k1." + "e" * 300 + "." + "s" * 43
    raw = built(envelope=replace(ENVELOPE, unsubscribe=link))
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert parsed(raw)["List-Unsubscribe"] == f"<{link}>"
    assert "List-Unsubscribe" not in parsed(built())
