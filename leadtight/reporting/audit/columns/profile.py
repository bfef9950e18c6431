"""Content of columns, judged by the first rows.

It confirms or contradicts what their names suggest.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from leadtight.reporting.audit import durations
from leadtight.reporting.audit.source_file import SourceFile
from leadtight.reporting.facts.table import connect, quoted
from leadtight.tabular.blanks import BLANKS
from leadtight.tabular.errors import NoTableError

LOOKED_AT = 400
"""Rows that show what a column holds."""

MOSTLY = 0.8
"""Share of a column's cells that must be alike."""

MOST_CHOICES = 40
SHOWN = 3


class ContentKind(StrEnum):
    """What a column holds, as a person would say it."""

    NOTHING = "nothing"
    TIMES = "times of day with their dates"
    DATES = "dates without a time of day"
    CLOCK = "times of day or durations"
    DURATIONS = "durations"
    STAMPS = "numbers that may be times"
    NUMBERS = "numbers"
    ADDRESSES = "e-mail addresses"
    PHONES = "phone numbers"
    CHOICES = "a few different values"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The content of a column in the examined rows.

    `filled` counts its cells, `different` their distinct values; `samples` are the first of these.
    """

    name: str
    holds: ContentKind
    filled: int
    different: int
    samples: tuple[str, ...]

    @property
    def is_unique(self) -> bool:
        """Return whether no value is repeated."""
        return self.filled > 1 and self.different == self.filled


_SHORT = r"(?!(?s:.{201}))"
"""Rejects texts too long for a number or time."""

_CURRENCY = r"\s*+(?:[A-Z]{3}|[^\W\d_]{1,4}(?:[.$]|(?<=[^A-Za-z])| )|[^\w\s(),.-]{1,3})?\s*+"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = (
    r"(?:\d{4}[-/.年년]\s?\d{1,2}[-/.月월]\s?\d{1,2}[日일]?|\d{1,2}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{2,4}"
    rf"|\d{{1,2}}[-/. ]{{1,2}}(?:de )?{_MONTH}[-/, ]{{1,2}}(?:de )?\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
    r"|20\d{6}(?=T|$))"
)
_KINDS: tuple[tuple[ContentKind, re.Pattern[str]], ...] = (
    (ContentKind.ADDRESSES, re.compile(r"[^@\s,;]+@[^@\s,;]+\.\w+")),
    (ContentKind.TIMES, re.compile(rf"{_SHORT}(?:\w+,? )?{_DATE}\D{{1,8}}\d{{1,2}}\s?[:.hH時시点时]\s?\d{{2}}.*")),
    (ContentKind.TIMES, re.compile(r"(?:19|20)\d{6}T\d{4}(?:\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?")),
    (ContentKind.DATES, re.compile(rf"{_SHORT}(?:\w+,? )?{_DATE}\.?")),
    (ContentKind.CLOCK, re.compile(r"\d{1,3}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[APap]\.?[Mm]\.?)?")),
    (ContentKind.STAMPS, re.compile(r"1[0-9]{9}(?:[0-9]{3})?|[3-5][0-9]{4}(?:[.,][0-9]+)?")),
    (
        ContentKind.NUMBERS,
        re.compile(rf"{_SHORT}{_CURRENCY}[(-]?{_CURRENCY}\d[\d.,'’\s]*(?:{_CURRENCY}|\s?[^\W\d_]{{1,4}}\.?)\)?"),
    ),
    (ContentKind.PHONES, re.compile(_SHORT + r"(?=(?:\D*\d){7,15}\D*$)[+(\d][\d\s()./-]+(?:\s?(?:ext|x)\.?\s?\d+)?")),
)
_PHONE_LIKE = re.compile(r"\+\d[\d\s()./-]{6,}|\(?0[\d\s()./-]{6,}\d")


def profile(sheet: SourceFile) -> dict[str, ColumnProfile]:
    """Return the apparent content of each column."""
    cells: dict[str, list[str]] = {name: [] for name in sheet.columns}
    with suppress(NoTableError):  # a bad row is reported where all rows are read
        for row in islice(_rows(sheet), LOOKED_AT):
            for name, cell in zip(sheet.columns, row, strict=False):
                text = cell.strip()
                if text and text.lower() not in BLANKS:
                    cells[name].append(text)
    return {name: _column(name, values) for name, values in cells.items()}


def times_in(profiles: Mapping[str, ColumnProfile]) -> tuple[str, ...]:
    """Return the columns of times.

    Those with a time of day come first.
    """
    kinds = (ContentKind.TIMES, ContentKind.DATES)
    return tuple(name for kind in kinds for name, each in profiles.items() if each.holds is kind)


def _column(name: str, values: list[str]) -> ColumnProfile:
    different = list(dict.fromkeys(values))
    return ColumnProfile(name, _held(values, different), len(values), len(different), tuple(different[:SHOWN]))


def _held(values: list[str], different: list[str]) -> ContentKind:
    if not values:
        return ContentKind.NOTHING
    kinds = Counter(map(_kind, different))
    least = MOSTLY * len(different)
    kind, count = kinds.most_common(1)[0]
    if kind is not ContentKind.TEXT and count >= least:
        return kind
    if kinds[ContentKind.TIMES] + kinds[ContentKind.DATES] >= least:
        return ContentKind.TIMES
    if (
        sum(kinds[each] for each in (ContentKind.DURATIONS, ContentKind.CLOCK, ContentKind.NUMBERS)) >= least
        and kinds[ContentKind.DURATIONS]
    ):
        return ContentKind.DURATIONS
    if kinds[ContentKind.NUMBERS] + kinds[ContentKind.STAMPS] >= least:
        return ContentKind.NUMBERS
    if kinds[ContentKind.PHONES] + kinds[ContentKind.NUMBERS] + kinds[ContentKind.STAMPS] >= least:
        return ContentKind.PHONES
    few = len(different) <= MOST_CHOICES and (len(different) * 2 <= len(values) or len(different) <= 8)
    return ContentKind.CHOICES if few else ContentKind.TEXT


def _kind(text: str) -> ContentKind:
    kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(text)), ContentKind.TEXT)
    if kind is ContentKind.NUMBERS and _PHONE_LIKE.fullmatch(text):
        return ContentKind.PHONES
    may_be_length = kind in (ContentKind.NUMBERS, ContentKind.TEXT)
    return ContentKind.DURATIONS if may_be_length and durations.seconds(text, None) is not None else kind


def _rows(sheet: SourceFile) -> Iterator[list[str]]:
    if sheet.kind == "parquet":
        cells = ", ".join(f"{_name(name)}::varchar" for name in sheet.columns)
        with connect() as connection:
            rows = connection.execute(
                f"select {cells} from read_parquet({quoted(str(sheet.path))}) limit {LOOKED_AT}"
            ).fetchall()
        return iter([["" if cell is None else cell for cell in row] for row in rows])
    return sheet.own_rows()


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
