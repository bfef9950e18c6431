"""Normal forms of addresses, numbers and countries.

What reads them is imported with the first address and the first number: their libraries together cost a sixth of a cold
start, and most forms carry one of the two.
"""

LONGEST_TYPED = 1_000
"""Longer texts are neither addresses, numbers nor countries.

It would take long to search them.
"""


class PhoneEmailNormalizer:
    """Reads what people type, without a network look-up."""

    def email(self, text: str) -> str | None:
        """Return the first address in normal form, None when uncertain."""
        from leadtight.adapters.contact_points import email_addresses

        return email_addresses.read(text) if len(text) <= LONGEST_TYPED else None

    def phone(self, text: str, country: str, *, is_assumed: bool = False) -> str | None:
        """Return `+E164` or `+E164;ext=EXTENSION`, None when uncertain."""
        from leadtight.adapters.contact_points import phone_numbers

        return phone_numbers.read(text, country, is_assumed=is_assumed) if len(text) <= LONGEST_TYPED else None

    def national_digits(self, number: str) -> str:
        """Return a `+E164` number's digits without its country code.

        They are empty for any other text.
        """
        from leadtight.adapters.contact_points import phone_numbers

        return phone_numbers.national_digits(number)

    def country(self, text: str) -> str:
        """Return the ISO code of a country named in text.

        Empty when no country is named, or the name is ambiguous.
        """
        from leadtight.adapters.contact_points import countries

        return countries.code_of(text) if len(text) <= LONGEST_TYPED else ""
