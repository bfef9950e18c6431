"""A quarantined delivery in words, up to a page's limit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.adapters.inbound.flat_fields import flat
from leadtight.adapters.presentation import formatting
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.text.sanitizing import sanitize

MOST_LINES = 12
LONGEST_NAME, LONGEST_LINE, LONGEST_WORDS = 60, 240, 500
LONGEST_WHOLE, MOST_WHOLE_LINES = 100_000, 500
MAIL = {"from": "From", "to": "To", "subject": "Subject", "attachments": "Attachments"}
"""The labels of a quarantined mail's stored fields.

Its words are stored besides.
"""
WHY: Mapping[Reason, str] = {
    Reason.ANNOUNCED: "Announced, not fetched yet",
    Reason.UNREADABLE: "Could not be read",
    Reason.UNMAPPED: "No lead could be read from it",
    Reason.SPAM: "Looks like spam",
    Reason.TOO_MANY: "Too many came at once",
    Reason.NOT_FETCHED: "Could not be fetched",
    Reason.UNSAFE: "May not be safe to open",
    Reason.AUTOMATIC: "Sent by a machine",
    Reason.UNVERIFIED: "Its challenge could not be verified",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineCard:
    """A quarantined delivery: reason, source, time and content.

    `left_out` lines are not shown.
    """

    id: str
    reason: str
    detail: str
    source: str
    received: str
    lines: tuple[tuple[str, str], ...]
    text: str
    left_out: int = 0
    is_cut: bool = False


def card(delivery: QuarantinedDelivery, zone: ZoneInfo) -> QuarantineCard:
    """Return a delivery for a list, shortened where long."""
    lines, text = _lines(delivery), _text(delivery)
    return QuarantineCard(
        **_about(delivery, zone),
        lines=tuple((name, formatting.shortened(value, _longest(name))) for name, value in lines[:MOST_LINES]),
        text=formatting.shortened(text, LONGEST_WORDS),
        left_out=max(0, len(lines) - MOST_LINES),
        is_cut=len(lines) > MOST_LINES
        or len(text) > LONGEST_WORDS
        or any(len(value) > _longest(name) for name, value in lines),
    )


def whole(delivery: QuarantinedDelivery, reads_as: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> QuarantineCard:
    """Return a delivery with all its content.

    The file of a mail is read again.
    """
    reread = [str(body["message"]) for body in reads_as if body.get("message")] if delivery.file else []
    text = sanitize("\n\n".join(reread), multiline=True) or _text(delivery)
    return QuarantineCard(
        **_about(delivery, zone),
        lines=tuple((name, value[:LONGEST_WHOLE]) for name, value in _lines(delivery)[:MOST_WHOLE_LINES]),
        text=text[:LONGEST_WHOLE],
    )


def _about(delivery: QuarantinedDelivery, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "reason": WHY[delivery.reason],
        "detail": formatting.sentence(formatting.shortened(sanitize(delivery.detail), LONGEST_LINE))
        if delivery.detail
        else "",
        "source": formatting.title(formatting.one_line(delivery.source, LONGEST_NAME)),
        "received": formatting.moment(delivery.received_at, zone),
    }


def _longest(name: str) -> int:
    return LONGEST_WORDS if "message" in name.casefold() else LONGEST_LINE


def _lines(delivery: QuarantinedDelivery) -> tuple[tuple[str, str], ...]:
    """Return the fields of a mail or JSON object.

    Other content has none.
    """
    if delivery.file:
        kept = ((label, str(delivery.data[name])) for name, label in MAIL.items() if delivery.data.get(name))
        return tuple((label, sanitize(value, multiline=True)) for label, value in kept)
    try:
        content = json.loads(delivery.content)
        return _named(flat(content)) if isinstance(content, Mapping) else ()
    except (ValueError, RecursionError):
        return ()


def _named(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (formatting.one_line(name, LONGEST_NAME), sanitize(value, multiline=True)) for name, value in fields.items()
    )


def _text(delivery: QuarantinedDelivery) -> str:
    """Return the words of a mail, or other content.

    A JSON object has fields instead.
    """
    if delivery.file:
        return sanitize(str(delivery.data.get("text", "")), multiline=True)
    if delivery.is_base64:
        return "It is not text."
    return "" if _lines(delivery) else sanitize(delivery.content, multiline=True)
