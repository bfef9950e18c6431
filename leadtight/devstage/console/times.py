"""Times and durations to the second, for the local stage."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def clock_time(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Format a time as `14:03:22`, with its day unless today."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if is_today else f"{local:%a} {local.day} {local:%b}, {local:%H:%M:%S}"


def span(length: timedelta) -> str:
    """Format a duration to the second, without its sign.

    `42 s`, `3 min 05 s`, `2 h 10 min`, `3 days`.
    """
    seconds = int(abs(length).total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 2 * 86_400:
        return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"
    return f"{seconds // 86_400} days"
