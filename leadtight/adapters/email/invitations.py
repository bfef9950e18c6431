"""Invitations to calls in mails (iTIP: RFC 5546, RFC 6047).

icalendar knows folded lines, parameters, and the zones that Exchange names its own way.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import Message
from typing import Any

from leadtight.adapters.email.headers import parameter
from leadtight.adapters.email.reports import LONGEST_CALENDAR
from leadtight.domain.intake.inbound_email import Invitation, Participant
from leadtight.domain.text.sanitizing import sanitize

CALENDARS = frozenset({"text/calendar", "application/ics"})
METHODS = {"REQUEST": False, "CANCEL": True}
"""The methods that invite, and whether they call off."""

FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""Errors that reading a foreign calendar may cause."""

MOST_PARTICIPANTS = 50


def invitation(parts: Sequence[Message]) -> Invitation | None:
    """Return the invitation in a mail's parts.

    None when none can be read.
    """
    for part in parts:
        if part.get_content_type() not in CALENDARS:
            continue
        content: Any = part.get_payload(decode=True)
        raw = bytes(content or b"")
        if len(raw) <= LONGEST_CALENDAR and (found := _invitation(raw, parameter(part, "content-type", "method"))):
            return found
    return None


def _invitation(raw: bytes, method: str) -> Invitation | None:
    import icalendar  # imported with the first invitation: it takes a third of a second

    try:
        calendar = icalendar.Calendar.from_ical(raw)
        is_canceled = METHODS.get((method or str(calendar.get("method", ""))).upper())
        [event, *_] = calendar.walk("VEVENT")
        if is_canceled is None:
            return None
        return Invitation(
            uid=sanitize(str(event["uid"]))[:300],
            revision=int(event.get("sequence", 0)),
            starts_at=_starts(event.decoded("dtstart")),
            summary=sanitize(str(event.get("summary", "")))[:300],
            is_canceled=is_canceled or str(event.get("status", "")).upper() == "CANCELLED",
            participants=tuple(_participants(event)),
        )
    except FAULTS:
        return None  # it stays a mail with an attachment


def _starts(at: Any) -> datetime | None:
    """Return when an event begins.

    None for a whole day, and for a time without a zone.
    """
    return at if isinstance(at, datetime) and at.tzinfo is not None else None


def _participants(event: Any) -> Iterator[Participant]:
    """Yield the organizer, then the attendees."""
    attendees = event.get("attendee", [])
    listed = [event.get("organizer"), *(attendees if isinstance(attendees, list) else [attendees])]
    for who in listed[:MOST_PARTICIPANTS]:
        scheme, _, address = str(who or "").partition(":")
        if scheme.casefold() == "mailto" and "@" in address:
            name = sanitize(str(who.params.get("CN", "")))[:200]
            yield Participant(address=address.strip(), name="" if "@" in name else name)
