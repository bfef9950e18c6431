"""E-mail addresses as people, forms and spreadsheets write them; an address itself is never altered.

Only what stands around it goes: what cannot mean one address alone is kept as it was typed.
"""

import re
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from leadtight.adapters.contact_points.plain_text import visible

_IN_BRACKETS = re.compile(r"<([^<>@]*+@[^<>]*+)>")
_ALONE_IN_BRACKETS = re.compile(r"[^@]*[(\[]([^@()\[\]\s]*+@[^@()\[\]\s]*+)[)\]][^@]*")
_COMMENT = re.compile(r"(?<=\S)\s*\([^()@]*\)|^\s*\([^()@]*\)\s*")
_LABEL = re.compile(r"^(?!mailto)[^@:]{1,30}:\s*", re.IGNORECASE)
_MAIL_LINK = re.compile("mailto:", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;/|]+|\]\(")
UNREADABLE = "\ufffd"
"""Stands for a byte that was not a character; which one it was is unknown."""

_AROUND = "\"'“”„‚‘’«»<>()[]{}`"


def read(text: str) -> str | None:
    """Return the normal form of the first address in a text; None when it is not certain which that is.

    The form is in lower case, its domain as people write it: an IDN in A-labels and in U-labels is one address.
    """
    plain = visible(text)
    if UNREADABLE in plain:
        return None
    if address := _valid(plain):
        return address
    candidates = _candidates(plain)
    addresses = [_valid(candidate) for candidate in candidates]
    return addresses[0] if addresses and all(addresses) else None


def _candidates(text: str) -> list[str]:
    """Return every text that should be an address: those in angle brackets, else all between separators."""
    if alone := _ALONE_IN_BRACKETS.fullmatch(text):
        return [_bare(alone[1])]
    inside = [part for brackets in _IN_BRACKETS.findall(text) for part in brackets.split("|")]
    parts = inside or _BETWEEN.split(_LABEL.sub("", _COMMENT.sub("", text.strip()).strip(" " + _AROUND)))
    return [bare for part in parts if (bare := _bare(part))]


def _bare(text: str) -> str:
    """Return a text without the scheme of a link, quotes and the punctuation of a sentence."""
    bare = text.strip().strip(_AROUND)
    if _MAIL_LINK.match(bare):
        bare = unquote(_MAIL_LINK.sub("", bare).partition("?")[0])
    return bare.strip().strip(_AROUND).rstrip(".,;:!?…" + _AROUND)


def _valid(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
