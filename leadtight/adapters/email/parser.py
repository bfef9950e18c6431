"""Parse raw mail into an `InboundEmail`, within bounds.

Mail beyond them is refused as unreadable. This is the standard library's parser with its modern policy; each header is
read with less where the policy would fail, and keeps the raw text instead. The fields are named in
`app/intake/inbound_mail.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser, HeaderParser
from typing import Any

from leadtight.adapters.email.authentication import authentication
from leadtight.adapters.email.headers import (
    FAULTS,
    LONGEST_HEADER,
    MailPolicy,
    addresses,
    charset_of_words,
    header_text,
    raw_header,
)
from leadtight.adapters.email.html_text import marked_text_of
from leadtight.adapters.email.invitations import invitation
from leadtight.adapters.email.parts import attachments, body_text, leaves
from leadtight.adapters.email.quotes import split_reply
from leadtight.adapters.email.reports import complaint, delivery_report, first_id, kind_of_types, report_kind
from leadtight.domain.intake.inbound_email import SIGNS, InboundEmail, ReportKind, Suspicion
from leadtight.domain.intake.noreply_addresses import is_form_mailer_address, is_noreply_address
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.text.sanitizing import sanitize

LONGEST_REPORT = 100_000
MOST_BOUNDARIES = 2_000
MOST_HEADERS = 500
LONGEST_TEXT, LONGEST_READ = 20_000, 40_000
LONGEST_SUBJECT = 500
MOST_REFERENCES = 20
_REPORT = re.compile(rb"message/delivery-status", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESSED = ("to", "cc", "delivered-to", "x-original-to", "x-forwarded-to", "envelope-to")
_RECEIVED_FOR = re.compile(r"\bfor <?([^\s<>;]{3,320}@[^\s<>;]{1,255})>?")
_REWRITTEN_BY_LISTS = ("x-original-from", "x-original-sender")
_VERDICTS = {"x-ses-virus-verdict": Suspicion.VIRUS, "x-ses-spam-verdict": Suspicion.SPAM}
_POLICY = MailPolicy()
_CONTENT_TYPE = "X-Leadtight-Content-Type"
"""Keeps the type of a mail that was taken apart.

