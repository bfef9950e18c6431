"""Parsing of a date in one cell.

Which of its numbers is the day is not known yet.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from leadtight.tabular.dates.moment import Precision, WrittenMoment
from leadtight.tabular.dates.names import BUDDHIST, DateWords
from leadtight.tabular.dates.zones import BRACKETED, ZONE, named_offset, zone_of
from leadtight.tabular.vocabulary.words import folded

_MARKS = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u061c\ufeff"))
_COLON = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?(?!\d)")
_OTHER_TIMES = (
    re.compile(r"(?<!\d)(\d{1,2})\s*[時时點点시]\s*(?:(\d{1,2})\s*[分분])?\s*(?:(\d{1,2})\s*[秒초])?()"),
    re.compile(r"(?<!\d)(\d{1,2})\s?[hH]\s?(\d{2})(?:\s?(?:min|mn|m)?\s?(?:(\d{2})\s?s)?)?()(?!\w)"),
    re.compile(r"(?<!\d)(\d{1,2})()()()\s?Uhr\b"),
)
_DOTTED = re.compile(r"(?<=[\s,T])(\d{1,2})\.(\d{2})(?:\.(\d{2})(?:[.,](\d{1,9}))?)?(?![\d.])")
_HOUR = re.compile(r"(?<![\d:.])(\d{1,2})()()()(?=\s?[AaPp]\.?\s?[Mm])")
_CLOCK = re.compile(r"(?<=\d)[Tt](?=\d)")
_COMPACT_CLOCK = re.compile(r"^(\d{8})[Tt ](\d{2})(\d{2})(\d{2})?(?=$|[Zz+-])")
_NUMERIC = re.compile(r"(\d{1,4})(?:\s*([-/.])\s*|(\s))(\d{1,2})(?:\s*\2\s*|\3)(\d{1,4})(?!\d)")
_EASTERN = re.compile(r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]?$")
_TOKEN = re.compile(r"""\d+|[^\s\d,;:/()\[\]{}<>"'’.+|@–—_-]+""")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ère|re|º|ª|°|ste|ème|e|:[ae])(?![^\W\d])")
_WEEKDAY_SIGN = re.compile(
    r"(?<!\s)\s*+(?:[(（]?(?:星期|周|週|礼拜)?[日月火水木金土一二三四五六天월화수목금토일](?:曜日?|요일)?[)）])|(?:星期|周|週)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일"
)
SERIAL_1970 = 25569


@dataclass(frozen=True, slots=True)
class DateParts:
    """The parts of a date in a cell.

    `numbers` are as written, in order: three, or two with a named `month`. `clock` is the time of day, `zone` an offset
    or a name as written. `moment` is set instead when the cell is a single number.
    """

    numbers: tuple[str, ...] = ()
    month: int | None = None
    month_first: bool = False
    clock: time | None = None
    zone: str | timedelta | None = None
    precision: Precision = Precision.DAY
    moment: WrittenMoment | None = None

    @property
    def has_short_year(self) -> bool:
        """Return whether no number is a four-digit year."""
        return bool(self.numbers) and all(len(number) <= 2 for number in self.numbers)


@lru_cache(maxsize=1 << 14)
def normalized(text: str) -> str:
    """Return a text with plain spaces and digits.

    Without marks of direction.
    """
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in text).strip()


def parts_of(text: str, names: DateWords) -> DateParts | None:
    """Parse the parts of a date.

    None when any part is not understood.
    """
    text = normalized(text)
    if number := _in_one_number(text):
        return DateParts(moment=number, precision=number.precision)
    text, bracketed = _without_brackets(text)
    compact = _COMPACT_CLOCK.match(text)
    if compact:
        clock = f"{compact[2]}:{compact[3]}" + (f":{compact[4]}" if compact[4] else "")
        text = f"{compact[1]} {clock}{text[compact.end() :]}"
    text = _CLOCK.sub(" ", text)
    head, clock_match, tail = _around_clock(text, names)
    if clock_match is None:
        numbers = _date_of(head, names)
        return DateParts(*numbers) if numbers and not bracketed else None
    half, head, tail = _half_of_day(head, tail, names)
    zoned = ZONE.match(tail)
    if zoned and zoned["name"] and folded(zoned["name"]) in names.others | names.months.keys():
        zoned = None
    day = _date_of(head + " " + (tail[zoned.end() :] if zoned else tail), names)
    at = _time(clock_match, half)
    if day is None or at is None:
        return None
    written = zone_of(zoned) if zoned else None if _is_filler(bracketed, names) else bracketed
    precision = Precision.SECOND if clock_match[3] else Precision.MINUTE
    return DateParts(*day, clock=at, zone=written, precision=precision)


def _without_brackets(text: str) -> tuple[str, str]:
    """Return a text without its bracketed zone, and the zone.

    The zone is empty when an offset precedes it.
    """
    match = BRACKETED.search(text)
    if not match or not _COLON.search(text[: match.start()]):
        return text, ""
    rest = text[: match.start()]
    clock = _COLON.search(rest)
    has_offset = clock and ZONE.search(rest, clock.end())
    return rest, "" if has_offset else (match["iana"] or match["name"]).strip()


def _around_clock(text: str, names: DateWords) -> tuple[str, re.Match[str] | None, str]:
    for pattern in (_COLON, *_OTHER_TIMES, _HOUR):
        if match := pattern.search(text):
            return text[: match.start()], match, text[match.end() :]
    for match in _DOTTED.finditer(text):
        if _date_of(text[: match.start()], names):
            return text[: match.start()], match, text[match.end() :]
    return text, None, ""


