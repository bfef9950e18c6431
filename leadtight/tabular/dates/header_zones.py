"""Time zones in column names.

Such as `Created at (UTC)`, `call_at_utc`, `Start (GMT+2)`.
"""

import re
from zoneinfo import ZoneInfo

from leadtight.tabular.dates.zones import HOURS, abbreviations, zone_named

UTC = ZoneInfo("UTC")
PARTS_OF_HOURS = {
    "+03:30": "Asia/Tehran",
    "+04:30": "Asia/Kabul",
    "+05:30": "Asia/Kolkata",
    "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon",
    "+09:30": "Australia/Darwin",
}
"""Zones with fractional offsets that never change clocks."""

AMERICAN = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
}
"""Zones of the United States by their advertising names.

With summer time.
"""

_UTC = re.compile(
    r"(?:(?<![A-Za-z])(?:UTC|GMT)|(?<=[a-z])(?:UTC|Utc))(?![A-Za-z])(?:\s?(?P<sign>[+−-])\s?(?P<h>\d{1,2})(?::?(?P<m>\d\d))?)?",
)
_LOWER_UTC = re.compile(r"(?:^|[\W_])(?:utc|gmt)(?:$|[\W_])")
_IANA = re.compile(r"[A-Z][A-Za-z]{1,20}/[A-Za-z_]{1,30}(?:/[A-Za-z_]{1,30})?")
_ABBREVIATION = re.compile(r"[(\[]([A-Z]{3,5})[)\]]")

_AMERICAN = re.compile(r"[(\[]([PMCE]T)[)\]]|\b(Pacific|Mountain|Central|Eastern) Time\b")


class UnknownHeaderZoneError(ValueError):
    """A column's name contains an unknown time zone."""


def header_zone(header: str, zone: ZoneInfo) -> ZoneInfo:
    """Return the time zone in a column's name.

    `zone`, the company's, without one. An abbreviation counts only in brackets; one that the company's zone uses means
    that zone. Raises UnknownHeaderZoneError.
    """
    if match := _UTC.search(header):
        return _of_offset(match) if match["sign"] else UTC
    if _LOWER_UTC.search(header):
        return UTC
    if (match := _IANA.search(header)) and (iana_zone := zone_named(match[0])):
        return iana_zone
    if match := _AMERICAN.search(header):
        return ZoneInfo(AMERICAN[match[1] or f"{match[2][0]}T"])
    if (match := _ABBREVIATION.search(header)) and match[1] in HOURS and match[1] not in abbreviations(zone.key):
        return _of_hours(HOURS[match[1]])
    return zone


def _of_offset(match: re.Match[str]) -> ZoneInfo:
    hours, minutes = int(match["h"]), int(match["m"] or 0)
    sign = "+" if match["sign"] == "+" else "-"
    if minutes == 0 and hours <= 12:
        return _of_hours(hours if sign == "+" else -hours)
    name = PARTS_OF_HOURS.get(f"{sign}{hours:02}:{minutes:02}")
    if name is None:
        raise UnknownHeaderZoneError(match[0])
    return ZoneInfo(name)


def _of_hours(hours: int) -> ZoneInfo:
    # The names of these zones have the opposite sign.
    return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "UTC")
