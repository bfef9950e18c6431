"""The order of day, month and year in a column.

When the first of two numbers is above 12, the day comes first; when the second is, the month does. A column that shows
neither, or both, has to be asked about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from leadtight.tabular.dates.cell import DateParts

CLEARLY = 20
"""Factor by which one order must be more frequent.

Then the rarer one is taken for errors.
"""

REMEDY = 'set date_format, such as "%d/%m/%Y %H:%M"'


class AmbiguousDatesError(Exception):
    """A column of dates has two readings.

    The text says why; `row` and `value` are an example. The caller adds file and column.
    """

    def __init__(self, reason: str, row: int, value: str, remedy: str = REMEDY) -> None:
        super().__init__(reason)
        self.reason, self.row, self.value, self.remedy = reason, row, value, remedy


def clear_order(day_first: int, month_first: int) -> str | None:
    """Return the order that enough values show, else None."""
    if day_first > month_first * CLEARLY:
        return "dmy"
    return "mdy" if month_first > day_first * CLEARLY else None


@dataclass(slots=True)
class _OrderEvidence:
    """The number of rows that show something.

    `first` is the first of them, with its value.
    """

    count: int = 0
    first: tuple[int, str] | None = None

    def __str__(self) -> str:
        row, value = self.first or (0, "")
        return f"row {row}: {value!r}"

    def add(self, count: int, row: int, text: str) -> None:
        self.count += count
        self.first = min(self.first or (row, text), (row, text))

    def ambiguous(self, reason: str) -> AmbiguousDatesError:
        row, value = self.first or (0, "")
        return AmbiguousDatesError(reason, row, value)


@dataclass(slots=True)
class OrderEvidence:
    """What the values of a column show about their order.

    In `differing`, day and month are different numbers.
    """

    day_first: _OrderEvidence = field(default_factory=_OrderEvidence)
    month_first: _OrderEvidence = field(default_factory=_OrderEvidence)
    differing: _OrderEvidence = field(default_factory=_OrderEvidence)
    year_day: _OrderEvidence = field(default_factory=_OrderEvidence)
    year_month: _OrderEvidence = field(default_factory=_OrderEvidence)
    firsts: set[int] = field(default_factory=set)
    lasts: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, parsed: Iterable[tuple[DateParts, int, int, str]]) -> Self:
        """Return the evidence of parsed values.

        Each has its parts, its number of rows, the first of them, and its text.
        """
        evidence = cls()
        for parts, count, row, text in parsed:
            if parts.month is None and len(parts.numbers) == 3:
                evidence._add(parts, count, row, text)
        return evidence

    def _add(self, parts: DateParts, count: int, row: int, text: str) -> None:
        first, second, third = map(int, parts.numbers)
        if len(parts.numbers[0]) == 4:
            if max(second, third) > 12:
                (self.year_day if second > 12 else self.year_month).add(count, row, text)
            return
        if parts.has_short_year:
            self.firsts.add(first)
            self.lasts.add(third)
        if first != second:
            self.differing.add(count, row, text)
        if max(first, second) > 12 >= min(first, second):
            (self.day_first if first > 12 else self.month_first).add(count, row, text)

    def decide(self, other: str | None) -> str:
        """Return the order to read by.

        `other` is that of another column. Raises AmbiguousDatesError.
        """
        if order := self.shown() or other:
            return order
        raise self.differing.ambiguous("does not tell day from month, so which is first?")

    def shown(self) -> str | None:
        """Return the order that the values show.

        None when they show none. Raises AmbiguousDatesError.
        """
        if self.year_day.count and not self.year_month.count:
            raise self.year_day.ambiguous("writes the year first and then a number above 12")
        if self._may_begin_with_year() and self.differing.count:
            if max(self.firsts) > 31 >= max(self.lasts):
                return "ymd"
            raise self.differing.ambiguous("does not tell the year from the day, so which is first?")
        if order := clear_order(self.day_first.count, self.month_first.count):
            return order
        if self.day_first.count and self.month_first.count:
            both = sorted((self.day_first, self.month_first), key=lambda shown: (shown.count, shown.first))
            raise both[0].ambiguous(f"shows both orders of day and month, so which is first? ({both[1]})")
        return None if self.differing.count else "dmy"

    def _may_begin_with_year(self) -> bool:
        """Return whether two-digit years may come first.

        Above 31, or more constant than the last numbers.
        """
        if not self.firsts:
            return False
        return max(self.firsts) > 31 or (max(self.lasts) <= 31 and len(self.lasts) > len(self.firsts))
