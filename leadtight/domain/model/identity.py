"""Keys of a person across leads: hashes of contact points.

Chat handles count, too. Every sender has a key: for an address or number that could not be parsed, its exact text is
the key (decision 0058).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from leadtight.domain.model.inquiry import Inquiry

HANDLE = re.compile(r"[a-z][a-z0-9_]{1,29}:\S{1,256}")
"""`SCHEME:ID`, such as `whatsapp:USERID`: a provider's id of a chat's user, exactly as it gives it."""

EXTENSION = ";ext="
"""Separator of a number and its extension (RFC 3966)."""

_ARGENTINE_MOBILE = re.compile(r"\+549(\d{10})")
_IN_BRACKETS = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>[^<>]*")
_LIKE_AN_ADDRESS = re.compile(r"@|\w\w\.\w\w|\b(?:at|dot|punkt|point|arroba|chiocciola)\b")
"""Matches `ada at example dot com`, and not `none` or `n/a`: these do not name a person."""

UNREAD = re.compile(r"^(?:email|phone):")
"""Prefix of the stand-in for an unparsed address or number."""

FEWEST_DIGITS = 3
"""Fewest digits of a number: a short code has three."""


def person_keys(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the keys of a person; a blank has none."""
    return tuple(person_key(identifier) for identifier in identifiers(inquiry))


def private_keys(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the unshared keys: address and handle.

    A number may be shared, as by a household.
    """
    return tuple(person_key(identifier) for identifier in (address(inquiry), inquiry.handle) if identifier)


def lookup_keys(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the keys under which a person's leads are found.

    The switchboard's key of an extension is one of them.
    """
    switchboard = [person_key(inquiry.phone)] if inquiry.phone and inquiry.extension else []
    return tuple(dict.fromkeys((*person_keys(inquiry), *switchboard)))


def identifiers(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the contact points of a person.

    They are address, number with its extension and handle, or their text where it could not be parsed.
    """
    number = inquiry.phone_uri or _unread_number(inquiry)
    return tuple(filter(None, (address(inquiry), number, inquiry.handle)))


def person_key(identifier: str) -> str:
    """Return a person's key by one of their identifiers.

    That is a normalized address or number, a handle, or the text of anything else. An Argentine mobile number is
    dialled with a 9 from abroad and without it at home: both have one key.
    """
    number = _ARGENTINE_MOBILE.sub(r"+54\1", identifier)
    return hashlib.sha256(number.encode("utf-8", "replace")).hexdigest()


def number_without_extension(number: str) -> str:
    """Return the E.164 number that texts and do-not-call lists use."""
    return number.partition(EXTENSION)[0]


def unparsed_address(text: str) -> str:
    """Return the stand-in for an unparsed e-mail address.

    It is its text, without case and brackets; empty where the text names no address at all.
    """
    folded = _folded(text)
    match = _IN_BRACKETS.fullmatch(folded)
    bare = match[1] if match else folded
    return f"email:{bare}" if _LIKE_AN_ADDRESS.search(bare) else ""


def unparsed_number(text: str, country: str = "") -> str:
    """Return the stand-in for an unparsed number.

    It is its letters and digits, with an unknown `country`. It is empty where the text names no number: too few digits,
    or only one digit repeated, as in 000 000.
    """
    plain = "".join(c for c in _folded(text) if c.isalnum() or c == "+")
    place = f"@{_folded(country)}" if country and not plain.startswith("+") else ""
    digits = [c for c in plain if c.isdigit()]
    return f"phone:{plain}{place}" if len(digits) >= FEWEST_DIGITS and len(set(digits)) > 1 else ""


def address(inquiry: Inquiry) -> str:
    """Return the e-mail address, or its text when unparsed.

    Empty when there is none.
    """
    return inquiry.email or unparsed_address(_unread(inquiry, "email"))


def _unread_number(inquiry: Inquiry) -> str:
    return unparsed_number(_unread(inquiry, "phone"), _unread(inquiry, "country"))


def _unread(inquiry: Inquiry, name: str) -> str:
    return inquiry.fields.get(name, "") if f"{name}_odd" in inquiry.flags else ""


def _folded(text: str) -> str:
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible).casefold().split())