def _half_of_day(head: str, tail: str, names: DateWords) -> tuple[str, str, str]:
    """Return `am`, `pm` or nothing, and the remaining text.

    The text before and after the clock, without the half of the day.
    """
    for half, pattern in zip(("am", "pm"), names.halves, strict=True):
        lead = len(tail) - len(tail.lstrip())
        if match := pattern.match(tail, lead):
            return half, head, tail[match.end() :]
        matches = [m for m in pattern.finditer(head) if not head[m.end() :].strip()]
        if matches:
            return half, head[: matches[-1].start()], tail
    return "", head, tail


def _time(match: re.Match[str], half: str) -> time | None:
    hour, minute, second = (int(match[n] or 0) for n in (1, 2, 3))
    micro = int((match[4] or "0").ljust(6, "0")[:6])
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time(hour, minute, second, micro)


@lru_cache(maxsize=1 << 12)
def _date_of(text: str, names: DateWords) -> tuple[tuple[str, ...], int | None, bool] | None:
    """Return the numbers of a date, and its named month.

    The last item is whether the month comes first.
    """
    text = text.strip(" ,;|@-–—")
    if re.fullmatch(r"\d{8}", text):
        return (text[:4], text[4:6], text[6:]), None, False
    if match := _EASTERN.match(_WEEKDAY_SIGN.sub("", text).strip()):
        return (match[1], match[2], match[3]), None, False
    text = _ORDINAL.sub("", text)
    match = _NUMERIC.search(text)
    if match and _is_filler(text[: match.start()], names) and _is_filler(text[match.end() :], names):
        return (match[1], match[4], match[5]), None, False
    return _with_month(text, names)


def _with_month(text: str, names: DateWords) -> tuple[tuple[str, ...], int | None, bool] | None:
    numbers: list[str] = []
    month, month_first = None, False
    for token in _TOKEN.findall(text):
        if token.isdigit():
            numbers.append(token)
            continue
        word = folded(token)
        if month is None and word in names.months:
            month, month_first = names.months[word], not numbers
        elif word not in names.others:
            return None
    if month is None or len(numbers) != 2 or any(len(n) not in (1, 2, 4) for n in numbers):
        return None
    return tuple(numbers), month, month_first


def _is_filler(text: str, names: DateWords) -> bool:
    return all(folded(token) in names.others for token in _TOKEN.findall(text))


def resolved(parts: DateParts, order: str, names: DateWords, zone: ZoneInfo | None) -> WrittenMoment | None:
    """Return the moment of parts in an order like `dmy`.

    None when there is no such day. `zone` is the company's, in which an abbreviation may be unambiguous. A four-digit
    year is the year wherever it stands; two-digit years are 1970 to 2069.
    """
    if parts.moment:
        return parts.moment
    by_part = _by_part(parts, order)
    if by_part is None:
        return None
    year, month, day = by_part
    if len(year) <= 2 and names.language in BUDDHIST:
        return None
    try:
        whole = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)
        local = datetime.combine(date(whole, month, int(day)), parts.clock or time())
    except ValueError:
        return None
    offset = named_offset(parts.zone, local, zone) if isinstance(parts.zone, str) else parts.zone
    if parts.zone is not None and offset is None:
        return None
    moment = WrittenMoment(local, offset, parts.precision)
    return moment if moment.is_plausible() and len(year) in (2, 4) else None


def _by_part(parts: DateParts, order: str) -> tuple[str, int, str] | None:
    """Return year, month and day."""
    numbers = parts.numbers
    if parts.month is not None:
        first_is_year = len(numbers[0]) == 4 or (not parts.month_first and len(numbers[1]) <= 2 and order[0] == "y")
        year, day = numbers if first_is_year else numbers[::-1]
        return year, parts.month, day
    if len(numbers[0]) == 4 and order[0] != "y":
        order = "ymd"
    if len(numbers[2]) == 4 and order[0] == "y":
        order = "mdy" if order == "ymd" else "dmy"
    by_letter = dict(zip(order, numbers, strict=True))
    return by_letter["y"], int(by_letter["m"]), by_letter["d"]


_NUMBER = re.compile(r"(\d{5})(?:[.,](\d+))?$|(\d{10}|\d{13}|\d{16})(?:[.](\d+))?$|(\d{14})$|(\d{12})$")


def _in_one_number(text: str) -> WrittenMoment | None:
    """Return the moment that a single number stands for.

    A spreadsheet's days, seconds (or smaller units) since 1970, or the digits of a date.
    """
    match = _NUMBER.match(text)
    if match is None:
        return None
    try:
        if match[1]:
            seconds = round((float(f"{match[1]}.{match[2] or 0}") - SERIAL_1970) * 86400)
            return _plausible(_since_1970(seconds), None, Precision.SECOND if match[2] else Precision.DAY)
        if match[3]:
            micros = int(match[3]) * 10**6 // 10 ** (len(match[3]) - 10)
            micros += int((match[4] or "0").ljust(6, "0")[:6]) if len(match[3]) == 10 else 0
            return _plausible(_since_1970(0) + timedelta(microseconds=micros), timedelta(0), Precision.SECOND)
        form = "%Y%m%d%H%M%S" if match[5] else "%Y%m%d%H%M"
        precision = Precision.SECOND if match[5] else Precision.MINUTE
        return _plausible(datetime.strptime(text, form), None, precision)  # noqa: DTZ007 - its zone is the column's
    except (ValueError, OverflowError):
        return None


def _since_1970(seconds: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - on the wall clock that is meant


def _plausible(local: datetime, offset: timedelta | None, precision: Precision) -> WrittenMoment | None:
    moment = WrittenMoment(local, offset, precision)
    return moment if moment.is_plausible() else None
