"""A column of amounts: decimal mark and single currency."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from leadtight.tabular.amounts.cell import WrittenAmount, written_amount
from leadtight.tabular.amounts.currencies import THREE_DECIMALS, codes_of
from leadtight.tabular.vocabulary.words import folded

CLEARLY = 20
"""Factor by which one decimal mark must be more frequent.

Then the rarer one is taken for errors.
"""


class AmbiguousAmountsError(Exception):
    """The amounts of a column have two readings.

    The text says why; `row` and `value` are an example.
    """

    def __init__(self, reason: str, row: int, value: str) -> None:
        super().__init__(reason)
        self.reason, self.row, self.value = reason, row, value


@dataclass(frozen=True, slots=True)
class AmountReading:
    """How to read the cells of a column.

    `decimal` is its decimal mark; `mixed` has rows and values where currencies differ.
    """

    decimal: str | None
    mixed: tuple[tuple[int, str], ...] = ()

    def read(self, text: str) -> Decimal | None:
        """Return the amount of a cell.

        None when it is not understood, and in a column of several currencies.
        """
        amount = written_amount(text)
        return amount.value(self.decimal) if amount and not self.mixed else None


@dataclass(slots=True)
class AmountColumn:
    """Collects values of a column, and decides their reading.

    In any order. `currencies` has those of the column beside it, each with its first row and the amount there.
    """

    values: dict[str, tuple[int, int]] = field(default_factory=dict)
    currencies: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, text: str, row: int, count: int = 1, currency: str = "") -> None:
        """Add a value with its number of rows.

        `row` is the first of them, `currency` the one beside the value.
        """
        previous = self.values.get(text)
        self.values[text] = (previous[0] + count, min(previous[1], row)) if previous else (count, row)
        if currency:
            first = (row, f"{text} {currency}")
            self.currencies[currency] = min(self.currencies.get(currency, first), first)

    def decide(self, decimal: str | None = None) -> AmountReading:
        """Return how to read the column.

        `decimal` overrides the detected mark. Raises AmbiguousAmountsError.
        """
        written = [(a, n, row, text) for text, (n, row) in self.values.items() if (a := written_amount(text))]
        return AmountReading(decimal or _decimal(written), _mixed(written, self.currencies))


def read_amount(text: str, decimal: str | None = None) -> Decimal | None:
    """Parse a single amount, None when not understood."""
    amount = written_amount(text)
    return amount.value(decimal) if amount else None


def _decimal(written: list[tuple[WrittenAmount, int, int, str]]) -> str | None:
    """Return the decimal mark that the column shows.

    None when none is needed. Raises AmbiguousAmountsError.
    """
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
    """Return an example of each currency if they conflict.

    Row and value. Currencies conflict when no single one fits all amounts.
    """
    signs = [(amount.currencies, (row, text)) for amount, _, row, text in written if amount.currencies]
    return _several(signs + [(_codes(name), where) for name, where in beside.items()])


def several_named(names: Mapping[str, int]) -> tuple[tuple[int, str], ...]:
    """Return an example of each currency name if they differ.

    Row and name; `names` has first rows.
    """
    return _several((_codes(name), (row, name)) for name, row in names.items())


def _codes(name: str) -> frozenset[str]:
    """Return the currencies that a name may stand for.

    An unknown name is a currency by itself.
    """
    return codes_of(name) or frozenset({folded(name)})


def _several(pairs: Iterable[tuple[frozenset[str], tuple[int, str]]]) -> tuple[tuple[int, str], ...]:
    first: dict[frozenset[str], tuple[int, str]] = {}
    for currencies, where in pairs:
        first[currencies] = min(first.get(currencies, where), where)
    if not first or frozenset.intersection(*first):
        return ()
    return tuple(sorted(first.values()))
