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
