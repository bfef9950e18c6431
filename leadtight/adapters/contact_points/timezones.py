"""Where a lead lives, by what it said, its number or its country. The library is loaded when it is first asked."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtight.domain.compliance.timezone import LocalTime, TimezoneSource, local_time
from leadtight.domain.model.inquiry import Inquiry

SAID = "timezone"
"""The field in which booking tools and forms tell a zone."""


def local_time_of(company: ZoneInfo, inquiry: Inquiry, now: datetime) -> LocalTime:
    """Return the zone of a lead: as it said, else of its number, else of its country, else the company's."""
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
    """Return the zones of every country that shares the country's calling code."""
    if not country:
        return ()
    import phonenumbers
    from phonenumbers.tzdata import TIMEZONE_DATA

    return tuple(TIMEZONE_DATA.get(str(phonenumbers.country_code_for_region(country)), ()))


def _zones(names: Iterable[str]) -> tuple[ZoneInfo, ...]:
    """Return the zones of these names; none at all when one of them is unknown."""
    try:
        return tuple(ZoneInfo(name) for name in names)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()
