"""From the bytes of a mail to a `Letter`: whatever it holds, it is read within bounds or refused as unreadable.

The standard library's parser with its modern policy; header by header that gives up where the policy would, and keeps
the raw text instead. What is read here is named in `app/mail.py`.
"""

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any

from leadtight.adapters.mail_html import text_of
from leadtight.adapters.mail_parts import attachments, body_text, leaves
from leadtight.adapters.mail_quotes import own_words
from leadtight.app.inquiry import clean
from leadtight.domain.errors import InvalidInquiry, Problem
from leadtight.domain.letter import SIGNS, Letter, Returned, Suspicion, is_no_person

LONGEST_HEADER, LONGEST_OF_PART = 8_000, 1_000
LONGEST_REPORT = 100_000
MOST_BOUNDARIES = 2_000
MOST_HEADERS = 500
LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 500
LONGEST_ID = 500
MOST_ADDRESSES = 50
MOST_REFERENCES = 20
_FAULTS = (MessageError, LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
_REPORT = re.compile(rb"message/delivery-status", re.IGNORECASE)
_ID = re.compile(r"<([^<>\s]{1,500})>")
_ADDRESSED = ("to", "cc", "delivered-to", "x-original-to", "x-forwarded-to", "envelope-to")
_RECEIVED_FOR = re.compile(r"\bfor <?([^\s<>;]{3,320}@[^\s<>;]{1,255})>?")
_REPLIES = re.compile(r"(re|aw|sv|antw|rif|res|vs|odp|ynt|回复|答复)(\[\d+\])?\s*[:：]", re.IGNORECASE)
_VERDICTS = {"x-ses-virus-verdict": Suspicion.VIRUS, "x-ses-spam-verdict": Suspicion.SPAM}


class _Policy(EmailPolicy):
    """The modern policy, bounded: an overlong header is cut, and one that its parser stumbles over stays as it is."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[: LONGEST_OF_PART if name.lower().startswith("content-") else LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Return the header's value: parsed, or as it was written."""
        try:
            return super().header_fetch_parse(name, value)
        except _FAULTS:
            return clean(str(value))


_POLICY = _Policy()


def read_mail(raw: bytes) -> Letter:
    """Return what a mail says. Raises InvalidInquiry when it is no mail, or built so that nobody can read it."""
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        raise InvalidInquiry([Problem("mail", "has too many parts")])
    if _REPORT.search(raw):  # the parser takes long for many blocks, and the mail it returns may be as large as any
        raw = raw[:LONGEST_REPORT]
    try:
        return _letter(BytesParser(policy=_POLICY).parsebytes(raw))
    except _FAULTS as error:
        raise InvalidInquiry([Problem("mail", f"cannot be read: {type(error).__name__}")]) from error


def letter_of(pairs: list[tuple[str, str]], text: str, html: str, **more: Any) -> Letter:
    """Return the mail of somebody who has read it for us: its headers, and its words as text or HTML."""
    lines = [f"{name}: {clean(value)[:LONGEST_HEADER]}" for name, value in pairs[:MOST_HEADERS] if _is_name(name)]
    message = HeaderParser(policy=_POLICY).parsestr("\n".join(lines) + "\n\n")
    return _written(message, text if text.strip() else text_of(html), **more)


def _is_name(name: str) -> bool:
    """Tell whether this can be a header's name, and says nothing of parts that whoever read the mail took apart."""
    return re.fullmatch(r"[!-9;-~]{1,100}", name) is not None and name.lower() not in _OF_BODY


_OF_BODY = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})


def _letter(message: Message) -> Letter:
    if not message.keys():
        raise InvalidInquiry([Problem("mail", "has no headers")])
    parts = list(leaves(message))
    return _written(message, body_text(message), attachments=attachments(parts), returned=_returned(message))


def _written(message: Message, text: str, **more: Any) -> Letter:
    subject = _text(message, "subject")[:LONGEST_SUBJECT]
    references = _references(message)
    words, quotes = clean(text, multiline=True), False
    if references or _REPLIES.match(subject):
        words, quotes = own_words(words)
    sender, name = _sender(message)
    read: dict[str, Any] = {
        "sender": sender,
        "sender_name": name,
        "recipients": tuple(_recipients(message)),
        "subject": subject,
        "text": words[:LONGEST_TEXT].strip(),
        "date": _text(message, "date")[:100],
        "message_id": _first_id(_text(message, "message-id")),
        "references": references,
        "headers": {name: _raw(message, name) for name in sorted(SIGNS) if name in message},
        "quotes": quotes,
        "suspicion": _suspicion(message),
    }
    return Letter(**read | more)


