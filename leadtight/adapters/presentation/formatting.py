"""Plain words for moments, durations and names, as the people of a company read them."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.domain.outcomes.first_contact import ProofSource
from leadtight.domain.policy.messaging import Company
from leadtight.domain.text.sanitizing import sanitize

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_SOURCES = {"api": "API", "csv": "Imported file", "sms": "Text message", "whatsapp": "WhatsApp"}
_NOT_A_NAME = re.compile(r"[\d/\\@<>:;=%&$#*|{}\[\]()\"]|\.\w|www", re.IGNORECASE)
LONGEST_GREETED = 40
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
    """Return `at` as `Monday 23 November at 10:00 (Berlin time)`, rounded up to the minute."""
    local = (at + timedelta(minutes=1, microseconds=-1)).astimezone(zone)
    return f"{local:%A} {local.day} {local:%B} at {local:%H:%M} ({zone_name(zone)})"


def zone_name(zone: ZoneInfo) -> str:
    """Return what people call a zone: `Berlin time`, `New York time`, `UTC`."""
    _, slash, city = zone.key.rpartition("/")
    return f"{city.replace('_', ' ')} time" if slash else zone.key


def duration(span: timedelta) -> str:
    """Return a length in its two largest units: `1 hour 20 minutes`, `40 seconds`; its sign is not shown."""
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
    """Return an identifier such as `call_booked` or `web_form` as words: `Call booked`, `Web form`."""
    return _SOURCES.get(word) or word.replace("_", " ").strip().capitalize()


def sentence(text: str) -> str:
    """Return `text` with its first letter a capital."""
    return text[:1].upper() + text[1:]


def shortened(text: str, longest: int) -> str:
    """Return `text` with at most `longest` characters, ending in an ellipsis when some are missing."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def one_line(text: str, longest: int = 150) -> str:
    """Return `text` fit for a header or a heading: one line, no control characters, not endless."""
    return shortened(sanitize(text), longest)


def greeted(name: str) -> str:
    """Return the name to greet a stranger by, or nothing when it does not look like one.

    Whoever fills in a form with somebody else's address must not get to write that person a mail through us.
    """
    plain = sanitize(name)
    return "" if len(plain) > LONGEST_GREETED or _NOT_A_NAME.search(plain) else plain


def signature(company: Company) -> str:
    """Return who we are and where, on one line."""
    address = company.postal_address
    return address if address.startswith(company.name) else ", ".join(filter(None, (company.name, address)))
