"""Typed reads from TOML tables: every problem is collected under the path of its key."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtight.domain.calendar.business_hours import Period
from leadtight.domain.model.country_codes import CODES
from leadtight.domain.model.errors import Problem
from leadtight.domain.model.stage import Stage

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LONGEST = timedelta(days=366)
_MOST_POINTS = 1_000_000
_LANGUAGE = re.compile("[a-z]{2}")


class Table:
    """One table of the file: typed reads that collect problems under its path, and a check for unknown keys."""

    def __init__(self, value: Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self._problems = problems
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self._read: set[str] = set()
        if not isinstance(value, Mapping):
            self.problem("", "must be a table")

    def problem(self, key: str, detail: str) -> None:
        self._problems.append(Problem(f"{self.path}.{key}".strip("."), detail))

    def get(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        self._read.add(key)
        if key not in self._value:
            return default
        try:
            return read(self._value[key])
        except (ValueError, TypeError) as error:
            self.problem(key, str(error))
            return default

    def need(self, key: str, read: Callable[[Any], T], default: D) -> T | D:
        if key not in self._value:
            self.problem(key, "is missing")
        return self.get(key, read, default)

    def table(self, key: str) -> "Table":
        self._read.add(key)
        return Table(self._value.get(key, {}), f"{self.path}.{key}".strip("."), self._problems)

    def tables(self, key: str) -> list["Table"]:
        """Return an array of tables."""
        self._read.add(key)
        given = self._value.get(key, [])
        if not isinstance(given, list):
            self.problem(key, "must be an array of tables")
            return []
        return [Table(v, f"{self.path}.{key}[{i}]".strip("."), self._problems) for i, v in enumerate(given)]

    def items(self) -> Iterator[tuple[str, "Table"]]:
        """Yield the named tables inside this one."""
        for key in self._value:
            yield key, self.table(key)

    def named(self, key: str, read: Callable[[str], T], default: D) -> T | D:
        """Read the key itself, where the key carries meaning."""
        try:
            return read(key)
        except ValueError as error:
            self.problem(key, str(error))
            return default

    def given(self) -> tuple[str, ...]:
        """Return the keys that are given."""
        return tuple(self._value)

    def has(self, key: str) -> bool:
        return key in self._value

    @contextmanager
    def closed(self) -> Iterator["Table"]:
        """Report the keys that nobody read: a misspelt key must not be silently without effect."""
        yield self
        for key in self._value.keys() - self._read:
            from leadtight.domain.text.suggestions import did_you_mean  # a mistake is rare, and a cold start is not

            self.problem(key, f"unknown key{did_you_mean(key, self._read)}")


def duration(value: Any) -> timedelta:
    """Return the length that `1d2h30m10s` or a part of it names (a day is 24 hours of whatever calendar applies)."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise ValueError(f"not a duration such as 5m, 1h30m or 2d: {value!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if total > _LONGEST.total_seconds():
        raise ValueError(f"must be at most {_LONGEST.days}d: {value!r}")
    return timedelta(seconds=total)


def span(value: Any) -> timedelta:
    """Read a duration that is longer than nothing."""
    length = duration(value)
    if not length:
        raise ValueError("must be a positive duration")
    return length


def text(value: Any) -> str:
    """Read non-empty text."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value


def web_address(value: Any) -> str:
    """Read the address of a web page, as a mail may link to it."""
    if not isinstance(value, str) or not re.fullmatch(r"https://[^\s\"'<>\\]+", value):
        raise ValueError("must begin with https:// and be without spaces")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise ValueError("must be a list of texts")  # noqa: TRY004 - reported as a problem, with its path
    return tuple(text(v) for v in value)


def text_map(value: Any) -> Mapping[str, str]:
    """Read a table of texts."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of texts")  # noqa: TRY004 - reported as a problem, with its path
    return {k: text(v) for k, v in value.items()}


