"""Texts in the comparable form of the vocabulary.

Without case, accents, punctuation and width.
"""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_ALIKE = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def folded(text: str) -> str:
    """Return a text without case and accents: `Größe` is `grosse`."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_ALIKE)


def plain(text: str) -> str:
    """Return the folded words of a text.

    With single spaces: `E-Mail: (privat)` is `e mail privat`.
    """
    return " ".join(re.findall(r"[^\W_]+", folded(_CAMEL.sub(" ", text))))
