"""E-mail addresses as people, forms and spreadsheets write them.

An address itself is never altered; only its surroundings are removed. Text that may mean more than one address is kept
as it was typed.
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
"""The replacement for a byte that could not be decoded."""

_AROUND = "\"'“”„‚‘’«»<>()[]{}`"


def read(text: str) -> str | None:
    """Return the first address in normal form, None when uncertain.

    It is in lower case, its domain as people write it: an IDN in A-labels and in U-labels is one address.
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
    """Return the parts of a text that should be addresses.

    They are those in angle brackets, else all between separators.
    """
    if alone := _ALONE_IN_BRACKETS.fullmatch(text):
        return [_bare(alone[1])]
    inside = [part for brackets in _IN_BRACKETS.findall(text) for part in brackets.split("|")]
    parts = inside or _BETWEEN.split(_LABEL.sub("", _COMMENT.sub("", text.strip()).strip(" " + _AROUND)))
    return [bare for part in parts if (bare := _bare(part))]


def _bare(text: str) -> str:
    """Strip a link's scheme, quotes and sentence punctuation."""
    bare = text.strip().strip(_AROUND)
    if _MAIL_LINK.match(bare):
        bare = unquote(_MAIL_LINK.sub("", bare).partition("?")[0])
    return bare.strip().strip(_AROUND).rstrip(".,;:!?…" + _AROUND)


def _valid(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
