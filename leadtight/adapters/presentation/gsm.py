"""Text messages in the GSM alphabet (3GPP TS 23.038): anything outside it more than halves what fits."""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
# What Unicode does not take apart by itself.
_CLOSEST = str.maketrans(
    {
        **dict(zip("’‘“”–—\u00a0ŁłĐđıð", "''\"\"-- LlDdid", strict=True)),
        **dict(zip(("…", "Œ", "œ", "Þ", "þ"), ("...", "OE", "oe", "Th", "th"), strict=True)),
    }
)
SINGLE = 160
PART = 153


def plain(text: str) -> str:
    """Return `text` in the GSM alphabet: letters lose accents that it lacks, other scripts and emoji go."""
    return " ".join("".join(_nearest(c) for c in text.translate(_CLOSEST)).split(" ")).strip()


def length(text: str) -> int:
    """Return how many septets a GSM text takes."""
    return sum(2 if c in _EXTENDED else 1 for c in text)


def parts(text: str) -> int:
    """Return how many messages a GSM text is sent and paid as."""
    septets = length(text)
    return 1 if septets <= SINGLE else -(-septets // PART)


def _nearest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c in _BASIC and c.isascii())
