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
        """Return the normal form of a text's e-mail address.

        It is the first; None when it is not certain which.
        """

    def phone(self, text: str, country: str, *, is_assumed: bool = False) -> str | None:
        """Return a number as `+E164`; None when not certain.

        An extension follows as `;ext=`. A number without a prefix is read in `country`, an ISO code. Where the country
        `is_assumed` and not named, digits that may be a number of another country are not certain.
        """

    def national_digits(self, number: str) -> str:
        """Return a `+E164` number's digits after its country code.

        It is empty when the text is not such a number.
        """

    def country(self, text: str) -> str:
        """Return the ISO code of the country in a text.

        It is empty for none, or for several.
        """
