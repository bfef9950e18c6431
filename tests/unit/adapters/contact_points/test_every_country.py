"""Phone numbers of every country, in every way of writing.

Each is read as that number or flagged as ambiguous.
"""

from collections.abc import Callable, Iterator

import phonenumbers
import pytest
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer

pytestmark = pytest.mark.slow

KINDS = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE)
Writing = Callable[[str, str, str], str]
"""Writes a number from its E.164, national and international forms."""


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def arabic(text: str) -> str:
    return "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in text)


EXACT: dict[str, Writing] = {
    "E.164": lambda e164, national, international: e164,
    "national": lambda e164, national, international: national,
    "international": lambda e164, national, international: international,
    "without spaces": lambda e164, national, international: national.replace(" ", ""),
    "with dots": lambda e164, national, international: national.replace(" ", "."),
    "with 00": lambda e164, national, international: f"00{e164[1:]}",
    "with +00": lambda e164, national, international: f"+00 {international[1:]}",
    "full width": lambda e164, national, international: full_width(international),
    "Arabic digits": lambda e164, national, international: arabic(national),
    "invisible marks": lambda e164, national, international: f"\u202a{international.replace(' ', chr(0x200B))}\u202c",
    "a label": lambda e164, national, international: f"Tel.: {national}",
    "a note": lambda e164, national, international: f"{national} (office)",
    "a spreadsheet's text": lambda e164, national, international: f"'{e164}",
}
OR_ASKED: dict[str, Writing] = {
    "(0)": lambda e164, national, international: international.replace(" ", " (0)", 1),
    "a float": lambda e164, national, international: f"{e164[1:]}.0",
    "scientific": lambda e164, national, international: f"{e164[1]}.{e164[2:]}E{len(e164) - 2}",
    "a lost plus": lambda e164, national, international: international[1:],
    "rounded": lambda e164, national, international: f"{e164[1]}.{e164[2:6]}E{len(e164) - 2}",
}


def numbers() -> Iterator[tuple[str, PhoneNumber]]:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in KINDS:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None and phonenumbers.is_valid_number(number):
                yield region, number


def read(region: str, number: PhoneNumber, write: Writing) -> tuple[str, str | None]:
    """Return the number and its parsed form."""
    forms = (PhoneNumberFormat.E164, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    e164, national, international = (phonenumbers.format_number(number, form) for form in forms)
    return e164, PhoneEmailNormalizer().phone(write(e164, national, international), region)


@pytest.mark.parametrize("writing", EXACT)
def test_a_number_is_read_in_every_country(writing: str) -> None:
    pairs = [read(region, number, EXACT[writing]) for region, number in numbers()]
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


@pytest.mark.parametrize("writing", OR_ASKED)
def test_an_ambiguous_number_is_flagged_and_never_changed(writing: str) -> None:
    """Some countries' numbers begin with 0 after the calling code.

    As in Italy: there `(0)` is a digit of theirs.
    """
    pairs = [
        read(region, number, OR_ASKED[writing])
        for region, number in numbers()
        if writing != "(0)" or region not in ("AC", "IT", "VA")
    ]
    assert [pair for pair in pairs if pair[1] not in (pair[0], None)] == []


def test_an_extension_is_kept_in_every_country() -> None:
    pairs = [
        read(region, number, lambda e164, national, international: f"{national} x7") for region, number in numbers()
    ]
    assert [pair for pair in pairs if pair[1] != f"{pair[0]};ext=7"] == []
