"""Single lines of a mail as its reader sees them.

They are marks, titles and footers, and lines with dates or addresses.
"""

import re
import unicodedata

from leadtight.adapters.email import quote_phrases as words

LONGEST_LINE = 400
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
MAIL = re.compile(r"[^\s<>\"'(),:;\[\]]{1,100}@[^\s<>\"'(),:;\[\]]{1,100}")
TIME = re.compile(
    r"(?<![\d.])\d{1,2}\s?[:.hH시时時]\s?\d{2}(?!\.?\d)|\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr)\b", re.IGNORECASE
)
DATE = re.compile(r"(?<!\d)(?:19|20|25)\d{2}(?!\d)|(?<!\d)\d{1,4}[./\-]\s?\d{1,2}[./\-]\s?\d{2,4}(?!\d)")
WROTE = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(word)}(?!\w)"
        if word.isascii() or (word[-1].isalpha() and ord(word[-1]) < 0x0E00)
        else re.escape(word)
        for word in sorted(words.WROTE, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\s*+[-\u2010-\u2015_=*~]{2,60}+\s*+([^-\u2010-\u2015_=*~\n][^\n]{1,70}?)\s*+[-\u2010-\u2015_=*~:：]{0,60}+\s*+$"
)
_ADDED = re.compile(r"^[\W_]+")


def plain(line: str) -> str:
    """Return a line without marks of direction and emphasis."""
    text = INVISIBLE.sub("", line[:LONGEST_LINE]).replace("\u00a0", " ").replace("\u202f", " ")
    return unicodedata.normalize("NFC", text).strip(" \t*_|")


def is_marked(line: str) -> bool:
    """Check whether a line is marked as quoted."""
    start = line[:10].lstrip()
    return start.startswith(">") and not start.startswith((">=", ">>=")) and not line[:LONGEST_LINE].endswith("<<")


def title_of(line: str) -> str:
    """Return `original`, `forwarded` or `other` for a title line.

    Such a line stands between rules; empty for any other line.
    """
    match = _TITLE.match(line[:200])
    name = plain(match[1] if match else line[:80]).casefold().strip(" :：.-")
    if not match:
        return "forwarded" if name in words.FORWARDED else ""
    if name in words.FORWARDED or name.startswith(("forwarded by", "begin forwarded message")):
        return "forwarded"
    if name in words.ORIGINALS or _has_all(name):
        return "original"
    return "other"


def is_footer(line: str) -> bool:
    """Check whether a mail program added this line."""
    name = _ADDED.sub("", plain(line).casefold())
    if len(name) > 160 or not name.startswith(words.FOOTERS) or name.endswith("?"):
        return False
    is_sentence = name.endswith((".", "!")) and len(name.split()) > 6
    return not is_sentence and (any(word in name for word in words.PROGRAMS) or "http" in name)


def _has_all(text: str) -> bool:
    """Check whether a title is an attribution between rules."""
    return bool(WROTE.search(text) and DATE.search(text) and TIME.search(text))
