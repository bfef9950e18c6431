"""Addresses, numbers and where people live, as Protocols."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from leadtight.domain.compliance.timezone import LocalTime
    from leadtight.domain.model.inquiry import Inquiry


class TimezoneResolver(Protocol):
    """Tells in which zone a lead lives, else the company's."""

    def __call__(self, company: ZoneInfo, inquiry: Inquiry, now: datetime) -> LocalTime:
        """Return the zone and what tells it."""


class Contacts(Protocol):
    """Normalises what people type as their address, number and country."""

    def email(self, text: str) -> str | None:
        """Return the normal form of the first e-mail address in a text, or None when it is not certain which."""

    def phone(self, text: str, country: str, *, is_assumed: bool = False) -> str | None:
        """Return a number as `+E164`, with `;ext=` and its extension where it has one; None when it is not certain.

        Without a prefix it is read as in `country`, an ISO code. Where that `is_assumed` and not named, digits that may
        be a number of another country are not certain.
        """

    def national_digits(self, number: str) -> str:
        """Return the digits of a `+E164` number after its country's code; empty when it is no such number."""

    def country(self, text: str) -> str:
        """Return the ISO code of the country that a text names; empty when it is none, or may be several."""
