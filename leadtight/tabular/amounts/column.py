"""A column of amounts: which mark is the decimal one, and that all are in one currency."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from leadtight.tabular.amounts.cell import WrittenAmount, written_amount
from leadtight.tabular.amounts.currencies import THREE_DECIMALS, codes_of
from leadtight.tabular.vocabulary.words import folded

CLEARLY = 20
"""How many times more often one decimal mark must be shown than the other before the few are taken for errors."""


class AmbiguousAmountsError(Exception):
    """Amounts of a column can be read in two ways; the text says why, and `row` and `value` show it."""

    def __init__(self, reason: str, row: int, value: str) -> None:
        super().__init__(reason)
        self.reason, self.row, self.value = reason, row, value


@dataclass(frozen=True, slots=True)
class AmountReading:
    """How to read the cells of a column: its decimal mark; `mixed` has rows and values where currencies differ."""

    decimal: str | None
    mixed: tuple[tuple[int, str], ...] = ()

    def read(self, text: str) -> Decimal | None:
        """Return the amount of a cell, None where it is not understood. A column of several currencies has none."""
        amount = written_amount(text)
        return amount.value(self.decimal) if amount and not self.mixed else None


@dataclass(slots=True)
class AmountColumn:
    """Collects the values of a column, in any order, and decides how they are to be read.

    `currencies` has what a column beside it says, with the first row that says so and its amount.
    """

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    currencies: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, text: str, row: int, count: int = 1, currency: str = "") -> None:
        """Add a value that stands in `count` rows, of which `row` is the first, in the currency beside it."""
        previous = self.values.get(text)
        self.values[text] = (previous[0] + count, min(previous[1], row)) if previous else (count, row)
        if currency:
            first = (row, f"{text} {currency}")
            self.currencies[currency] = min(self.currencies.get(currency, first), first)

    def decided(self, decimal: str | None = None) -> AmountReading:
        """Return how to read the column; `decimal` is told. Raises AmbiguousAmountsError."""
        written = [(a, n, row, text) for text, (n, row) in self.values.items() if (a := written_amount(text))]
        return AmountReading(decimal or _decimal(written), _mixed(written, self.currencies))


def read_amount(text: str, decimal: str | None = None) -> Decimal | None:
    """Return an amount that stands alone, None where it is not understood."""
    amount = written_amount(text)
    return amount.value(decimal) if amount else None


def _decimal(written: list[tuple[WrittenAmount, int, int, str]]) -> str | None:
    """Return the mark that the column shows, None where none is needed. Raises AmbiguousAmountsError."""
    shown: Counter[str] = Counter()
    for amount, count, _, _ in written:
        if mark := amount.shown_mark:
            shown[mark] += count
    commas, dots = shown[","], shown["."]
    if commas > dots * CLEARLY or dots > commas * CLEARLY:
        return "," if commas > dots else "."
    is_open = [(row, text) for amount, _, row, text in written if amount.is_open]
    if commas and dots and is_open:
        raise AmbiguousAmountsError("shows both decimal marks, so this value has two readings", *min(is_open))
    parts = [(row, text) for amount, _, row, text in written if amount.is_open and amount.currencies & THREE_DECIMALS]
    if parts and not shown:
        raise AmbiguousAmountsError("is in a currency with three decimals, so this value has two readings", *min(parts))
    return None


def _mixed(
    written: list[tuple[WrittenAmount, int, int, str]], beside: Mapping[str, tuple[int, str]]
) -> tuple[tuple[int, str], ...]:
    """Return the first row and value of each currency when no one currency can be that of all amounts."""
    signs = [(amount.currencies, (row, text)) for amount, _, row, text in written if amount.currencies]
    return _several(signs + [(_codes(name), where) for name, where in beside.items()])


def several_named(names: Mapping[str, int]) -> tuple[tuple[int, str], ...]:
    """Return the first row and name of each currency of a column when they are not one; `names` has first rows."""
    return _several((_codes(name), (row, name)) for name, row in names.items())


def _codes(name: str) -> frozenset[str]:
    """Return the currencies that a name may stand for; of none that is known it is one by itself."""
    return codes_of(name) or frozenset({folded(name)})


def _several(pairs: Iterable[tuple[frozenset[str], tuple[int, str]]]) -> tuple[tuple[int, str], ...]:
    first: dict[frozenset[str], tuple[int, str]] = {}
    for currencies, where in pairs:
        first[currencies] = min(first.get(currencies, where), where)
    if not first or frozenset.intersection(*first):
        return ()
    return tuple(sorted(first.values()))
