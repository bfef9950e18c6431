"""The parts of a mail: which of them are its words, in whatever charset, and which came with it."""

import codecs
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Any

from leadtight.adapters.mail_html import text_of
from leadtight.app.inquiry import clean
from leadtight.domain.letter import Attachment

MOST_PARTS = 200
MOST_ATTACHMENTS = 20
LONGEST_BODY = 500_000
_NOT_FOR_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7"})


def leaves(part: Message) -> Iterator[Message]:
    """Yield the parts that hold something, in order: at most `MOST_PARTS`; a mail within a mail is one of them."""
    left = MOST_PARTS
    waiting = [part]
    while waiting and left:
        here = waiting.pop()
        if here.get_content_maintype() == "multipart" and here.is_multipart():
            waiting += reversed(_children(here))
        else:
            left -= 1
            yield here


def body_text(part: Message) -> str:
    """Return a mail's words: of alternatives the first that says something, of the others all, in order."""
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return _joined(kind, _children(part))
    if not _is_words(part):
        return ""
    text = _decoded(part)
    return text_of(text) if kind == "text/html" else text


def attachments(parts: Iterable[Message]) -> tuple[Attachment, ...]:
    """Return what came with the words; a part that was shown in them, such as a logo, came with them, too."""
    given = [part for part in parts if not _is_words(part) and part.get_content_type() not in _OF_REPORTS]
    return tuple(_attachment(part) for part in given[:MOST_ATTACHMENTS])


_OF_REPORTS = frozenset({"message/delivery-status", "text/rfc822-headers"})


def _joined(kind: str, children: list[Message]) -> str:
    if kind == "multipart/related":
        children = children[:1]
    texts = (text for child in children if (text := body_text(child)).strip())
    if kind in ("multipart/alternative", "multipart/report"):
        return next(texts, "")
    return "\n\n".join(texts)


def _children(part: Message) -> list[Message]:
    payload: Any = part.get_payload()
    return [child for child in payload[:MOST_PARTS] if isinstance(child, Message)]


def _is_words(part: Message) -> bool:
    return (
        part.get_content_type() in ("text/plain", "text/html")
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _decoded(part: Message) -> str:
    """Return a part's text in the charset it names, or in one that fits when that is unknown or wrong."""
    content: Any = part.get_payload(decode=True)
    raw = bytes(content or b"")
    errors = "ignore" if len(raw) > LONGEST_BODY else "strict"  # the cut may go through a character
    for charset in (str(part.get_content_charset() or "utf-8"), "utf-8"):
        try:
            if codecs.lookup(charset).name.replace("-", "_") not in _NOT_FOR_TEXT:
                return raw[:LONGEST_BODY].decode(charset, errors)
        except (LookupError, ValueError, UnicodeError):
            continue
    return raw[:LONGEST_BODY].decode("cp1252", "replace")


def _attachment(part: Message) -> Attachment:
    name = clean(str(part.get_filename() or ""))[:200]
    content: Any = None if part.is_multipart() else part.get_payload(decode=True)
    size = len(content) if content is not None else len(str(part.get_payload()))
    return Attachment(name=name, kind=clean(part.get_content_type())[:100], size=size)
