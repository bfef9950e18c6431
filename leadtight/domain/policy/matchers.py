"""Criteria of conditions, compiled for quick matching.

Criteria are non-empty; a missing value never matches.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Any

Amount = Decimal | int

ONE_OF_EACH = ("source", "form", "country", "region", "language", "product")
"""Fields with one value per lead: a criterion lists the values that match, in any case."""


def compile_criterion(name: str, criterion: Any) -> Any:
    """Compile the criterion of a condition's field.

    It is done once, and used for every lead.
    """
    if name in (*ONE_OF_EACH, "account", "email"):
        return folded(criterion)
    if name == "field_is":
        return {key: folded(values) for key, values in criterion.items()}
    return Postcodes.of(criterion) if name == "postcode" else criterion


def folded(wanted: tuple[str, ...]) -> frozenset[str]:
    """Return texts for case-insensitive comparison."""
    return frozenset(value.casefold() for value in wanted)


def has_word(words: tuple[str, ...], message: str) -> bool:
    """Return whether the message has one of the words.

    Words match whole, in any case.
    """
    return _any_word(words).search(message) is not None


@lru_cache(maxsize=4_096)
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    # Not \b: a word may begin or end with a symbol, such as €500 or c++.
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def at_least(least: Amount, value: Amount | None) -> bool:
    """Return whether a value is known and not below `least`."""
    return value is not None and value >= least


def at_most(most: Amount, value: Amount | None) -> bool:
    """Return whether a value is known and not above `most`."""
    return value is not None and value <= most


def starts(prefixes: tuple[str, ...], phone: str | None) -> bool:
    """Return whether a number has one of the prefixes.

    The number is in E.164.
    """
    return phone is not None and phone.startswith(prefixes)


@dataclass(frozen=True, slots=True)
class Postcodes:
    """Wanted postcodes without blanks: exact, prefixes and ranges.

    Prefixes are such as SW1*, ranges such as 10000-14999, by length. Ranges of a length are kept as their first codes
    in order, and the furthest end of any range up to there.
    """

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    ranges: Mapping[int, tuple[Sequence[str], Sequence[str]]]

    @classmethod
    def of(cls, wanted: tuple[str, ...]) -> "Postcodes":
        """Parse a policy's list."""
        patterns = [packed(pattern) for pattern in wanted]
        return cls(
            exact=frozenset(patterns),
            prefixes=tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*")),
            ranges={size: _by_first(ends) for size, ends in _ranges(patterns).items()},
        )

    def matches(self, postcode: str) -> bool:
        """Return whether a packed postcode is wanted."""
        if not postcode:
            return False
        if postcode in self.exact or postcode.startswith(self.prefixes):
            return True
        if len(postcode) not in self.ranges or not postcode.isdecimal():
            return False
        firsts, reached = self.ranges[len(postcode)]
        position = bisect_right(firsts, postcode)
        return position > 0 and postcode <= reached[position - 1]


def _ranges(patterns: Iterable[str]) -> Mapping[int, list[tuple[str, str]]]:
    ranges: dict[int, list[tuple[str, str]]] = {}
    for pattern in patterns:
        first, _, last = pattern.partition("-")
        if first.isdecimal() and last.isdecimal() and len(first) == len(last):  # else a code with a dash: 150-0001
            ranges.setdefault(len(first), []).append((first, last))
    return ranges


def _by_first(ranges: Iterable[tuple[str, str]]) -> tuple[Sequence[str], Sequence[str]]:
    firsts, lasts = zip(*sorted(ranges), strict=True)
    return firsts, tuple(accumulate(lasts, max))


def packed(postcode: str) -> str:
    """Return a postcode without blanks, in upper case."""
    return "".join(postcode.split()).upper()


def is_account(wanted: frozenset[str], company: str, email: str | None) -> bool:
    """Return whether a company is wanted.

    It matches by name or by the domain of the address.
    """
    domain = (email or "").rpartition("@")[2]
    return any(name and name.casefold() in wanted for name in (company, domain))


def is_email(wanted: frozenset[str], email: str | None) -> bool:
    """Return whether an address is wanted, in any case.

    It matches itself, or by its domain such as @example.com.
    """
    address = (email or "").casefold()
    return bool(address) and (address in wanted or f"@{address.rpartition('@')[2]}" in wanted)


def is_fields(wanted: Mapping[str, frozenset[str]], fields: Mapping[str, str]) -> bool:
    """Return whether all wanted fields are present and match.

    A field without wanted values matches any value.
    """
    return all(name in fields and (not values or fields[name].casefold() in values) for name, values in wanted.items())
