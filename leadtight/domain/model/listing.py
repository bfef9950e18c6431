"""A listing of values, and its unreadable rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A stored row that this version cannot read.

    It has the kind, the key and the error, but nothing of the content: that may name a person.
    """

    kind: str
    key: str
    error: str


class Listing(tuple[T, ...]):
    """Values in order, and the unreadable rows among them.

    It equals the plain tuple of its values.
    """

    unreadable: tuple[Unreadable, ...]

    def __new__(cls, values: Iterable[T] = (), unreadable: Iterable[Unreadable] = ()) -> Listing[T]:
        """Make a listing of values.

        `unreadable` rows are missing from it.
        """
        listing = super().__new__(cls, values)
        listing.unreadable = tuple(unreadable)
        return listing


def unreadable_in(*listings: tuple[object, ...]) -> tuple[Unreadable, ...]:
    """Return the unreadable rows of listings, in order, without duplicates."""
    rows = (row for values in listings if isinstance(values, Listing) for row in values.unreadable)
    return tuple(dict.fromkeys(rows))
