"""Formats of policy values, narrower than their types.

`leadtight.policy.kinds` reads each.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.model.message import Channel


class Format(StrEnum):
    """A format narrower than its type.

    The values are the documentation's terms.
    """

    WEB_ADDRESS = "https address"
    ORIGIN = "origin"
    LANGUAGE = "language code"
    COUNTRY = "country code"
    COUNTRY_IN_ANY_CASE = "country"
    PHONE_NUMBER = "phone number"
    PROVIDER = "provider"
    CONNECT_ID = "Amazon Connect id"
    SKILLS = "list of texts"
    POSITIVE_INT = "whole number, not 0"
    POINTS = "whole number"
    NON_NEGATIVE = "amount, not negative"
    SHARE = "share from 0 to 1"
    PROPER_SHARE = "share between 0 and 1"
    PROPER_SHARES = "list of shares"
    POSITIVE_DURATION = "duration, not 0"
    DAY_TIME = "time of day, or close"
    MEMBERS = "list of people, or table of people and shares"
    ALERT_CHANNELS = "list of email, sms, slack, teams"
    STOPS = "list of reply, booking"


class FileKey(NamedTuple):
    """The key of a field, unlike its name."""

    key: str


WebAddress = Annotated[str, Format.WEB_ADDRESS]
Origin = Annotated[str, Format.ORIGIN]
LanguageCode = Annotated[str, Format.LANGUAGE]
CountryCode = Annotated[str, Format.COUNTRY]
AnyCaseCountryCode = Annotated[str, Format.COUNTRY_IN_ANY_CASE]
PhoneNumber = Annotated[str, Format.PHONE_NUMBER]
Provider = Annotated[str, Format.PROVIDER]
ConnectId = Annotated[str, Format.CONNECT_ID]
Skills = Annotated[frozenset[str], Format.SKILLS]
PositiveInt = Annotated[int, Format.POSITIVE_INT]
Points = Annotated[int, Format.POINTS]
NonNegative = Annotated[Decimal, Format.NON_NEGATIVE]
Share = Annotated[Decimal, Format.SHARE]
ProperShare = Annotated[Decimal, Format.PROPER_SHARE]
ProperShares = Annotated[tuple[float, ...], Format.PROPER_SHARES]
PositiveDuration = Annotated[timedelta, Format.POSITIVE_DURATION]
DayTime = Annotated[time | Literal["close"], Format.DAY_TIME]
Members = Annotated[Mapping[str, int], Format.MEMBERS]
AlertChannels = Annotated[tuple[Channel, ...], Format.ALERT_CHANNELS]
Stops = Annotated[frozenset[OutcomeMeaning], Format.STOPS]
