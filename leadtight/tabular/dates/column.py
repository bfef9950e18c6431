"""A column of dates: order, language and times of day.

The column is judged as a whole, and the order of its rows does not matter.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadtight.tabular.dates.cell import DateParts, normalized, parts_of, resolved
from leadtight.tabular.dates.formats import order_of
from leadtight.tabular.dates.moment import Precision, WrittenMoment
from leadtight.tabular.dates.names import DateWords, english, every_language, words_of
from leadtight.tabular.dates.orders import AmbiguousDatesError, OrderEvidence

MOST_WORDINGS = 5000
"""Most wordings of a column's values that are examined."""

_DIGITS = str.maketrans("0123456789", "9" * 10)


@dataclass(frozen=True, slots=True)
class DateReading:
    """How to read the cells of a column.

    `order` is such as `dmy`. `precision` is that of most of its values. `has_time`: they have a time of day, so a value
    without one is not understood.
    """

    order: str
    names: DateWords
    has_time: bool
    precision: Precision
    date_format: str | None = None
    zone: ZoneInfo | None = None

    def read(self, text: str) -> WrittenMoment | None:
        """Return the moment of a cell, None when not understood."""
        moment = self._by_format(text) or self._resolved(text)
        if moment and self.has_time and moment.precision is Precision.DAY:
            return None
        return moment

    def _by_format(self, text: str) -> WrittenMoment | None:
        if self.date_format is None:
            return None
        try:
            local = datetime.strptime(normalized(text), self.date_format)  # noqa: DTZ007 - its zone is the column's
        except ValueError:
            return None
        precision = Precision.DAY
        if "%H" in self.date_format or "%I" in self.date_format:
            precision = Precision.SECOND if "%S" in self.date_format else Precision.MINUTE
        moment = WrittenMoment(local.replace(tzinfo=None), local.utcoffset(), precision)
        return moment if moment.is_plausible() else None

    def _resolved(self, text: str) -> WrittenMoment | None:
        parts = _parts(text, self.names)
        return resolved(parts, self.order, self.names, self.zone) if parts else None


@dataclass(slots=True)
class DateColumn:
    """Collects values of a column, and decides their reading.

    In any order.
    """

    values: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, text: str, row: int, count: int = 1) -> None:
        """Add a value with its number of rows.

        `row` is the first of them.
        """
        previous = self.values.get(text)
        self.values[text] = (previous[0] + count, min(previous[1], row)) if previous else (count, row)

    def decide(
        self, *, date_format: str | None = None, order: str | None = None, zone: ZoneInfo | None = None
    ) -> DateReading:
        """Return how to read the column.

        `order` is that of another column of the file, used when this one shows none. Raises AmbiguousDatesError.
        """
        fixed_order = order_of(date_format) if date_format else None
        names = self._names()
        shown = fixed_order or OrderEvidence.of(self._parsed(names)).decide(order)
        return self._timed(DateReading(shown, names, False, Precision.DAY, date_format, zone))

    def order(self) -> str | None:
        """Return the order that the column shows.

        None when it shows none, or is ambiguous.
        """
        try:
            return OrderEvidence.of(self._parsed(self._names())).shown()
        except AmbiguousDatesError:
            return None

    def _parsed(self, names: DateWords) -> Iterator[tuple[DateParts, int, int, str]]:
        for text, (count, row) in self.values.items():
            if parts := _parts(text, names):
                yield parts, count, row, text

    def _timed(self, reading: DateReading) -> DateReading:
        """Return the reading with `has_time` and `precision`.

        There are times of day when most values have one, and not all are midnight.
        """
        counts: Counter[Precision] = Counter()
        awake = 0
        for text, (count, _) in self.values.items():
            if moment := reading.read(text):
                counts[moment.precision] += count
                awake += not _is_midnight(moment, reading.zone)
        has_time = not counts or (awake > 0 and counts[Precision.DAY] * 2 < counts.total())
        finest = Precision.SECOND if counts[Precision.SECOND] else Precision.MINUTE
        return replace(reading, has_time=has_time, precision=finest if has_time else Precision.DAY)

    def _names(self) -> DateWords:
        """Return the language of the column's words.

        Raises AmbiguousDatesError when two languages would read different months.
        """
        samples: dict[str, tuple[str, int, int]] = {}
        for text, (count, row) in self.values.items():
            wording = text.translate(_DIGITS)
            if wording not in samples and len(samples) == MOST_WORDINGS:
                continue
            previous = samples.get(wording)
            # The order of the rows must not change the sample.
            samples[wording] = (
                (min(previous[0], text), previous[1] + count, min(previous[2], row)) if previous else (text, count, row)
            )
        unread = [sample for sample in samples.values() if _parts(sample[0], english()) is None and words_of(sample[0])]
        return _language_of(unread, list(samples.values())) if unread else english()


def _language_of(unread: list[tuple[str, int, int]], samples: list[tuple[str, int, int]]) -> DateWords:
    words = {word for text, _, _ in unread for word in words_of(normalized(text))}
    likely = [names for names in every_language() if any(w in names.months or w in names.others for w in words)]
    counted = [(sum(n for text, n, _ in samples if _parts(text, names)), names) for names in (english(), *likely)]
    most = max(count for count, _ in counted)
    best = [names for count, names in counted if count == most]
    exact = [names for names in best if not (words & names.months.keys()) - names.exact.keys()] or best
    for text, _, row in samples:
        months = {parts.month: names.language for names in exact if (parts := _parts(text, names))}
        if len(months) > 1:
            readings = ", ".join(f"month {month} in language {name}" for month, name in sorted(months.items(), key=str))
            raise AmbiguousDatesError(f"names a month that is {readings}", row, text, "write the month as a number")
    return exact[0]


def _is_midnight(moment: WrittenMoment, zone: ZoneInfo | None) -> bool:
    """Return whether a moment is midnight.

    As written, or in the company's zone; then there is no time of day.
    """
    if moment.local.time() == datetime.min.time():
        return True
    if moment.offset is None or zone is None:
        return False
    local = moment.local - moment.offset
    return (local.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)).time() == datetime.min.time()


@lru_cache(maxsize=1 << 16)
def _parts(text: str, names: DateWords) -> DateParts | None:
    return parts_of(text, names)
