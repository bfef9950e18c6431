"""Times as exports write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How a column writes its times.

    Precision is second, minute or day; zoned ones carry their offset.
    """

    name: str
    text: Callable[[datetime, Mapping[str, Any]], str]
    precision: str = "second"
    zoned: bool = False


def strf(pattern: str) -> Callable[[datetime, Mapping[str, Any]], str]:
    """Write with a pattern of strftime."""
    return lambda at, _: at.strftime(pattern)


def twelve(pattern: str, clock: str = "{h}:{m:02} {half}") -> Callable[[datetime, Mapping[str, Any]], str]:
    """Write a date and a clock of twelve hours."""

    def write(at: datetime, _: Mapping[str, Any]) -> str:
        half = "AM" if at.hour < 12 else "PM"
        time = clock.format(h=at.hour % 12 or 12, m=at.minute, s=at.second, half=half, lower=half.lower())
        return at.strftime(pattern).format(d=at.day, mo=at.month) + time

    return write


def cjk_twelve(at: datetime, _: Mapping[str, Any]) -> str:
    half = "上午" if at.hour < 12 else "下午"
    return f"{at.year}/{at.month}/{at.day} {half}{at.hour % 12 or 12}:{at.minute:02}:{at.second:02}"


def spanish_twelve(at: datetime, _: Mapping[str, Any]) -> str:
    half = "a. m." if at.hour < 12 else "p. m."
    return f"{at.day:02}/{at.month:02}/{at.year} {at.hour % 12 or 12}:{at.minute:02} {half}"


def month_name(template: str, words: str) -> Callable[[datetime, Mapping[str, Any]], str]:
    """Write a date with the month's name by language.

    The language is the export's.
    """

    def write(at: datetime, locale: Mapping[str, Any]) -> str:
        return template.format(d=at.day, name=locale[words][at.month - 1], y=at.year) + at.strftime(" %H:%M")

    return write


def offset(at: datetime, colon: bool = True) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:]}" if colon else text


def utc(pattern: str) -> Callable[[datetime, Mapping[str, Any]], str]:
    """Write the instant in UTC."""
    return lambda at, _: at.astimezone(UTC).strftime(pattern)


def serial(at: datetime) -> float:
    """Return a local time as a spreadsheet's day number."""
    return (at.replace(tzinfo=None) - EXCEL_EPOCH).total_seconds() / 86400


STYLES = {
    style.name: style
    for style in (
        DateStyle("iso_second", strf("%Y-%m-%d %H:%M:%S")),
        DateStyle("iso_minute", strf("%Y-%m-%d %H:%M"), "minute"),
        DateStyle("iso_t", strf("%Y-%m-%dT%H:%M:%S")),
        DateStyle("iso_z", utc("%Y-%m-%dT%H:%M:%SZ"), zoned=True),
        DateStyle("iso_z_ms", utc("%Y-%m-%dT%H:%M:%S.000Z"), zoned=True),
        DateStyle("iso_utc_word", utc("%Y-%m-%d %H:%M:%S UTC"), zoned=True),
        DateStyle("iso_offset", lambda at, _: at.strftime("%Y-%m-%dT%H:%M:%S") + offset(at), zoned=True),
        DateStyle("iso_space_offset", lambda at, _: at.strftime("%Y-%m-%d %H:%M:%S ") + offset(at, False), zoned=True),
        DateStyle("iso_offset_us", lambda at, _: at.strftime("%Y-%m-%dT%H:%M:%S.%f") + offset(at), zoned=True),
        DateStyle("iso_basic", utc("%Y%m%dT%H%M%SZ"), zoned=True),
        DateStyle("epoch_s", lambda at, _: str(int(at.timestamp())), zoned=True),
        DateStyle("epoch_ms", lambda at, _: str(int(at.timestamp()) * 1000), zoned=True),
        DateStyle("serial", lambda at, _: f"{serial(at):.7f}".rstrip("0").rstrip(".")),
        DateStyle("rfc2822", strf("%a, %d %b %Y %H:%M:%S %z"), zoned=True),
        DateStyle("js_date", strf("%a %b %d %Y %H:%M:%S GMT%z"), zoned=True),
        DateStyle("dmy_dot", strf("%d.%m.%Y %H:%M"), "minute"),
        DateStyle("dmy_dot_s", strf("%d.%m.%Y %H:%M:%S")),
        DateStyle("dmy_dot_comma", strf("%d.%m.%Y, %H:%M:%S")),
        DateStyle("dmy_dot_short", strf("%d.%m.%y %H:%M"), "minute"),
        DateStyle("dmy_slash", strf("%d/%m/%Y %H:%M"), "minute"),
        DateStyle("dmy_slash_s", strf("%d/%m/%Y %H:%M:%S")),
        DateStyle("dmy_slash_short", strf("%d/%m/%y %H:%M"), "minute"),
        DateStyle("dmy_dash", strf("%d-%m-%Y %H:%M"), "minute"),
        DateStyle("dmy_dash_s", strf("%d-%m-%Y %H:%M:%S")),
        DateStyle("dmy_slash_12", twelve("%d/%m/%Y "), "minute"),
        DateStyle("dmy_slash_12es", spanish_twelve, "minute"),
        DateStyle("mdy_12", twelve("{mo}/{d}/%Y "), "minute"),
        DateStyle("mdy_12s", twelve("%m/%d/%Y ", "{h:02}:{m:02}:{s:02} {lower}")),
        DateStyle("mdy_12_narrow", twelve("{mo}/{d}/%Y, ", "{h}:{m:02}:{s:02}" + NARROW_SPACE + "{half}")),
        DateStyle("mdy_24", strf("%m/%d/%Y %H:%M"), "minute"),
        DateStyle("mdy_short", twelve("{mo}/{d}/%y ", "{h}:{m:02}{lower}"), "minute"),
        DateStyle("ymd_slash", strf("%Y/%m/%d %H:%M"), "minute"),
        DateStyle("ymd_slash_s", strf("%Y/%m/%d %H:%M:%S")),
        DateStyle("month_name_en", strf("%b %d, %Y %H:%M"), "minute"),
        DateStyle("month_name_12", twelve("%B {d}, %Y ", "{h}:{m:02} {half}"), "minute"),
        DateStyle("month_name_at", twelve("%B {d}, %Y at ", "{h}:{m:02} {half}"), "minute"),
        DateStyle("day_month_en", strf("%d %b %Y %H:%M:%S")),
        DateStyle("day_month_name", strf("%d-%b-%Y %H:%M:%S")),
        DateStyle("long_local", month_name("{d} {name} {y}", "months"), "minute"),
        DateStyle("day_month_local", month_name("{d} {name} {y}", "months_short"), "minute"),
        DateStyle("cjk_date", lambda at, _: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", "minute"),
        DateStyle("cjk_clock", lambda at, _: f"{at:%Y年%m月%d日 %H時%M分}", "minute"),
        DateStyle("cjk_12", cjk_twelve),
        DateStyle("mdy_slash_day", strf("%m/%d/%Y"), "day"),
        DateStyle("dmy_dot_day", strf("%d.%m.%Y"), "day"),
        DateStyle("iso_day", strf("%Y-%m-%d"), "day"),
    )
}
ANYWHERE = (
    "iso_second",
    "iso_minute",
    "iso_t",
    "iso_z",
    "iso_offset",
    "iso_basic",
    "epoch_s",
    "serial",
    "js_date",
    "rfc2822",
)


def write(style: DateStyle, instant: datetime, zone: tzinfo, locale: Mapping[str, Any]) -> str:
    """Write an instant in the zone's local time."""
    return style.text(instant.astimezone(zone), locale)
