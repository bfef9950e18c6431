"""Text without characters that hide, break or reverse it."""

import unicodedata


def sanitize(text: str, *, multiline: bool = False) -> str:
    """Return `text` without control and direction-override characters.

    Line breaks stay only in long text.
    """
    kept = (text if text.isprintable() else _kept(text, "\n\t" if multiline else "")).strip()
    return kept if multiline else " ".join(kept.split())


def _kept(text: str, breaks: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in breaks else " " if c in "\n\t\v\f\x85\u2028\u2029" else _visible(c) for c in lines)


def _visible(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTION_OVERRIDES:
        return ""
    return character


_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
