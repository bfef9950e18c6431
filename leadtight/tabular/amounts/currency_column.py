"""The currency column of a column of amounts."""

from collections.abc import Sequence
from functools import cache

from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key, spellings

_ALSO = frozenset({"ccy", "curr", "cur"})
_OF = frozenset(["of", "de", "du", "des", "del", "della", "dell", "do", "da", "der", "van", "von", "for", "til", "для"])
_IN = frozenset(["in", "dans", "en", "em", "nella", "na", "w", "v", "i", "в"])
"""Words after which a currency only qualifies an amount.

An `Amount in company currency` is an amount; a `Currency of value` is a currency.
"""

_ABOUT = frozenset(
    ["code", "iso", "id", "name", "symbol", "value", "kod", "codigo", "codice", "コード", "代码", "代碼", "코드"]
)
_COMPOUND = ("swahrung", "valuta", "通貨", "通貨コード", "货币", "币种", "貨幣", "幣別", "통화")
"""Endings of compound words for a currency."""


def currency_column(columns: Sequence[str], amount: str | None) -> str | None:
    """Return the currency column of an amount column.

    None without one. Of several it is the one named after the amount column (`Amount`, `Amount Currency`), else one
    named only as currency, else one beside it, else the first.
    """
    candidates = [column for column in columns if column != amount and _is_called_currency(column)]
    if amount is None or len(candidates) < 2:
        return candidates[0] if candidates else None
    place, key = columns.index(amount), column_key(amount)

    def distance(column: str) -> tuple[bool, bool, bool, int]:
        own = column_key(column)
        is_after_it = own.startswith(f"{key}_") and own.removeprefix(f"{key}_") in _names()
        is_beside = abs(columns.index(column) - place) == 1
        return not is_after_it, own not in _names(), not is_beside, columns.index(column)

    return min(candidates, key=distance)


def _is_called_currency(column: str) -> bool:
    if any(each in _names() for each in spellings(column)):
        return True
    words = column_key(column).split("_")
    while len(words) > 1 and words[-1] in _ABOUT:
        words.pop()
    if words[0] in _names() and (len(words) == 1 or words[1] in _OF):
        return True
    return (words[-1] in _names() or words[-1].endswith(_compound())) and not _IN.intersection(words)


@cache
def _compound() -> tuple[str, ...]:
    return tuple(map(column_key, _COMPOUND))


@cache
def _names() -> frozenset[str]:
    return _ALSO.union(*(vocabulary.columns(export)["currency"].rank for export in ("leads", "spend")))
