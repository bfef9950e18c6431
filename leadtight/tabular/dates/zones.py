"""UTC offsets and zone names behind a time."""

import re
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_AMERICA = (("EST", -5), ("EDT", -4), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7))
_EUROPE = (
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("MEZ", 1),
    ("CEST", 2),
    ("MESZ", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
)
_ASIA = (
    ("JST", 9),
    ("KST", 9),
    ("HKT", 8),
    ("SGT", 8),
    ("WIB", 7),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
)
HOURS = dict((*_AMERICA, *_EUROPE, *_ASIA, ("AKST", -9), ("AKDT", -8), ("HST", -10), ("SAST", 2), ("BRT", -3)))
"""UTC offsets in hours of unambiguous abbreviations.

Those of RFC 5322 (4.3) except CST, and those of tzdata. CST is Chicago's and Shanghai's, IST belongs to three
countries, BST to London and Dhaka: they are read in the company's own zone if that has them.
"""

UTC = timedelta(0)
_ABBREVIATION = r"[A-Z]{3,5}"
_UTC = r"Z|z|UTC|GMT|UT"
ZONE = re.compile(
    rf"\s?(?:(?P<iana>[A-Z][A-Za-z]{{1,20}}/[A-Za-z_]{{1,30}}(?:/[A-Za-z_]{{1,30}})?)|(?:UTC|GMT)?\s?(?P<sign>[+-])(?P<h>\d{{1,2}})"
    rf"(?::?(?P<m>[0-5]\d))?(?::?00)?|(?P<utc>{_UTC})|(?P<name>{_ABBREVIATION}))(?=$|[\s\[(])"
)
BRACKETED = re.compile(r"(?<!\s)\s*+(?:\((?P<name>[^()]*+)\)|\[(?P<iana>[^\[\]]*+)\])\s*+$")


def zone_of(match: re.Match[str]) -> str | timedelta:
    """Return the offset or zone name that `ZONE` matched."""
    if match["utc"]:
        return UTC
    if not match["sign"]:
        return match["iana"] or match["name"]
    hours = timedelta(hours=int(match["h"]), minutes=int(match["m"] or 0))
    return (hours if match["sign"] == "+" else -hours) if hours <= timedelta(hours=14) else match[0]


def named_offset(name: str, at: datetime, zone: ZoneInfo | None) -> timedelta | None:
    """Return a named zone's offset at a wall-clock time."""
    if "/" in name:
        iana_zone = zone_named(name)
        return at.replace(tzinfo=iana_zone).utcoffset() if iana_zone else None
    if zone and name in abbreviations(zone.key):
        return abbreviations(zone.key)[name]
    return timedelta(hours=HOURS[name]) if name in HOURS else None


@cache
def zone_named(key: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None."""
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        return None


@cache
def abbreviations(key: str) -> dict[str, timedelta]:
    """Return a zone's abbreviations for winter and summer."""
    zone = ZoneInfo(key)
    days = (datetime(2026, month, 1, 12, tzinfo=zone) for month in (1, 7))
    return {day.tzname() or "": day.utcoffset() or timedelta(0) for day in days}
