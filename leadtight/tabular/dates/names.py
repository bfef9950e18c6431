"""Names of months, weekdays and halves of the day.

By language, from CLDR.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from leadtight.tabular.vocabulary.words import folded

BEFORE_NOON = ("am", "a.m.", "a. m.", "a.m", "a m", "vorm.", "vorm", "午前", "上午", "오전")
AFTER_NOON = ("pm", "p.m.", "p. m.", "p.m", "p m", "nachm.", "nachm", "午後", "下午", "오후")
FILLERS = (
    "at on of the um uhr den der le la el a à às as alle ore om kl klo o w v г год р r m d e de del do da y в gada"
    " ngay thang thg nam luc saat στις ที่ เวลา"
)
"""Words that stand between the parts of a date."""

ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
ENGLISH_DAYS = "monday tuesday wednesday thursday friday saturday sunday thur tues weds"
ALSO_MONTHS = {"de": {"mrz": 3}, "ro": {"ian": 1}, "id": {"agt": 8, "mei": 5}}
"""Abbreviations that spreadsheets write and CLDR does not have."""

COUNTRIES_DIFFER = ("ar", "de", "pt")
"""Languages whose month names differ between countries."""

BUDDHIST = frozenset({"th"})
"""Languages whose two-digit years are of another calendar."""


@dataclass(frozen=True, slots=True, eq=False)
class DateWords:
    """Words of one language in dates, folded.

    `exact` has the months as CLDR writes them; `months` also their unambiguous beginnings of three letters or more.
    `others` are other words that may occur in a date. `halves` are the patterns of the hours before and after noon.
    """

    language: str
    exact: dict[str, int]
    months: dict[str, int] = field(repr=False)
    others: frozenset[str] = field(repr=False)
    halves: tuple[re.Pattern[str], re.Pattern[str]] = field(repr=False)


@cache
def english() -> DateWords:
    """Return the English names, which need no library."""
    full = {name: n for n, name in enumerate(ENGLISH_MONTHS, 1)}
    exact = full | {name[:3]: n for name, n in full.items()} | {"sept": 9}
    days = ENGLISH_DAYS.split()
    days += [day[:3] for day in days]
    return _names("en", exact, full, days, (), ())


@cache
def every_language() -> tuple[DateWords, ...]:
    """Return the words of all official languages of CLDR.

    In each of their scripts.
    """
    from babel.core import get_global  # all names cost 0.5 s, and few files need more than English
    from babel.localedata import locale_identifiers

    territories = get_global("territory_languages").values()
    official = {
        code.split("_")[0] for spoken in territories for code, status in spoken.items() if status["official_status"]
    }
    identifiers = (each for each in sorted(locale_identifiers()) if each.split("_")[0] in official and _is_own(each))
    return tuple(names for identifier in identifiers if (names := _of_locale(identifier)))


def _is_own(identifier: str) -> bool:
    """Return whether a locale has its own words.

    A language, a script of it, or a country with its own months.
    """
    language, *rest = identifier.split("_")
    return all(len(part) == 4 for part in rest) or language in COUNTRIES_DIFFER


def _of_locale(identifier: str) -> DateWords | None:
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(identifier)
        widths = [locale.months[c][w] for c in ("format", "stand-alone") for w in ("wide", "abbreviated")]
        days = [locale.days[c][w] for c in ("format", "stand-alone") for w in ("wide", "abbreviated", "short")]
        periods = [dict(locale.day_periods.get("format", {}).get(w, {})) for w in ("wide", "abbreviated")]
    except (UnknownLocaleError, KeyError, ValueError):
        return None
    months = dict(_pairs(widths))
    full = dict(_pairs(widths[::2]))
    others = {word for width in days for name in dict(width).values() for word in words_of(name)}
    fillers = {word for pattern in _patterns(locale) for word in words_of(pattern)}
    am = (str(p["am"]) for p in periods if "am" in p)
    pm = (str(p["pm"]) for p in periods if "pm" in p)
    return _names(identifier.split("_")[0], months, full, others | fillers, am, pm)


def _names(
    language: str,
    exact: dict[str, int],
    full: dict[str, int],
    others: Iterable[str],
    am: Iterable[str],
    pm: Iterable[str],
) -> DateWords:
    exact = exact | ALSO_MONTHS.get(language, {})
    morning, afternoon = {*am, *BEFORE_NOON}, {*pm, *AFTER_NOON}
    return DateWords(
        language,
        exact,
        _beginnings(full) | exact,
        frozenset({*others, *folded(FILLERS).split()}),
        (_half(morning - afternoon), _half(afternoon - morning)),
    )


def _half(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of a half of the day.

    Standing alone or next to a number.
    """
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)
    return re.compile(rf"(?<![^\W\d_])(?:{longest_first})\.?(?![^\W\d_])", re.IGNORECASE)


def _beginnings(full: dict[str, int]) -> dict[str, int]:
    months: dict[str, set[int]] = {}
    for name, number in full.items():
        for length in range(3, len(name) + 1):
            months.setdefault(name[:length], set()).add(number)
    return {word: numbers.pop() for word, numbers in months.items() if len(numbers) == 1}


def _pairs(widths: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for width in widths:
        for number, name in dict(width).items():
            words = words_of(name)
            if len(words) == 1 and not words[0].isdigit():
                yield words[0], int(number)


def _patterns(locale: Any) -> Iterator[str]:
    """Yield the literal words in the language's date formats."""
    formats = [*dict(locale.date_formats).values(), *dict(locale.datetime_formats).values()]
    for pattern in formats:
        yield from re.findall(r"'([^']+)'", str(getattr(pattern, "pattern", pattern)))


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded.

    Without the dots of abbreviations.
    """
    return [folded(word) for word in _WORD.findall(text)]


_WORD = re.compile(r"""[^\s\d,;:/()\[\]{}<>"'’.+|@–—_-]+""")
