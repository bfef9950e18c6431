"""Parsing of an amount in one cell.

The decimal mark is not known yet.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from leadtight.tabular.amounts.currencies import codes_of
from leadtight.tabular.vocabulary.words import folded

FACTORS = {
    word: power
    for power, words in {
        3: "k tsd tausend thousand тыс тис 千 천 tys tis",
        4: "万 萬 만",
        5: "lakh lakhs lac lacs",
        6: "m mm mio mln mill million millions millionen миллионов млн",
        7: "crore crores",
        8: "億 亿 억",
        9: "bn mrd mld млрд",
    }.items()
    for word in words.split()
}
"""Powers of ten by the word behind a number.

Words with two meanings are missing: `billion`, `mil`, `cr`.
"""

_DASHES = dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`\u066c"), "'")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202c\u061c\ufeff"))
_AMOUNT = re.compile(
    r"(?!(?s:.{101}))(?P<open>\()?\s*+(?P<sign>[+-])?\s*+(?P<before>[^\d\s()+.,'-][^\d()+,'-]*?)?\s*+(?P<sign2>-)?"
    r"\s*+(?P<open2>\()?"
    r"(?P<digits>(?:[.,](?=\d))?\d(?:[\d.,' _]*\d)?)(?P<whole>[.,]\s?-{1,2})?"
    r"\s*+(?P<after>[^\d()+-]*?)\s*+(?P<close>\))?\s*+(?P<sign3>-)?"
)
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+") for mark in ".,' _"}
_LAKHS = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}")


@dataclass(frozen=True, slots=True)
class WrittenAmount:
    """An amount as written.

    `digits` include their marks; `exponent` is a power of ten; `currencies` are those that it may be in.
    """

    digits: str
    is_negative: bool
    exponent: int
    currencies: frozenset[str]

    @property
    def shown_mark(self) -> str | None:
        """Return the mark that is undoubtedly decimal.

        None without one, or if it may group thousands.
        """
        marks = [c for c in self.digits if c in ".,"]
        if not marks:
            return None
        last = marks[-1]
        if len(set(marks)) > 1 or any(c in "' _" for c in self.digits):
            return last if marks.count(last) == 1 else None
        return last if len(marks) == 1 and not self.is_open else None

    @property
    def is_open(self) -> bool:
        """Return whether its only mark is ambiguous.

        It may be decimal or group thousands.
        """
        return bool(re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", self.digits))

    def value(self, decimal: str | None) -> Decimal | None:
        """Return the amount for a decimal mark.

        None where the marks are misplaced. Without `decimal`, the last of two different marks is decimal, and a mark
        with three digits after it groups thousands.
        """
        mark = decimal or self.shown_mark
        whole, fraction = self.digits, ""
        if mark and mark in self.digits:
            whole, _, fraction = self.digits.rpartition(mark)
        if not fraction.isdigit() and fraction:
            return None
        plain = _ungrouped(whole, mark)
        if plain is None:
            return None
        amount = Decimal(f"{plain}.{fraction}" if fraction else plain).scaleb(self.exponent)
        return -amount if self.is_negative else amount


def _ungrouped(whole: str, decimal: str | None) -> str | None:
    """Return digits without their grouping mark.

    Thousands or lakhs; None when the grouping is invalid.
    """
    if whole.isdigit() or not whole:
        return whole or "0"
    for mark, pattern in _GROUPED.items():
        if mark != decimal and (pattern.fullmatch(whole) or (mark == "," and _LAKHS.fullmatch(whole))):
            return whole.replace(mark, "")
    return None


@lru_cache(maxsize=1 << 14)
def written_amount(text: str) -> WrittenAmount | None:
    """Parse an amount as written.

    None when any part is not understood.
    """
    match = _AMOUNT.fullmatch(_normalized(text))
    if match is None:
        return None
    is_bracketed = bool(match["open"] or match["open2"])
    if is_bracketed != bool(match["close"]):
        return None
    signs = [s for s in (match["sign"], match["sign2"], match["sign3"]) if s]
    if len(signs) > 1 or (signs and is_bracketed):
        return None
    prefix, suffix = (match["before"] or "").strip(), match["after"].strip()
    exponent, suffix = _factor(suffix)
    sides = [codes_of(side) for side in (prefix, suffix) if side]
    if not all(sides):
        return None
    currencies = frozenset.intersection(*sides) if sides else frozenset()
    if sides and not currencies:
        return None
    return WrittenAmount(match["digits"], is_bracketed or "-" in signs, exponent, currencies)


def _factor(after: str) -> tuple[int, str]:
    """Return the power of ten behind a number.

    And the rest of the text: the currency.
    """
    if not after or codes_of(after):
        return 0, after
    first, _, rest = after.partition(" ")
    if (power := _power(first)) is not None:
        return power, rest.strip()
    power = _power(after[0])
    return (power, after[1:]) if power is not None and codes_of(after[1:]) else (0, after)


def _power(word: str) -> int | None:
    return FACTORS.get(word, FACTORS.get(folded(word).rstrip(".")))


def _normalized(text: str) -> str:
    if not text.isascii():
        text = text.translate(_INVISIBLE | _DASHES | _QUOTES).replace("\u066b", ".")
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text)
    return text.strip()