def texts_map(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Read a table of lists of texts."""
    if not isinstance(value, Mapping):
        raise ValueError("must be a table of lists of texts")  # noqa: TRY004 - reported as a problem, with its path
    return {k: texts(v) for k, v in value.items()}


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - reported as a problem, with its path
    return value


def count(value: Any) -> int:
    """Read a whole number, 0 or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("must be a whole number, 0 or more")
    return value


def points(value: Any) -> int:
    """Read a whole number of points, also fewer than none."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_POINTS:
        raise ValueError(f"must be a whole number between -{_MOST_POINTS} and {_MOST_POINTS}")
    return value


def decimal(value: Any) -> Decimal:
    """Read an amount exactly."""
    try:
        amount = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"must be an amount such as 20000 or 99.50: {value!r}")
    return amount


def country(value: Any) -> str:
    """Read the ISO code of a country."""
    code = text(value)
    if code not in CODES:
        raise ValueError(f"must be the two letters of a country, such as DE or GB: {code!r}")
    return code


def countries(value: Any) -> tuple[str, ...]:
    """Read a list of ISO codes of countries: leads have no other, so that any other would never hold."""
    return tuple(country(code.upper()) for code in texts(value))


def language(value: Any) -> str:
    """Read the ISO code of a language."""
    code = text(value)
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f'must be an ISO 639-1 code, such as "de": {code!r}')
    return code


def shares(value: Any) -> tuple[float, ...]:
    """Read a list of shares, each between 0 and 1."""
    if not isinstance(value, list) or not all(isinstance(v, int | float) and 0 < v < 1 for v in value):
        raise ValueError("must be a list of shares between 0 and 1")
    return tuple(float(v) for v in value)


def zone(value: Any) -> ZoneInfo:
    """Read the name of a time zone."""
    name = text(value)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:  # OSError: the name of a directory, or too long for a file
        raise ValueError(f"unknown time zone {name!r}") from error


def clock_time(value: Any) -> time:
    """Read a time of day such as 10:00."""
    at = value if isinstance(value, time) else time.fromisoformat(text(value))
    if at.tzinfo is not None:
        raise ValueError(f"must have no time zone of its own: {value!r}")
    return at


def instant(value: Any) -> datetime:
    """Read an instant; one without a zone is refused."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(text(value))
    if at.tzinfo is None:
        raise ValueError("needs a time zone, such as 2026-12-24T00:00:00+01:00")
    return at.astimezone(UTC)


def dates(value: Any) -> tuple[date, ...]:
    """Read a list of days."""
    if not isinstance(value, list):
        raise ValueError("must be a list of dates")  # noqa: TRY004 - reported as a problem, with its path
    return tuple(day(v) for v in value)


def day(value: Any) -> date:
    """Read a day such as 2026-12-24."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(text(value))


def one_of(kind: type[E], value: Any) -> E:
    """Read one of the words of a kind."""
    if value not in list(kind):
        raise ValueError(f"must be one of {', '.join(kind)}")
    return kind(value)


def stage(value: Any) -> Stage:
    """Read the name of a stage."""
    if value not in list(Stage):
        raise ValueError(f"must be one of {', '.join(Stage)}")
    return Stage(value)


def weights(value: Any) -> Mapping[str, int]:
    """Read pool members: a list of people with equal shares, or a table of people and whole shares."""
    shares = dict.fromkeys(texts(value), 1) if isinstance(value, list) else dict(value)
    if not shares or not all(type(w) is int and w > 0 for w in shares.values()):
        raise ValueError("must name people, each with a whole share of 1 or more")
    return shares


def stages(value: Any) -> tuple[Stage, ...]:
    """Read a list of stages."""
    return tuple(stage(v) for v in texts(value))


def weekdays(text: str) -> tuple[int, ...]:
    """Read a day (`mon`) or a range of days (`mon-fri`) as weekday numbers, Monday 0."""
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"must be a day or a range of days such as mon-fri: {text!r}")
    start, end = DAYS.index(first), DAYS.index(last or first)
    if end < start:
        raise ValueError(f"a range of days must not run over the week's end: {text!r}")
    return tuple(range(start, end + 1))


def periods(value: Any) -> tuple[Period, ...]:
    """Read working periods such as `09:00-12:30`, in order and without overlap."""
    periods = sorted((_period(v) for v in texts(value)), key=lambda period: period.start)
    for one, two in pairwise(periods):
        if one.end == time() or two.start < one.end:
            raise ValueError("periods overlap")
    return tuple(periods)


def some_periods(value: Any) -> tuple[Period, ...]:
    """Read at least one working period."""
    if not (read := periods(value)):
        raise ValueError("must have at least one period: a day without any belongs into `closed`")
    return read


def _period(text: str) -> Period:
    start, _, end = text.partition("-")
    period = Period(clock_time(start), time() if end == "24:00" else clock_time(end))
    if period.end != time() and period.end <= period.start:
        raise ValueError(f"must end after it starts: {text!r}")
    return period
