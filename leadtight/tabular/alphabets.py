"""Detection of encodings of Latin letters.

The right one turns the bytes into letters of a single language.
"""

import re
from collections import Counter

ENCODINGS = (
    *("cp1252", "cp1250", "mac_roman", "cp1254", "cp1257", "latin-1", "iso8859_2", "iso8859_15", "cp850", "cp852"),
)
"""In order of likelihood; their bytes do not identify them."""

LETTERS = {
    "de": "äöüß",
    "fr": "àâæçéèêëîïôœùûü",
    "es": "áéíñóúü",
    "pt": "áâãàçéêíóôõú",
    "it": "àèéìíòóù",
    "nl": "áéèëïíóöúü",
    "sv": "åäöé",
    "da": "æøåé",
    "is": "áðéíóúýþæö",
    "ca": "àçèéíïòóúü",
    "pl": "ąćęłńóśźż",
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "hu": "áéíóöőúüű",
    "ro": "ăâîșşțţ",
    "hr": "čćđšž",
    "sl": "čšž",
    "tr": "çğıöşüâîİ",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "et": "äõöüšž",
}
"""Letters of languages beyond a to z."""

_BETWEEN_LETTERS = frozenset("’‘'·–-­")
_AROUND_WORDS = frozenset("“”„‘’‚«»‹›–—…€£¥§°©®™•·№¿¡ºª\u00a0%")


def best_latin(sample: bytes, guess: str) -> str:
    """Return the likeliest encoding of Latin text.

    `latin-1` reads any bytes. Between Icelandic and Turkish `guess` decides.
    """
    penalties = {name: _penalty(text) for name in ENCODINGS if (text := _decoded(sample, name)) is not None}
    best = min(penalties, key=lambda name: (penalties[name], ENCODINGS.index(name)))
    return "cp1254" if guess == "cp1254" and penalties.get("cp1254") == penalties[best] else best


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _penalty(text: str) -> int:
    """Count the implausible characters of a text.

    Assuming the one language that has most of its letters.
    """
    letters = Counter(c if c == "İ" else c.lower() for c in text if c.isalpha() and not c.isascii())
    foreign = min(sum(n for c, n in letters.items() if c not in own) for own in LETTERS.values())
    signs = sum(2 for sign in re.finditer(r"(?<=[^\W\d_])([^\w\s]|[\x80-\x9f])", text) if _is_odd(text, sign))
    lone = sum(c not in _AROUND_WORDS for c in text if not c.isascii() and not c.isalpha())
    return foreign + signs + lone


def _is_odd(text: str, match: re.Match[str]) -> bool:
    """Return whether a sign does not belong behind a letter."""
    sign, after = match[0], text[match.end() : match.end() + 1]
    if sign.isascii():
        return False
    return (
        sign not in _BETWEEN_LETTERS
        if after.isalpha()
        else sign not in _AROUND_WORDS | _BETWEEN_LETTERS or sign in "§€°"
    )
