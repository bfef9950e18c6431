"""The time zone of a lead.

A time that a person asked for is read in their own zone (G5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HALF_A_YEAR = timedelta(days=182)


class TimezoneSource(StrEnum):
    """Evidence of a lead's zone; `company` is the fallback."""

    SAID = "said"
    PHONE = "phone"
    COUNTRY = "country"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """The zone of a lead's times, and its evidence."""

    zone: ZoneInfo
    known_by: TimezoneSource


def local_time(
    candidates: Sequence[tuple[TimezoneSource, Sequence[ZoneInfo]]], company: ZoneInfo, now: datetime
) -> LocalTime:
    """Return the first unambiguous zone, else the company's.

    `candidates` come with the best evidence first. One is unambiguous when its zones show the same time, now and half a
    year from now; one without zones says nothing.
    """
    for known_by, zones in candidates:
        if zones and len({_offsets(zone, now) for zone in zones}) == 1:
            return LocalTime(zone=zones[0], known_by=known_by)
    return LocalTime(zone=company, known_by=TimezoneSource.COMPANY)


def _offsets(zone: ZoneInfo, now: datetime) -> tuple[timedelta | None, ...]:
    return tuple(at.astimezone(zone).utcoffset() for at in (now, now + HALF_A_YEAR))
