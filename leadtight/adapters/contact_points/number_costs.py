"""Numbers barred from automatic texts and calls.

They are of countries that the policy does not allow, or cost more.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import phonenumbers
from phonenumbers import PhoneNumberType

from leadtight.domain.policy.policy import Policy

COSTLY = frozenset(
    {
        *(PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER),
        *(PhoneNumberType.UAN, PhoneNumberType.PAGER, PhoneNumberType.VOICEMAIL, PhoneNumberType.TOLL_FREE),
    }
)
"""Number types that charge callers, or do not receive texts."""

OF_NO_COUNTRY = "001"
"""The library's region for satellites and global services (ITU-T E.164)."""


def barred_reason(policy: Policy, number: str) -> str:
    """Return why a number is barred, else empty.

    `number` is in E.164.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "the country of the number is not known"
    if phonenumbers.number_type(parsed) in COSTLY:
        return "texts and calls to numbers of this kind cost more"
    country = phonenumbers.region_code_for_number(parsed) or OF_NO_COUNTRY
    if country not in countries(policy):
        place = "numbers outside any country" if country == OF_NO_COUNTRY else country
        return f"the policy does not allow texts or automatic calls to {place}"
    return ""


def countries(policy: Policy) -> frozenset[str]:
    """Return the countries that may be texted and called automatically.

    They are those of the policy, else those of the company and its teams.
    """
    listed = policy.messaging.countries
    if listed is not None:
        return frozenset(listed)
    zones = {policy.company.zone, *(policy.calendar_of(person).zone for person in policy.people)}
    by_zone = _countries_of_zones()
    return frozenset({policy.company.country, *(by_zone[zone.key] for zone in zones if zone.key in by_zone)})


@cache
def _countries_of_zones() -> Mapping[str, str]:
    """Map each zone to its country (`zone.tab` of IANA)."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}
