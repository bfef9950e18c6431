"""Moments, durations and names in plain words."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.compliance.call_warning import CallReason
from leadtight.domain.outcomes.first_contact import ProofSource, SpokeBy
from leadtight.domain.policy.messaging import Company
from leadtight.domain.text.sanitizing import sanitize

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_SOURCES = {"api": "API", "csv": "Imported file", "sms": "Text message", "whatsapp": "WhatsApp"}
_NOT_A_NAME = re.compile(r"[\d/\\@<>:;=%&$#*|{}\[\]()\"]|\.\w|www", re.IGNORECASE)
LONGEST_GREETED = 40
SPOKE_BY: Mapping[str, str] = {
    SpokeBy.PHONE: "We spoke by phone",
    SpokeBy.VIDEO: "We spoke in a video call",
    SpokeBy.IN_PERSON: "We spoke in person",
    SpokeBy.WRITING: "They wrote, and we answered",
}
CALL_REASONS: Mapping[str, str] = {
    CallReason.ASKED: "They asked me to call now",
    CallReason.AGREED: "They agreed to this call in writing",
    CallReason.OTHER_NUMBER: "I call another number that they gave us",
}
PROOFS: Mapping[str, str] = {
    ProofSource.PROVIDER_EVENT: "The provider’s report",
    ProofSource.MAIL_HEADERS: "The mail’s own headers",
    ProofSource.CALL_LOG: "The call log",
}


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return `at` as `Mon 23 Nov, 10:00` in `zone`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def long_moment(at: datetime, zone: ZoneInfo) -> str:
    """Return `Monday 23 November at 10:00 (Berlin time)`.

    It is rounded up to the minute.
    """
    local = (at + timedelta(minutes=1, microseconds=-1)).astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} at {local:%H:%M} ({zone_name(zone)})"


def zone_name(zone: ZoneInfo) -> str:
    """Return a zone's name: `Berlin time`, `New York time`, `UTC`."""
    _, slash, city = zone.key.rpartition("/")
    return f"{city.replace('_', ' ')} time" if slash else zone.key


def duration(span: timedelta) -> str:
    """Return a duration in its two largest units, unsigned.

    Examples are `1 hour 20 minutes` and `40 seconds`.
    """
    left = int(abs(span).total_seconds())
    parts = []
    for unit, seconds in _UNITS:
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
        if parts and (count == 0 or len(parts) == 2 or unit == "minute"):
            break
    return " ".join(parts) or "a moment"


def counted(number: int, noun: str) -> str:
    """Return `1 open lead`, `2 open leads`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def entries(number: int) -> str:
    """Return `1 entry`, `2 entries`; empty for none."""
    return f"{number:,} {'entry' if number == 1 else 'entries'}" if number else ""


def title(word: str) -> str:
    """Return an identifier as words.

    `call_booked` is `Call booked`, `web_form` is `Web form`.
    """
    return _SOURCES.get(word) or word.replace("_", " ").strip().capitalize()


def sentence(text: str) -> str:
    """Capitalize the first letter of a text."""
    return text[:1].upper() + text[1:]


def shortened(text: str, longest: int) -> str:
    """Shorten a text to `longest` characters, with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def one_line(text: str, longest: int = 150) -> str:
    """Return a text for a header or a heading.

    It is one line of limited length, without control characters.
    """
    return shortened(sanitize(text), longest)


def greeted(name: str) -> str:
    """Return the name for a greeting, empty when suspicious.

    A sender who fills in a form with another person's address must not get to write that person a mail through us.
    """
    plain = sanitize(name)
    return "" if len(plain) > LONGEST_GREETED or _NOT_A_NAME.search(plain) else plain


def signature(company: Company) -> str:
    """Return the company's name and address, on one line."""
    address = company.postal_address
    return address if address.startswith(company.name) else ", ".join(filter(None, (company.name, address)))
