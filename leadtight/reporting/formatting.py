"""Figures and instants as short text."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
MISSING = "n/a"


def share(rate: float | None) -> str:
    """Return a rate as whole percent.

    A rate that is not quite all, or not quite nothing, never reads as 100 % or 0 %.
    """
    if rate is None:
        return MISSING
    if 0 < rate < 0.01:
        return "<1\u202f%"
    if 0.99 < rate < 1:
        return ">99\u202f%"
    return f"{rate * 100:.0f}\u202f%"


def exact(rate: float | None) -> str:
    """Return a rate as percent with one decimal.

    For tables in which differences count.
    """
    return MISSING if rate is None else f"{rate * 100:.1f}\u202f%"


def amount(value: Decimal | None) -> str:
    """Return money with two decimals and groups of three digits."""
    return MISSING if value is None else f"{value:,.2f}"


def duration(seconds: float | None) -> str:
    """Return a duration in its two largest units.

    As `4 min 12 s` or `2 d 4 h`.
    """
    if seconds is None:
        return MISSING
    left, parts = int(seconds), list[str]()
    for size, name in UNITS:
        if left >= size or (size == 1 and not parts):
            parts.append(f"{left // size}\u202f{name}")
            left %= size
        elif parts:
            break
    return " ".join(parts[:2])


def about(span: timedelta) -> str:
    """Return a span in its largest unit, as `3 days`.

    Less than a minute is `moments`.
    """
    seconds = int(abs(span).total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, name)
    return "moments"


def counted(number: int, noun: str) -> str:
    """Return `1 lead`, `2 leads`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a local time: `Fri 20 Nov, 14:05`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def day(at: datetime, zone: ZoneInfo) -> str:
    """Return a local date: `Friday 20 November 2026`."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def span_of_days(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return the local dates of `[start, end)`.

    As `16 to 22 November 2026`.
    """
    return local_days(start, end - timedelta(microseconds=1), zone)


def local_days(first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """Return the local dates between two instants, both included.

    As `16 to 22 November 2026`.
    """
    begins, ends = first.astimezone(zone).date(), last.astimezone(zone).date()
    if begins == ends:
        return f"{ends.day} {ends:%B %Y}"
    month = "" if (begins.year, begins.month) == (ends.year, ends.month) else f" {begins:%B}"
    year = "" if begins.year == ends.year else f" {begins:%Y}"
    return f"{begins.day}{month}{year} to {ends.day} {ends:%B %Y}"


def plain(word: str) -> str:
    """Return an id as words: `web_form` is `web form`."""
    return word.replace("_", " ")


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """Return words as a list in prose.

    As `a, b and c`.
    """
    *others, last = [*words] or [""]
    return f"{', '.join(others)} {conjunction} {last}" if others else last


def upper_first(text: str) -> str:
    """Return a text with a capital as its first letter."""
    return text[:1].upper() + text[1:]
