"""Rows of a spend file that are totals of others.

Recognised by their words or by their sums.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key

TOLERANCE = Decimal("0.05")
"""Allowed difference between a total and its rounded rows."""


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A row of spend; `texts` omits the amount column."""

    row: int
    source: str | None
    texts: tuple[str, ...]
    amount: Decimal | None


def totals(rows: Sequence[SpendRow], sources: Collection[str]) -> Mapping[int, str]:
    """Return why rows are totals, by row number.

    `sources` are those of the leads, plain. A row is a total if it says so; if it begins or ends with a word for total
    and is the sum of rows beside it; or if it names no source and is the sum of others. A row with a source that no
    lead has is a total if it is the first or last row and the sum of all others.
    """
    with_lead_source = {
        each.row for each in rows if plain_source(each.source) in sources and not _is_total_word(each.source or "")
    }
    reasons = {
        each.row: "is a total of other rows"
        for each in rows
        if len(rows) > 1
        and each.row not in with_lead_source
        and (_says_total(each) or (_has_total_word(each) and _sums(each, rows)))
    }
    rest = [each for each in rows if each.row not in reasons]
    reasons |= dict.fromkeys(_sums_of_blocks(rest), "names no source and is the sum of the rows above it")
    rest = [each for each in rest if each.row not in reasons]
    whole = _sum(rest)
    for each in rest:
        if len(rest) > 1 and _names_no_source(each) and _is_sum_of_others(each, whole):
            reasons[each.row] = "names no source and is the sum of the others"
    rest = [each for each in rest if each.row not in reasons]
    whole = _sum(rest)
    for each in (rest[0], rest[-1]) if len(rest) > 2 else ():
        if plain_source(each.source) not in sources and _is_sum_of_others(each, whole):
            reasons[each.row] = "is the sum of all other rows, and no lead has its source"
            break
    return reasons if len(reasons) < len(rows) else {}


def plain_source(source: str | None) -> str:
    """Return a source without case, accents, spaces and punctuation.

    So that the spellings of a source are equal.
    """
    return column_key(source or "").replace("_", "") or (source or "").strip()


def _says_total(row: SpendRow) -> bool:
    return any(_is_total_word(text) or _ends_alike(text) for text in (row.source or "", *row.texts))


def _is_total_word(text: str) -> bool:
    words = vocabulary.words("spend", "total")["words"]
    head = text.partition(":")[0]
    return column_key(text) in words or (":" in text and column_key(head) in words)


def _ends_alike(text: str) -> bool:
    """Return whether a text is like `Total Google`.

    A word for total, then a source.
    """
    starts = ("total ", "total: ", "subtotal ", "sub-total ", "grand total ", "sous-total ", "summe ", "zwischensumme ")
    return text.strip().casefold().startswith((*starts, "gesamt "))


def _has_total_word(row: SpendRow) -> bool:
    """Return whether a text begins or ends with "total".

    In any known language, such as `Google Ads Total`.
    """
    words = vocabulary.words("spend", "total")["words"]
    keys = [column_key(text) for text in (row.source or "", *row.texts) if " " in text.strip()]
    return any(key.startswith(f"{word}_") or key.endswith(f"_{word}") for key in keys for word in words)


def _sums(row: SpendRow, rows: Sequence[SpendRow]) -> bool:
    """Return whether a row sums the rows above or below.

    Directly adjacent ones, however many.
    """
    at = rows.index(row)
    above, below = rows[:at][::-1], rows[at + 1 :]
    return any(_equals(row, total) for beside in (above, below) for total in accumulate(map(_amount, beside)))


def _sums_of_blocks(rows: Sequence[SpendRow]) -> list[int]:
    """Return the sourceless rows that sum the block above them.

    Each must be the sum of the rows since the one before, as with totals of a day or a group.
    """
    block: list[SpendRow] = []
    sums = []
    for row in rows:
        if not _names_no_source(row):
            block.append(row)
            continue
        if block and not _equals(row, _sum(block)):
            return []
        if block:
            sums.append(row.row)
        block = []
    return sums if len(sums) > 1 and not block else []


def _names_no_source(row: SpendRow) -> bool:
    return not column_key(row.source or "")


def _sum(rows: Sequence[SpendRow]) -> Decimal:
    return sum(map(_amount, rows), Decimal(0))


def _amount(row: SpendRow) -> Decimal:
    return row.amount or Decimal(0)


def _is_sum_of_others(row: SpendRow, whole: Decimal) -> bool:
    """Return whether a row is the sum of all others.

    `whole` is the sum of all rows.
    """
    return _equals(row, whole - _amount(row))


def _equals(row: SpendRow, total: Decimal) -> bool:
    return bool(row.amount) and abs(_amount(row) - total) <= TOLERANCE
