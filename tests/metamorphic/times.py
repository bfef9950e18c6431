"""Columns of times, of clocks and of waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.metamorphic.dates import DateStyle, serial, write
from tests.metamorphic.plan import Plan
from tests.metamorphic.table import Column, Value

UNITS = {
    "seconds": (1, (" (seconds)", " (sec)", " (s)", " in seconds", "_seconds")),
    "minutes": (60, (" (minutes)", " (min)", " in minutes", " (mins)")),
    "hours": (3600, (" (hours)", " (in hrs)", " (h)")),
}
NUMBER_FORMATS = {"second": "yyyy-mm-dd hh:mm:ss", "minute": "dd/mm/yyyy hh:mm", "day": "yyyy-mm-dd"}


def time_column(
    plan: Plan, header: str, instants: Sequence[datetime | None], style: DateStyle, in_utc: bool, concept: str
) -> Column:
    """Write instants in local time.

    Of the export's zone, or of UTC where the header says so.
    """
    marked = in_utc and not style.zoned and style.precision != "day"
    zone = ZoneInfo("UTC") if marked else plan.zone
    texts = [write(style, i, zone, plan.locale) if i else "" for i in instants]
    values = [typed(style, i.astimezone(zone)) if i else None for i in instants]
    return Column(f"{header} (UTC)" if marked else header, texts, values, concept, NUMBER_FORMATS[style.precision])


def typed(style: DateStyle, local: datetime) -> Value:
    """Return a time as a typed file holds it."""
    if style.name.startswith("epoch"):
        return int(local.timestamp()) * (1000 if style.name.endswith("ms") else 1)
    if style.name == "serial":
        return serial(local)
    if style.zoned:
        return local.astimezone(UTC)
    return local.date() if style.precision == "day" else local.replace(tzinfo=None)


def split_clock(column: Column, date_header: str, time_header: str) -> list[Column] | None:
    """Split date and time into two columns.

    Where a space is between them.
    """
    parts = [text.split(" ", 1) for text in column.texts]
    if any(len(p) != 2 or not re.fullmatch(r"[0-9./-]+", p[0]) for p in parts):
        return None
    return [
        Column(date_header, [p[0] for p in parts], concept="created"),
        Column(time_header, [p[1] for p in parts], concept="created_clock"),
    ]


def wait_column(rng: Random, plan: Plan, header: str, waits: Sequence[int | None]) -> Column:
    """Write waits in one of several units.

    Seconds, minutes, hours, as a clock or in words; few without a unit.
    """
    style = plan.duration_style
    if style in UNITS:
        size, names = UNITS[style]
        texts = ["" if w is None else f"{w / size:.2f}".rstrip("0").rstrip(".") for w in waits]
        values: list[Value] = [None if w is None else w / size for w in waits]
        return Column(header + rng.choice(names), texts, values, "response_time")
    if style == "unitless":
        return Column(header, ["" if w is None else str(w) for w in waits], list(waits), "response_time")
    texts = ["" if w is None else (clock(w) if style == "clock" else in_words(w)) for w in waits]
    values = [None if w is None else timedelta(seconds=w) for w in waits] if style == "clock" else []
    return Column(header, texts, values, "response_time", "[h]:mm:ss")


def clock(wait: int) -> str:
    return f"{wait // 3600}:{wait // 60 % 60:02}:{wait % 60:02}"


def in_words(wait: int) -> str:
    parts = ((wait // 86400, "d"), (wait // 3600 % 24, "h"), (wait // 60 % 60, "min"), (wait % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
