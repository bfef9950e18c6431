"""Text messages in the GSM alphabet (3GPP TS 23.038).

Any character outside it more than halves what fits.
"""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
# Characters without a Unicode decomposition.
_CLOSEST = str.maketrans(
    {
        **dict(zip("’‘“”–—\u00a0ŁłĐđıð", "''\"\"-- LlDdid", strict=True)),
        **dict(zip(("…", "Œ", "œ", "Þ", "þ"), ("...", "OE", "oe", "Th", "th"), strict=True)),
    }
)
SINGLE = 160
PART = 153


def plain(text: str) -> str:
    """Convert a text to the GSM alphabet.

    Letters lose accents that it lacks; other scripts and emoji are dropped.
    """
    return " ".join("".join(_nearest(c) for c in text.translate(_CLOSEST)).split(" ")).strip()


def length(text: str) -> int:
    """Return the number of septets of a GSM text."""
    return sum(2 if c in _EXTENDED else 1 for c in text)


def parts(text: str) -> int:
    """Return the number of messages that a GSM text costs."""
    septets = length(text)
    return 1 if septets <= SINGLE else -(-septets // PART)


def _nearest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c in _BASIC and c.isascii())
