"""What a reader of many found: the values, and the stored rows that this version cannot read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A stored row that this version cannot read: its kind, its key, and which error reading it raised.

    It says nothing of what the row holds: that may name a person.
    """

    kind: str
    key: str
    error: str


class Listing(tuple[T, ...]):
    """Values in order, and what was passed over on the way to them. Equal to the plain tuple of its values."""

    unreadable: tuple[Unreadable, ...]

    def __new__(cls, values: Iterable[T] = (), unreadable: Iterable[Unreadable] = ()) -> Listing[T]:
        """Make a listing of values; `unreadable` are the rows that it lacks."""
        listing = super().__new__(cls, values)
        listing.unreadable = tuple(unreadable)
        return listing


def unreadable_in(*found: tuple[object, ...]) -> tuple[Unreadable, ...]:
    """Return the rows that readers passed over, in order, each once."""
    rows = (row for values in found if isinstance(values, Listing) for row in values.unreadable)
    return tuple(dict.fromkeys(rows))
