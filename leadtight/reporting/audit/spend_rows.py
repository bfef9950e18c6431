"""Which rows of a file of spend are no spend of their own: totals of the others, by their words or by their sums."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from leadtight.tabular.vocabulary import columns as vocabulary
from leadtight.tabular.vocabulary.names import column_key

TOLERANCE = Decimal("0.05")
"""What a total may differ from the sum of rounded rows."""


@dataclass(frozen=True, slots=True)
class SpendRow:
    """A row of spend: its texts (of every column but the amount), its source and its amount."""

    row: int
    source: str | None
    texts: tuple[str, ...]
    amount: Decimal | None


def totals(rows: Sequence[SpendRow], sources: Collection[str]) -> Mapping[int, str]:
    """Return why rows are totals, by their numbers; `sources` are those of the leads, plain.

    A row is a total that says so, or that names no source and is the sum of others. One that names a source that no
    lead has is one if it stands at an end of the file and is the sum of all others.
    """
    found = {each.row: "is a total of other rows" for each in rows if _says_total(each) and len(rows) > 1}
    rest = [each for each in rows if each.row not in found]
    for each in rest:
        if _names_no_source(each) and _is_sum(each, [other for other in rest if other is not each]):
            found[each.row] = "names no source and is the sum of the others"
    rest = [each for each in rest if each.row not in found]
    for each in dict.fromkeys((*rest[:1], *rest[-1:])):
        others = [other for other in rest if other is not each]
        if len(others) > 1 and plain_source(each.source) not in sources and _is_sum(each, others):
            found[each.row] = "is the sum of all other rows, and no lead has its source"
            break
    return found if len(found) < len(rows) else {}


def plain_source(source: str | None) -> str:
    """Return a source without case, accents, spaces and the marks between its words: spellings of one are one."""
    return column_key(source or "").replace("_", "") or (source or "").strip()


def _says_total(row: SpendRow) -> bool:
    return any(_is_total_word(text) for text in (row.source or "", *row.texts))


def _is_total_word(text: str) -> bool:
    words = vocabulary.words("spend", "total")["words"]
    head = text.partition(":")[0]
    return (
        column_key(text) in words or (":" in text and column_key(head) in words) or _ends_alike(column_key(text), words)
    )


def _ends_alike(text: str, words: Collection[str]) -> bool:
    """Tell whether a text is such as `Total Google` or `Google Ergebnis`: a total's word of its own and a source's."""
    return text.startswith(("total_", "subtotal_", "grand_total_", "summe_", "zwischensumme_", "gesamt_")) and bool(
        words
    )


def _names_no_source(row: SpendRow) -> bool:
    return not column_key(row.source or "")


def _is_sum(row: SpendRow, others: Sequence[SpendRow]) -> bool:
    if row.amount is None or not row.amount or not others:
        return False
    return abs(row.amount - sum((each.amount or Decimal(0) for each in others), Decimal(0))) <= TOLERANCE