A provider did so; the parser must not follow the type.
"""


def read_mail(raw: bytes) -> InboundEmail:
    """Parse a mail.

    Raises InvalidInquiry when it is not a mail, or exceeds the bounds.
    """
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise InvalidInquiry([Problem("mail", "has too many parts")])
    if _REPORT.search(raw):  # the parser is slow on many blocks, and a returned mail may be large
        raw = raw[:LONGEST_REPORT]
    try:
        return _letter(BytesParser(policy=_POLICY).parsebytes(raw))
    except FAULTS as error:
        raise InvalidInquiry([Problem("mail", f"cannot be read: {type(error).__name__}")]) from error


def parsed_mail(pairs: list[tuple[str, str]], text: str, html: str, **more: Any) -> InboundEmail:
    """Return a mail that a provider has parsed.

    It has headers, and its words as text or HTML.
    """
    headers = [(_name(name), value) for name, value in pairs[:MOST_HEADERS]]
    lines = [f"{name}: {sanitize(value)[:LONGEST_HEADER]}" for name, value in headers if name]
    message = HeaderParser(policy=_POLICY).parsestr("\n".join(lines) + "\n\n")
    kind = kind_of_types(message, more.get("attachments", ()))
    return _written(message, text if text.strip() else marked_text_of(html), report=kind, **more)


def _name(name: str) -> str:
    """Return a header's name, empty when it must be dropped.

    Invalid names are, and those that describe parts which the provider already took apart.
    """
    if name.lower() == "content-type":
        return _CONTENT_TYPE
    return name if re.fullmatch(r"[!-9;-~]{1,100}", name) and name.lower() not in _OF_BODY else ""


_OF_BODY = frozenset({"content-transfer-encoding", "content-disposition", "mime-version"})


def _letter(message: Message) -> InboundEmail:
    if not message.keys():
        raise InvalidInquiry([Problem("mail", "has no headers")])
    parts = list(leaves(message))
    kind = report_kind(message, parts)
    email = _written(
        message,
        body_text(message, charset_of_words(message)),
        attachments=attachments(parts),
        report=kind,
        returned=delivery_report(parts) if kind is ReportKind.DELIVERY else None,
        complaint=complaint(parts) if kind is ReportKind.COMPLAINT else None,
        invitation=invitation(parts) if kind is None else None,
    )
    is_answered_in_words = kind is ReportKind.CALENDAR and email.own_text and not _is_of_a_calendar(email.own_text)
    return replace(email, report=None) if is_answered_in_words else email


def _is_of_a_calendar(text: str) -> bool:
    """Check whether a calendar wrote the text, not a person.

    A person may write beside an answer to an invitation.
    """
    return (len(text) < 80 and "?" not in text) or _CALENDAR_WORDS.search(text) is not None


_CALENDAR_WORDS = re.compile(
    r"calendar\.google|icloud\.com|invit|einladung|uitnodiging|inbjud|innbydelse|invitation|kutsu|zaprosz|pozvánk|meghív"
    r"|davet|приглашен|запрошен|招待|邀请|邀請|초대",
    re.IGNORECASE,
)


def _written(message: Message, text: str, **more: Any) -> InboundEmail:
    subject = header_text(message, "subject")[:LONGEST_SUBJECT]
    references = _references(message)
    words = split_reply(sanitize(text[:LONGEST_READ], multiline=True), is_reply=bool(references), subject=subject)
    author, answered = _author(message), _first(addresses(message, "reply-to"))
    sender, name = _sender(message, author, answered)
    read: dict[str, Any] = {
        "sender": sender,
        "sender_name": _named(name, sender),
        "author": author[1],
        "reply_to": answered[1],
        "reply_to_name": _named(*answered),
        "recipients": tuple(_recipients(message)),
        "subject": subject,
        "text": words.text[:LONGEST_TEXT].strip(),
        "own_text": words.own[:LONGEST_TEXT].strip(),
        "signature": words.signature,
        "date": header_text(message, "date")[:100],
        "message_id": first_id(header_text(message, "message-id")),
        "references": references,
        "headers": {name: raw_header(message, name) for name in sorted(SIGNS) if name in message},
        "quotes": words.quotes,
        "suspicion": _suspicion(message),
        "authentication": authentication(message, [address for _, address in addresses(message, "from")]),
    }
    return InboundEmail(**read | more)


def _author(message: Message) -> tuple[str, str]:
    """Return the name and address of a mail's author.

    A list that puts its own into From names the author elsewhere.
    """
    written = _first(addresses(message, "from") or addresses(message, "sender"))
    if not _is_nobody(message, written[1]):
        return written
    originals = (_first(addresses(message, name)) for name in _REWRITTEN_BY_LISTS)
    return next((mailbox for mailbox in originals if mailbox[1]), written)


def _sender(message: Message, author: tuple[str, str], answered: tuple[str, str]) -> tuple[str, str]:
    """Return the address and name that a reply reaches.

    It is the author, or the address given for replies when the author's is not read, as form mailers do.
    """
    name, address = answered if answered[1] and _is_nobody(message, author[1]) else author
    return address, name


def _is_nobody(message: Message, address: str) -> bool:
    own = {to.casefold() for _, to in addresses(message, "to")}
    is_program = is_noreply_address(address) or is_form_mailer_address(address)
    return not address or is_program or address.casefold() in own


def _first(mailboxes: list[tuple[str, str]]) -> tuple[str, str]:
    return mailboxes[0] if mailboxes else ("", "")


def _named(name: str, address: str) -> str:
    return "" if name.casefold() == address.casefold() else name[:200]


def _recipients(message: Message) -> Iterator[str]:
    """Yield distinct recipients in lower case.

    The address for which the server accepted the mail comes last.
    """
    addressed = [address for name in _ADDRESSED for _, address in addresses(message, name)]
    taken = [_RECEIVED_FOR.search(sanitize(str(v)[:LONGEST_HEADER])) for n, v in _received(message)]
    yield from dict.fromkeys(a.casefold() for a in [*addressed, *(match[1] for match in taken if match)])


def _received(message: Message) -> list[tuple[str, Any]]:
    return [(n, v) for n, v in message.raw_items() if n.lower() == "received"][:1]


def _references(message: Message) -> tuple[str, ...]:
    answered = _ID.findall(raw_header(message, "in-reply-to"))
    ancestors = _ID.findall(raw_header(message, "references"))
    return tuple(dict.fromkeys([*answered, *reversed(ancestors)]))[:MOST_REFERENCES]


def _suspicion(message: Message) -> Suspicion | None:
    """Return the suspicion of SES, if any.

    Its verdict counts wherever it stands: a sender could only add better ones.
    """
    verdicts = {n.lower(): str(v).strip().upper() for n, v in message.raw_items() if str(v).strip().upper() == "FAIL"}
    return next((suspicion for name, suspicion in _VERDICTS.items() if name in verdicts), None)
