"""Texts as people copy them: invisible characters dropped, digits and signs of other scripts made plain."""

import unicodedata

_FULL_WIDTH = 0xFEE0
"""How far a full-width form stands from its ASCII character (U+FF01 to U+FF5E)."""


def visible(text: str) -> str:
    """Return a text without format characters, such as U+200B and U+202A, and with full-width forms made ASCII."""
    return "".join(
        chr(ord(c) - _FULL_WIDTH) if "\uff01" <= c <= "\uff5e" else c for c in text if unicodedata.category(c) != "Cf"
    ).strip()


def plain_number(text: str) -> str:
    """Return a text with ASCII digits, hyphens and spaces for those of every script."""
    return "".join(map(_plain, visible(text)))


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    return " " if category == "Zs" else character
