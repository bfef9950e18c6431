"""Readers of the single values in a stage file.

Each returns the value, or raises ValueError with what it must be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from email_validator import EmailNotValidError, validate_email

ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}")
DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
URL = re.compile(r"https://[a-z0-9.-]+(?::[0-9]+)?(?:/[a-zA-Z0-9_.~/%?=&$-]*)?")
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost):[0-9]+(?:/[a-zA-Z0-9_.~/%$-]*)?")
COUNTRY = re.compile(r"[A-Z]{2}")
TABLE = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
SECRET_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):certificate/[0-9a-z-]+")
STREAM = re.compile(
    r"arn:aws[a-z-]*:dynamodb:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):table/[a-zA-Z0-9_.-]+/stream/[0-9T:.-]+"
)
VAULT = re.compile(r"arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[a-zA-Z0-9_-]{2,50}")
ORIGINATION = re.compile(
    r"arn:aws[a-z-]*:sms-voice:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):"
    r"(?:phone-number|pool|sender-id)/[A-Za-z0-9_-]+(?:/[A-Z]{2})?"
)
SNS, END_USER_MESSAGING = "sns", "end_user_messaging"
TEXT_SERVICE = re.compile(f"{SNS}|{END_USER_MESSAGING}")
EXECUTE_API = re.compile(r"[a-z0-9]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")


def text(value: Any) -> str:
    """Read a text that is not blank."""
    if not isinstance(value, str):
        raise TypeError("must be a text, in quotes")
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def matching(pattern: re.Pattern[str], otherwise: str) -> Callable[[Any], str]:
    """Return a reader of texts that a pattern matches."""

    def read(value: Any) -> str:
        if not pattern.fullmatch(text(value)):
            raise ValueError(f"must be {otherwise}, not {value!r}")
        return str(value)

    return read


account = matching(ACCOUNT, "the account's 12 digits")
region = matching(REGION, 'a region such as "eu-central-1"')
certificate = matching(CERTIFICATE, "the ARN of a certificate in ACM")
stream = matching(STREAM, "the ARN of a table's stream")
vault = matching(VAULT, "the ARN of a backup vault")
table_name = matching(TABLE, "the name of a table")
origination = matching(ORIGINATION, "the ARN of a phone number, pool or sender id")
text_service = matching(TEXT_SERVICE, f'"{SNS}" or "{END_USER_MESSAGING}"')
secret_key = matching(SECRET_KEY, "a name of letters, digits, - and _")
https = matching(URL, "an address that begins with https://")


def domain(value: Any) -> str:
    """Read a domain as DNS has it, in lower case."""
    name = text(value).lower()
    with suppress(EmailNotValidError):
        name = validate_email(f"a@{name}", check_deliverability=False, test_environment=True).ascii_domain
    return matching(DOMAIN, 'a domain such as "leads.example.com"')(name)


def email(value: Any) -> str:
    """Read a mail address, as SES has it: in ASCII.

    Domains of examples and tests pass: a warning names them.
    """
    try:
        address = validate_email(text(value), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"must be a mail address, not {value!r}: {error}") from error
    if address.ascii_email is None:
        raise ValueError(f"must be of ASCII characters before the @, not {value!r}")
    return address.ascii_email


def emails(value: Any) -> tuple[str, ...]:
    """Read a list of different mail addresses."""
    if not isinstance(value, list):
        raise TypeError("must be a list of mail addresses")
    if not value:
        raise ValueError("must name an address")
    addresses = tuple(email(each) for each in value)
    if len(set(addresses)) < len(addresses):
        raise ValueError("names an address twice")
    return addresses


def countries(value: Any) -> tuple[str, ...]:
    """Read a list of two-letter countries, sorted."""
    if not isinstance(value, list):
        raise TypeError("must be a list of countries")
    read = matching(COUNTRY, 'a country of two letters such as "DE"')
    return tuple(sorted({read(text(each).upper()) for each in value}))


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Return a reader of whole numbers within limits."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return read


def money(value: Any) -> float:
    """Read a positive sum of money."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10_000_000:
        raise ValueError("must be a sum of money above 0")
    return float(value)


def identity(value: Any) -> str:
    """Read what SES verifies: a domain or one address."""
    return email(value) if "@" in text(value) else domain(value)


def https_or_loopback(value: Any) -> str:
    """Read a web address, of this machine also without TLS."""
    return str(value) if LOOPBACK.fullmatch(text(value)) else https(value)


def table_of(stream_arn: str) -> str:
    """Return the table of a stream's ARN, read by `stream`."""
    return stream_arn.partition(":table/")[2].partition("/")[0]
