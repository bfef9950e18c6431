"""The kind of a single cell.

Rows of data have dates, numbers, addresses and links; a header has none.
"""

import re
from functools import lru_cache

from leadtight.tabular.blanks import is_blank

_NUMBER = re.compile(r"[+-]?[\d.,' \u00a0]*\d%?")
_EMAIL = re.compile(r"[^\s@]++@(?=[^\s@]+\.[^\s@])[^\s@]++")
_DATE = re.compile(
    r"(?=.*\d{2})(?:\d{4}[-/. ]\s?\d{1,2}[-/. ]\s?\d{1,2}"
    r"|\d{1,2}[-/. ]\s?(?:\d{1,2}|[^\W\d_]{3,10}\.?)[-/. ]\s?\d{2,4})\b.*"
    r"|\d{4}年.*|.*\d:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?"
)
_LINK = re.compile(r"(?:https?://|www\.)\S+")


@lru_cache(maxsize=20_000)
def kind_of_cell(text: str) -> str:
    """Return `date`, `number`, `email`, `link` or `text`.

    Empty for a blank cell.
    """
    text = text.strip()
    if is_blank(text):
        return ""
    if _EMAIL.fullmatch(text):
        return "email"
    if _NUMBER.fullmatch(text) and not _DATE.fullmatch(text):
        return "number"
    if _DATE.fullmatch(text):
        return "date"
    return "link" if _LINK.fullmatch(text) else "text"
