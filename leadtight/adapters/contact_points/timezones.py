"""Time zones of leads, by inquiry, number or country.

The library is loaded with the first question.
"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtight.domain.compliance.timezone import LocalTime, TimezoneSource, local_time
from leadtight.domain.model.inquiry import Inquiry

SAID = "timezone"
"""The field in which booking tools and forms send zones."""


def local_time_of(company: ZoneInfo, inquiry: Inquiry, now: datetime) -> LocalTime:
    """Return a lead's zone and how it is known.

    It is the zone given, else that of the number, else of the country, else the company's.
    """
    return local_time(
        (
            (TimezoneSource.SAID, _zones([inquiry.fields.get(SAID, "")])),
            (TimezoneSource.PHONE, _zones(_of_number(inquiry.phone))),
            (TimezoneSource.COUNTRY, _zones(_of_country(inquiry.country))),
        ),
        company,
        now,
    )


def _of_number(phone: str | None) -> Iterable[str]:
    if not phone:
        return ()
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    try:
        return tuple(time_zones_for_number(phonenumbers.parse(phone)))
    except phonenumbers.NumberParseException:
        return ()


def _of_country(country: str) -> Iterable[str]:
    """Return the zones of all countries with one calling code."""
    if not country:
        return ()
    import phonenumbers
    from phonenumbers.tzdata import TIMEZONE_DATA

    return tuple(TIMEZONE_DATA.get(str(phonenumbers.country_code_for_region(country)), ()))


def _zones(names: Iterable[str]) -> tuple[ZoneInfo, ...]:
    """Return named zones, none when any of them is unknown."""
    try:
        return tuple(ZoneInfo(name) for name in names)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()
