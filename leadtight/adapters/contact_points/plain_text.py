"""Plain text from what people copy and paste.

Invisible characters are dropped; digits and signs of other scripts become ASCII.
"""

import unicodedata

_FULL_WIDTH = 0xFEE0
"""Distance of a full-width form from its ASCII character.

The forms are U+FF01 to U+FF5E.
"""


def visible(text: str) -> str:
    """Drop format characters; turn full-width forms into ASCII.

    U+200B and U+202A are format characters.
    """
    return "".join(
        chr(ord(c) - _FULL_WIDTH) if "\uff01" <= c <= "\uff5e" else c for c in text if unicodedata.category(c) != "Cf"
    ).strip()


def plain_number(text: str) -> str:
    """Replace digits, hyphens and spaces of any script with ASCII."""
    return "".join(map(_plain, visible(text)))


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    return " " if category == "Zs" else character
