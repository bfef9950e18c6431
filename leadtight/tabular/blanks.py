"""Texts that stand for nothing in exports."""

BLANKS = (
    *("?", "-", "--", "null", "none", "nan", "nat", "n/a", "na", "nil", "select", "(blank)", "(empty)"),
    *("#value!", "#ref!", "#n/a", "#div/0!", "#name?", "#num!", "#null!", "#error!", "\\n"),
)
"""In lower case."""


def is_blank(text: str) -> bool:
    """Return whether a cell is blank."""
    text = text.strip(" \t\r\n\u00a0\u200b\ufeff")
    return not text or text.lower() in BLANKS


def is_wordless(text: str) -> bool:
    """Return whether a text has neither letter nor digit.

    For ids of our own: a person may be called `nat`, which stands for nothing in an export.
    """
    return not any(character.isalnum() for character in text)
