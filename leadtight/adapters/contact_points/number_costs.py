"""Which numbers no machine texts or calls: of countries that the policy does not name, and those that cost more."""

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
"""Kinds whose callers pay its owner, or at which texts are not read."""

OF_NO_COUNTRY = "001"
"""Satellites and global services (ITU-T E.164) are of the whole world, as the library calls it."""


def why_barred(policy: Policy, number: str) -> str:
    """Return why nothing automatic goes to a number in E.164; empty when it may."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "the country of the number is not known"
    if phonenumbers.number_type(parsed) in COSTLY:
        return "texts and calls to numbers of this kind cost more"
    country = phonenumbers.region_code_for_number(parsed) or OF_NO_COUNTRY
    if country not in countries(policy):
        told = "numbers outside any country" if country == OF_NO_COUNTRY else country
        return f"the policy does not allow texts or automatic calls to {told}"
    return ""


def countries(policy: Policy) -> frozenset[str]:
    """Return where the policy lets machines text and call: as named, else where the company and its teams are."""
    named = policy.messaging.countries
    if named is not None:
        return frozenset(named)
    zones = {policy.company.zone, *(policy.calendar_of(person).zone for person in policy.people)}
    known = _countries_of_zones()
    return frozenset({policy.company.country, *(known[zone.key] for zone in zones if zone.key in known)})


@cache
def _countries_of_zones() -> Mapping[str, str]:
    """Return the country of each zone, by the table that comes with the zones (`zone.tab` of IANA)."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}
