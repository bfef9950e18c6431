"""Readers of single policy values.

Each ValueError says what the value must be.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtight.domain.calendar.business_hours import Period
from leadtight.domain.model.country_codes import CODES

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LONGEST = timedelta(days=366)
_MOST_POINTS = 1_000_000
_LANGUAGE = re.compile("[a-z]{2}")
_ORIGIN = re.compile(r"https?://[^/\s?#@]+")
_CONNECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PHONE_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


def duration(value: Any) -> timedelta:
    """Read a duration such as `1d2h30m10s`.

    Parts may be left out. A day is 24 hours of the calendar that applies.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        raise ValueError(f"not a duration such as 5m, 1h30m or 2d: {value!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if total > _LONGEST.total_seconds():
        raise ValueError(f"must be at most {_LONGEST.days}d: {value!r}")
    return timedelta(seconds=total)


def span(value: Any) -> timedelta:
    """Read a positive duration."""
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
    """Read a web address that a mail may link to."""
    if not isinstance(value, str) or not re.fullmatch(r"https://[^\s\"'<>\\]+", value):
        raise ValueError("must start with https:// and contain no spaces")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    return items(text, "texts", value)


def items(read: Callable[[Any], T], plural: str, value: Any) -> tuple[T, ...]:
    """Read a list, each item by `read`."""
    if not isinstance(value, list):
        raise ValueError(f"must be a list of {plural}")  # noqa: TRY004 - reported as a problem, with its path
    return tuple(map(read, value))


def table_of(read: Callable[[Any], T], plural: str, value: Any) -> Mapping[str, T]:
    """Read a table, each value by `read`."""
    if not isinstance(value, Mapping):
        raise ValueError(f"must be a table of {plural}")  # noqa: TRY004 - reported as a problem, with its path
    return {key: read(each) for key, each in value.items()}


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


def positive(value: Any) -> int:
    """Read a whole number, 1 or more."""
    if not (number := count(value)):
        raise ValueError("must be a whole number, 1 or more")
    return number


def points(value: Any) -> int:
    """Read a whole number of points, which may be negative."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_POINTS:
        raise ValueError(f"must be a whole number between -{_MOST_POINTS} and {_MOST_POINTS}")
    return value


def decimal(value: Any) -> Decimal:
    """Read an exact amount."""
    try:
        amount = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"must be an amount such as 20000 or 99.50: {value!r}")
    return amount


def non_negative(value: Any) -> Decimal:
    """Read an amount that is not negative."""
    if (amount := decimal(value)) < 0:
        raise ValueError(f"must not be negative: {value!r}")
    return amount


def share(value: Any) -> Decimal:
    """Read a share from 0 to 1."""
    if not 0 <= (amount := decimal(value)) <= 1:
        raise ValueError(f"must be between 0 and 1: {value!r}")
    return amount


def proper_share(value: Any) -> Decimal:
    """Read a share above zero and below one."""
    if not 0 < (amount := decimal(value)) < 1:
        raise ValueError(f"must be more than 0 and less than 1: {value!r}")
    return amount


def country(value: Any) -> str:
    """Read an ISO country code."""
    code = text(value)
    if code not in CODES:
        raise ValueError(f"must be an ISO 3166 country code, such as DE or GB: {code!r}")
    return code


def country_in_any_case(value: Any) -> str:
    """Read an ISO country code, in upper case."""
    return country(text(value).upper())


def language(value: Any) -> str:
    """Read an ISO language code."""
    code = text(value)
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f'must be an ISO 639-1 code, such as "de": {code!r}')
    return code


def proper_shares(value: Any) -> tuple[float, ...]:
    """Read a list of shares, each between 0 and 1."""
    if not isinstance(value, list) or not all(isinstance(v, int | float) and 0 < v < 1 for v in value):
        raise ValueError("must be a list of shares between 0 and 1")
    return tuple(float(v) for v in value)


def origin(value: Any) -> str:
    """Read a web origin: scheme, host and an optional port.

    Browsers send it in this form.
    """
    address = text(value)
    if not _ORIGIN.fullmatch(address) or address != address.lower():
        raise ValueError(f"must be an origin such as https://www.example.com, in lower case: {address!r}")
    return address


def connect_id(value: Any) -> str:
    """Read the id of an Amazon Connect resource."""
    if not isinstance(value, str) or not _CONNECT_ID.fullmatch(value):
        raise ValueError("must be an id such as 12345678-1234-1234-1234-123456789012")
    return value


def phone_number(value: Any) -> str:
    """Read an E.164 number."""
    if not isinstance(value, str) or not _PHONE_NUMBER.fullmatch(value):
        raise ValueError("must be a number such as +14155550100")
    return value


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
        raise ValueError(f"must not have a time zone: {value!r}")
    return at


def instant(value: Any) -> datetime:
    """Read an instant; one without a zone is refused."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(text(value))
    if at.tzinfo is None:
        raise ValueError("must have a time zone, such as 2026-12-24T00:00:00+01:00")
    return at.astimezone(UTC)


def day(value: Any) -> date:
    """Read a day such as 2026-12-24."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(text(value))


def one_of(kind: type[E], value: Any) -> E:
    """Read a member of an enumeration."""
    if value not in list(kind):
        raise ValueError(f"must be one of {', '.join(kind)}")
    return kind(value)


def members(value: Any) -> Mapping[str, int]:
    """Read pool members, as a list or with shares.

    A list has equal shares, a table whole ones.
    """
    shares = dict.fromkeys(texts(value), 1) if isinstance(value, list) else dict(value)
    if not shares or not all(type(w) is int and w > 0 for w in shares.values()):
        raise ValueError("must name people, each with a whole share of 1 or more")
    return shares


def weekdays(text: str) -> tuple[int, ...]:
    """Read a day or range of days as numbers.

    Such as `mon` or `mon-fri`. Monday is 0.
    """
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"must be a day or a range of days such as mon-fri: {text!r}")
    start, end = DAYS.index(first), DAYS.index(last or first)
    if end < start:
        raise ValueError(f"a range of days must not cross the end of the week: {text!r}")
    return tuple(range(start, end + 1))


def periods(value: Any) -> tuple[Period, ...]:
    """Read working periods such as `09:00-12:30`.

    They are in order and do not overlap.
    """
    periods = sorted((_period(v) for v in texts(value)), key=lambda period: period.start)
    for earlier, later in pairwise(periods):
        if earlier.end == time() or later.start < earlier.end:
            raise ValueError("periods overlap")
    return tuple(periods)


def some_periods(value: Any) -> tuple[Period, ...]:
    """Read at least one working period."""
    if not (read := periods(value)):
        raise ValueError("must have at least one period: list a closed day in `closed`")
    return read


def _period(text: str) -> Period:
    start, _, end = text.partition("-")
    period = Period(clock_time(start), time() if end == "24:00" else clock_time(end))
    if period.end != time() and period.end <= period.start:
        raise ValueError(f"must end after it starts: {text!r}")
    return period
