"""Days that a row of spend covers.

A day, a week, a month, a quarter, a year, or a range of days.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from leadtight.tabular.dates.names import every_language
from leadtight.tabular.vocabulary.names import column_key
from leadtight.tabular.vocabulary.words import folded

ENGLISH_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_PATTERNS = (
    re.compile(rf"{_YEAR}[-/.]?(?:kw|cw|wk|w|v|u|s|t|week )\s?-?(?P<week>\d{{1,2}})"),
    re.compile(
        r"(?:kw|cw|wk|w|week|woche|semaine|semana|settimana|vecka|uge|uke|viikko|tydzien|tyden)"
        rf"\s?(?P<week>\d{{1,2}})[-/., ]+{_YEAR}"
    ),
    re.compile(rf"{_YEAR}[-/. ]?q(?P<quarter>[1-4])"),
    re.compile(rf"q(?P<quarter>[1-4])[-/. ]*{_YEAR}"),
    re.compile(rf"{_YEAR}[-/.年년 ]+(?P<month>1[0-2]|0?[1-9])[月월]?"),
    re.compile(rf"(?P<month>1[0-2]|0?[1-9])[-/. ]+{_YEAR}"),
    re.compile(rf"(?P<name>[^\W\d_]{{3,12}})\.?[-/., ]+(?:de )?{_YEAR}"),
    re.compile(rf"{_YEAR}[-/., ]+(?P<name>[^\W\d_]{{3,12}})\.?"),
    re.compile(r"(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])"),
    re.compile(_YEAR),
)


@dataclass(frozen=True, slots=True)
class SpendPeriod:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.last - self.first).days + 1

    def shared(self, other: "SpendPeriod") -> int:
        """Count the days that two periods have in common."""
        return max(0, (min(self.last, other.last) - max(self.first, other.first)).days + 1)


@dataclass(frozen=True, slots=True)
class CoveredDays:
    """The days from the first lead to the last.

    `stretch` is the longest run of days without a lead. An empty edge of a row's period that is no longer than that may
    be just another day without leads.
    """

    period: SpendPeriod
    stretch: int

    def share(self, row: SpendPeriod) -> tuple[int, int]:
        """Return the counted days of a row, and all days."""
        shared = self.period.shared(row)
        days_before = max(0, (self.period.first - row.first).days)
        days_after = max(0, (row.last - self.period.last).days)
        is_edge = row.days == 1 and max(days_before, days_after) <= self.stretch
        is_whole = shared > 0 and max(days_before, days_after) <= self.stretch
        return (row.days, row.days) if is_whole or is_edge else (shared, row.days)


def covered(days: Sequence[date]) -> CoveredDays | None:
    """Return the days that leads cover; None without any."""
    if not days:
        return None
    some = sorted(days)
    stretch = max(((later - earlier).days - 1 for earlier, later in pairwise(some)), default=0)
    return CoveredDays(SpendPeriod(some[0], some[-1]), stretch)


def period_of(text: str) -> SpendPeriod | None:
    """Return the week, month, quarter or year in a text.

    None for a day, and for text without a period.
    """
    bare = text.strip().casefold()
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(bare):
            return _period({key: value for key, value in match.groupdict().items() if value})
    return None


def _period(parts: dict[str, str]) -> SpendPeriod | None:
    year = int(parts["year"])
    if "week" in parts:
        return _week(year, int(parts["week"]))
    if "quarter" in parts:
        first = int(parts["quarter"]) * 3 - 2
        return SpendPeriod(date(year, first, 1), month_of(date(year, first + 2, 1)).last)
    if "name" in parts:
        month = _month(parts["name"])
        return month_of(date(year, month, 1)) if month else None
    if "month" in parts:
        return month_of(date(year, int(parts["month"]), 1))
    return SpendPeriod(date(year, 1, 1), date(year, 12, 31))


def _week(year: int, week: int) -> SpendPeriod | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return SpendPeriod(monday, monday + timedelta(days=6))


def month_of(day: date) -> SpendPeriod:
    """Return the month that a day is in."""
    return SpendPeriod(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def periods_of(days: Sequence[date], header: str) -> list[SpendPeriod]:
    """Return the periods that a column of days stands for.

    Months or weeks if all days begin one, else the days themselves.
    """
    different = sorted(set(days))
    words = column_key(header)
    begin_months = all(day.day == 1 for day in different)
    gaps = {(later - earlier).days for earlier, later in pairwise(different)}
    if begin_months and (len(different) > 1 or words in _MONTHS):
        return [month_of(day) for day in days]
    if (words in _WEEKS or len(different) > 2) and all(gap % 7 == 0 for gap in gaps):
        return [SpendPeriod(day, day + timedelta(days=6)) for day in days]
    return [SpendPeriod(day, day) for day in days]


_MONTHS = frozenset(
    [
        "month",
        "monat",
        "mois",
        "mes",
        "mese",
        "maand",
        "manad",
        "maned",
        "kuukausi",
        "miesiac",
        "mesic",
        "месяц",
        "ay",
        "月",
        "月份",
        "월",
    ]
)
_WEEKS = frozenset(
    [
        "week",
        "week_start",
        "week_starting",
        "week_of",
        "woche",
        "semaine",
        "semana",
        "settimana",
        "vecka",
        "uge",
        "uke",
        "viikko",
        "tydzien",
    ]
)


def _month(name: str) -> int | None:
    """Return the number of a month's name in any language.

    None where languages differ, and for an unknown name.
    """
    if name[:3] in ENGLISH_MONTHS:
        return ENGLISH_MONTHS.index(name[:3]) + 1
    months = {names.months[folded(name)] for names in every_language() if folded(name) in names.months}
    return months.pop() if len(months) == 1 else None
