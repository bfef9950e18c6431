"""The parts of a mail: its words and its attachments."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Any

from leadtight.adapters.email.charsets import decoded
from leadtight.adapters.email.flowed_text import enriched_text, unflowed
from leadtight.adapters.email.headers import parameter
from leadtight.adapters.email.html_text import MAYBE_QUOTED, QUOTED_FROM_HERE, marked_text_of
from leadtight.domain.intake.inbound_email import Attachment
from leadtight.domain.text.sanitizing import sanitize

MOST_PARTS = 200
MOST_ATTACHMENTS = 20
LONGEST_BODY = 500_000
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_NO_WORDS = frozenset(
    {"text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/rfc822-headers", "text/rtf", "text/css"}
    | {"text/csv", "text/tab-separated-values", "text/x-amp-html", "text/watch-html", "text/javascript"}
)
"""Text types that are data for programs, listed as attachments.

Every other text type is words (RFC 2046).
"""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def leaves(part: Message) -> Iterator[Message]:
    """Yield the leaf parts in order, at most `MOST_PARTS`.

    A mail within a mail is one part.
    """
    left = MOST_PARTS
    waiting = [part]
    while waiting and left:
        here = waiting.pop()
        if here.get_content_maintype() == "multipart" and here.is_multipart():
            waiting += reversed(_children(here))
        else:
            left -= 1
            yield here


def body_text(part: Message, fallback: str = "", *, is_whole: bool = True) -> str:
    """Return a mail's words.

    Of alternatives, they are the first that is not empty; of other parts, all of them in order. Parts without a charset
    are in the `fallback`. With `is_whole`, the part is the whole mail: it is words though it has a file name, as is a
    mail of parts in which no boundary is found (RFC 2045 section 5.2).
    """
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return _joined(kind, _children(part), fallback)
    if not (_is_words(part) or (is_whole and _is_text(part))):
        return ""
    text = _decoded(part, fallback)
    if kind in _HTML:
        return marked_text_of(text)
    if kind in _ENRICHED:
        return enriched_text(text)
    return unflowed(text, parameter(part, "content-type", "delsp")) if _is_flowed(part) else text


def _is_flowed(part: Message) -> bool:
    return parameter(part, "content-type", "format").lower() == "flowed"


def attachments(parts: Iterable[Message]) -> tuple[Attachment, ...]:
    """Return the attachments, inline images such as logos included."""
    candidates = [part for part in parts if not (_is_words(part) or _is_named_elsewhere(part))]
    return tuple(_attachment(part) for part in candidates[:MOST_ATTACHMENTS])


_OF_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers"}
)


def _is_named_elsewhere(part: Message) -> bool:
    """Check whether a part is listed elsewhere.

    So are parts of a report, and a mail without its boundary.
    """
    return part.get_content_type() in _OF_REPORTS or part.get_content_maintype() == "multipart"


def _joined(kind: str, children: list[Message], fallback: str) -> str:
    if kind == "multipart/related":
        children = children[:1]
    texts = (text for child in children if (text := body_text(child, fallback, is_whole=False)).strip())
    if kind in ("multipart/alternative", "multipart/report"):
        return next(texts, "")
    return "\n\n".join(texts)


def _children(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [child for child in payload[:MOST_PARTS] if isinstance(child, Message)]


def _is_words(part: Message) -> bool:
    is_file = part.get_content_disposition() == "attachment" or filename(part)
    return _is_text(part) and not is_file and part.get_content_maintype() != "multipart"


def _is_text(part: Message) -> bool:
    kind = part.get_content_type()
    is_text = part.get_content_maintype() in ("text", "multipart") or kind in _HTML
    return is_text and kind not in _NO_WORDS and not part.is_multipart()


def filename(part: Message) -> str:
    """Return the file name of a part, else empty."""
    return parameter(part, "content-disposition", "filename") or parameter(part, "content-type", "name")


def _decoded(part: Message, fallback: str) -> str:
    """Return a part's text, decoded.

    The charset is that of the part, or of its HTML. A truncated character at the end is dropped.
    """
    content: Any = part.get_payload(decode=True)
    raw = bytes(content or b"")
    charset = parameter(part, "content-type", "charset")
    if not charset and part.get_content_type() in _HTML and (meta := _META_CHARSET.search(raw[:2_000])):
        charset = meta[1].decode("ascii", "replace")
    text = decoded(raw[:LONGEST_BODY], charset or fallback).replace(QUOTED_FROM_HERE, "").replace(MAYBE_QUOTED, "")
    return text.rstrip("\ufffd") if len(raw) > LONGEST_BODY else text


def _attachment(part: Message) -> Attachment:
    name = filename(part)[:200]
    content: Any = None if part.is_multipart() else part.get_payload(decode=True)
    size = len(content) if content is not None else len(str(part.get_payload()))
    return Attachment(name=name, kind=sanitize(part.get_content_type())[:100], size=size)
