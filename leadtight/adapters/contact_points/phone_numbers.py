"""Telephone numbers as people write them, in E.164 with extension.

A number is read by its metadata (libphonenumber), and rejected when part of what was typed would be left over: the
result has the digits that were entered. A number that is not valid there is kept as text (decision 0058).
"""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from leadtight.adapters.contact_points import extensions
from leadtight.adapters.contact_points.numbering_plans import current_number
from leadtight.adapters.contact_points.plain_text import plain_number
from leadtight.adapters.contact_points.spreadsheet_numbers import repaired

_BY_WORDS = frozenset(
    {
        *(PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST),
        *(PhoneNumberType.UAN, PhoneNumberType.PERSONAL_NUMBER),
    }
)
"""Number types written with letters outside North America."""

_NUMBER_ONLY = re.compile(r"[^\d+]*+(\+*+[\d\s().\-/*\[\]]*\d\)?)\D*")
_SEVERAL = re.compile(r"[,;/|]\s*+|(?<!\s)\s++(?:[,;/|]|(?:or|oder|ou|o|und|and|et|y|e)(?=\s))\s*+", re.IGNORECASE)
_ALTERNATIVE_ENDING = re.compile(r"/\s*+-?\s*+\d{1,2}$")
_CARRIER_LEFT_OPEN = re.compile(r"\b0\s*xx\s*", re.IGNORECASE)
"""`0xx11` of Brazil: the caller chooses the carrier."""

_LOCAL_URI = re.compile(
    r"tel:(?P<number>[^;]{1,60}+)(?P<parameters>.{0,200}?);phone-context=(?P<context>\+\d++)", re.IGNORECASE
)
NORTH_AMERICA = 1
LONGEST_LANDLINE = 11
"""Most national digits of a landline.

The metadata allow more, though no plan has more.
"""


def read(text: str, country: str, *, is_assumed: bool = False) -> str | None:
    """Return a number as `+E164` or `+E164;ext=EXTENSION`.

    None when it cannot be dialled, or may be two. Without a prefix it is read as in `country` (ISO code). When that was
    not named but `is_assumed`, digits that are also a whole international number without its plus are refused. Of
    several numbers it is the first.
    """
    plain = repaired(_LOCAL_URI.sub(r"\g<context> \g<number>\g<parameters>", plain_number(text)))
    if plain is None:
        return None
    plain = _CARRIER_LEFT_OPEN.sub("0", plain)
    if number := _read_one(plain, country, is_assumed):
        return number
    parts = [part for part in _SEVERAL.split(plain) if part.strip()]
    numbers = [_read_one(part, country, is_assumed) for part in parts] if len(parts) > 1 else []
    return numbers[0] if all(numbers) and numbers else None


def national_digits(number: str) -> str:
    """Return a `+E164` number's digits without its country code.

    They are empty for any other text.
    """
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""


def _read_one(text: str, country: str, is_assumed: bool) -> str | None:
    dialled, extension = extensions.split(text.removeprefix("tel:"))
    number = _numeric(dialled, country, is_assumed) or _by_letters(dialled, country)
    if number is None:
        return None
    extension = extension or number.extension or ""
    number.extension = None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{e164};ext={extension}" if extension else e164


def _numeric(text: str, country: str, is_assumed: bool) -> PhoneNumber | None:
    """Return the number in a text, unless letters interrupt it."""
    match = _NUMBER_ONLY.fullmatch(text)
    if match is None or _ALTERNATIVE_ENDING.search(match[1]):
        return None
    digits = re.sub(r"\D", "", match[1])
    for spelling in _spellings(match[1], country):
        number = _parsed(spelling, country)
        valid = number and (number if phonenumbers.is_valid_number(number) else current_number(number))
        if valid and digits.endswith(phonenumbers.national_significant_number(valid)[-6:]):
            if _splits_calling_code(match[1], valid):
                return None
            return _certain(valid, match[1], country, is_assumed)
    return None


def _spellings(text: str, country: str) -> Iterator[str]:
    """Yield ways to write the same number.

    `0049`, `++49` and `+0049` are `+49`, and so is `49 (0)`.
    """
    code = phonenumbers.country_code_for_region(country)
    if code and re.match(rf"\s*+{code}\s*+\(0\)", text):
        yield f"+{text.strip()}"
        return
    yield re.sub(r"\+[\s+]*+(?:00)?", "+", text)
    if re.match(r"\s*00", text):
        yield re.sub(r"^\s*00", "+", text)
    if "(0)" in text:
        yield text.replace("(0)", "")


def _splits_calling_code(text: str, number: PhoneNumber) -> bool:
    """Check whether the text's calling code does not exist.

    `+8 495 …` is not a number of +84.
    """
    first_digits = re.match(r"\+[\s+]*(?:00\s*)?(\d+)\D", text)
    return first_digits is not None and len(first_digits[1]) < len(str(number.country_code))


def _certain(number: PhoneNumber, text: str, country: str, is_assumed: bool) -> PhoneNumber | None:
    """Return what bare digits mean, None when ambiguous.

    They are the number as written, or one whose plus was lost. Where people write a trunk prefix before such a number,
    its absence shows that the digits passed through a spreadsheet.
    """
    other = _with_lost_plus(number, text, country)
    if other is None or other == number or not (is_assumed or other.country_code == number.country_code):
        return number
    is_mobile = phonenumbers.number_type(other) == PhoneNumberType.MOBILE
    is_too_long = len(phonenumbers.national_significant_number(number)) > LONGEST_LANDLINE
    return other if is_mobile and is_too_long and other.country_code == number.country_code else None


def _with_lost_plus(number: PhoneNumber, text: str, country: str) -> PhoneNumber | None:
    """Return the digits as an international number, None when invalid.

    All digits count.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country) if country else None
    trunk = metadata.national_prefix if metadata else None
    if "+" in text or not trunk or number.country_code == NORTH_AMERICA:
        return None
    digits = re.sub(r"\D", "", text)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    if digits.startswith((trunk, "00")) or not re.sub(r"\D", "", national).startswith(trunk):
        return None
    other = _parsed(f"+{digits}", "")
    return other if other is not None and phonenumbers.is_valid_number(other) else None


def _by_letters(text: str, country: str) -> PhoneNumber | None:
    """Return a number that is partly a word, as 1-800-FLOWERS.

    Only where such numbers are usual and nothing is left over.
    """
    number = _parsed(text, country) if len(re.findall("[A-Za-z]", text)) > 2 else None
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    written = re.sub("[^0-9A-Za-z]", "", text)
    of_words = phonenumbers.number_type(number) in _BY_WORDS or number.country_code == NORTH_AMERICA
    digits = phonenumbers.convert_alpha_characters_in_number(written)
    return number if of_words and digits.endswith(phonenumbers.national_significant_number(number)) else None


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
