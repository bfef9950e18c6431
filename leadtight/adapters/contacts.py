"""Normal forms of addresses and numbers.

The libraries are imported with the first address and the first number: together they cost a sixth of a cold start, and
most forms carry one of the two.
"""


class RealContacts:
    """Reads what people type: RFC addresses without a network look-up, and numbers as dialled in a country."""

    def email(self, text: str) -> str | None:
        """Return the normal form in lower case, or None when it is not an address."""
        from email_validator import EmailNotValidError, validate_email

        try:
            return validate_email(text, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            return None

    def phone(self, text: str, country: str) -> str | None:
        """Return the number in E.164, or None when nobody could dial it."""
        import phonenumbers

        try:
            number = phonenumbers.parse(text, country or None)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