def _raw(message: Message, name: str) -> str:
    """Return a header's first value as one line, as it was written."""
    value = next((v for n, v in message.raw_items() if n.lower() == name), "")
    return clean(str(value)[:LONGEST_HEADER])


def _text(message: Message, name: str) -> str:
    """Return a header's value decoded."""
    return clean(str(message.get(name, "")))


def _sender(message: Message) -> tuple[str, str]:
    """Return whom an answer reaches, and their name.

    That is who wrote, or whom they ask to answer when nobody reads the address they wrote from, as form mailers do.
    """
    written = _addresses(message, "from") or _addresses(message, "sender")
    answers = _addresses(message, "reply-to")
    own = {address.casefold() for _, address in _addresses(message, "to")}
    first = next(iter(written), ("", ""))
    nobody = not first[1] or is_no_person(first[1]) or first[1].casefold() in own
    name, address = answers[0] if answers and nobody else first
    return address, "" if name.casefold() == address.casefold() else name[:200]


def _addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """Return the names and addresses in a header; one that the modern parser does not know is read the old way."""
    found: list[tuple[str, str]] = []
    for value in message.get_all(name, []):
        parsed = getattr(value, "addresses", None)
        pairs = [(a.display_name, a.addr_spec) for a in parsed] if parsed else getaddresses([str(value)])
        found += [(clean(n), clean(a)) for n, a in pairs if "@" in a]
    return found[:MOST_ADDRESSES]


def _recipients(message: Message) -> Iterator[str]:
    """Yield whom it was sent to, in lower case, each once; the address a server took it for comes last."""
    named = [address for name in _ADDRESSED for _, address in _addresses(message, name)]
    taken = [_RECEIVED_FOR.search(clean(str(v)[:LONGEST_HEADER])) for n, v in _received(message)]
    yield from dict.fromkeys(a.casefold() for a in [*named, *(found[1] for found in taken if found)])


def _received(message: Message) -> list[tuple[str, Any]]:
    return [(n, v) for n, v in message.raw_items() if n.lower() == "received"][:1]


def _references(message: Message) -> tuple[str, ...]:
    answered = _ID.findall(_raw(message, "in-reply-to"))
    before = _ID.findall(_raw(message, "references"))
    return tuple(dict.fromkeys([*answered, *reversed(before)]))[:MOST_REFERENCES]


def _first_id(text: str) -> str:
    found = _ID.search(text)
    return found[1] if found else text.strip("<> ")[:LONGEST_ID]


def _suspicion(message: Message) -> Suspicion | None:
    """Return what SES found: its word counts wherever it stands, for a sender could only add better ones."""
    found = {n.lower(): str(v).strip().upper() for n, v in message.raw_items() if str(v).strip().upper() == "FAIL"}
    return next((suspicion for name, suspicion in _VERDICTS.items() if name in found), None)


def _returned(message: Message) -> Returned | None:
    """Return what a delivery report says, None for any other mail."""
    if message.get_content_type() != "multipart/report" or message.get_param("report-type") != "delivery-status":
        return None
    parts = list(leaves(message))
    told = next((p for p in parts if p.get_content_type() == "message/delivery-status"), None)
    fields = _fields(told) if told is not None else {}
    status = fields.get("status", "")
    failed = fields.get("action", "").casefold() == "failed" and not status.startswith("4")
    detail = fields.get("diagnostic-code") or status or "returned"
    return Returned(message_ids=tuple(_returned_ids(parts)), failed=failed, detail=detail[:300])


def _fields(told: Message) -> dict[str, str]:
    """Return the fields about the first recipient, and about the report."""
    blocks: Any = told.get_payload()
    named = [(n.lower(), clean(str(v))) for b in blocks if isinstance(b, Message) for n, v in b.raw_items()]
    return dict(reversed(named))


def _returned_ids(parts: list[Message]) -> Iterator[str]:
    """Yield the ids in the returned mail, or in what is left of it."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload()
            yield from (_first_id(_raw(m, "message-id")) for m in inner if isinstance(m, Message))
        elif part.get_content_type() == "text/rfc822-headers":
            text = str(part.get_payload())[:100_000]
            yield from re.findall(r"(?im)^message-id:\s*<([^<>\s]{1,500})>", text)
