"""Does one value meet one wish of a condition? No wish is met by everything, and no value meets no wish."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

Amount = Decimal | int


def among(wanted: tuple[str, ...], value: str) -> bool:
    """Tell whether `value` is one of the wanted, in any case."""
    return not wanted or value.casefold() in {w.casefold() for w in wanted}


def has_word(words: tuple[str, ...], message: str) -> bool:
    """Tell whether one of the words is in the message: whole, in any case."""
    return not words or _any_word(words).search(message) is not None


@lru_cache(maxsize=4_096)
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    # Not \b: a word may begin or end with a sign, such as €500 or c++.
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def within(value: Amount | None, least: Amount | None, most: Amount | None) -> bool:
    """Tell whether a value is known and neither below `least` nor above `most`."""
    if least is None and most is None:
        return True
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def starts(prefixes: tuple[str, ...], phone: str | None) -> bool:
    """Tell whether a number in E.164 starts with one of the prefixes."""
    return not prefixes or (phone is not None and phone.startswith(prefixes))


def is_postcode(wanted: tuple[str, ...], postcode: str) -> bool:
    """Tell whether a postcode is wanted: exactly, in a range such as 10000-14999, or by a prefix such as SW1*."""
    return not wanted or any(_postcode_is(pattern, _packed(postcode)) for pattern in map(_packed, wanted))


@lru_cache(maxsize=4_096)
def _packed(postcode: str) -> str:
    return "".join(postcode.split()).upper()


def _postcode_is(pattern: str, postcode: str) -> bool:
    if pattern.endswith("*"):
        return bool(postcode) and postcode.startswith(pattern[:-1])
    first, _, last = pattern.partition("-")
    if first.isdecimal() and last.isdecimal() and len(first) == len(last):  # else a code that has a dash: 150-0001
        return len(postcode) == len(first) and postcode.isdecimal() and first <= postcode <= last
    return pattern == postcode


def is_account(wanted: tuple[str, ...], company: str, email: str | None) -> bool:
    """Tell whether a company is one of the wanted, by its name or by the domain of the address."""
    domain = (email or "").rpartition("@")[2]
    return not wanted or any(name and among(wanted, name) for name in (company, domain))


def is_fields(wanted: Mapping[str, tuple[str, ...]], fields: Mapping[str, str]) -> bool:
    """Tell whether every wanted field is given and has one of its wanted values."""
    return all(name in fields and among(values, fields[name]) for name, values in wanted.items())
