"""Ports of the guards that make a delivery count once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.intake.spam import RateLimitCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Makes one delivery count once.

    `(source, key)` is taken until `expires_at`; the delivery counts once in each of `counts`.
    """

    source: str
    key: str
    fingerprint: str
    expires_at: datetime
    counts: tuple[RateLimitCounter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTaken:
    """The lead and content that took a guard before."""

    lead_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A limit of the guard is reached; nothing was stored."""

    key: str


class Guards(Protocol):
    """The guards that were taken."""

    def taken_of(self, pairs: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return the `(source, key)` pairs whose guard is taken."""

    def mark(self, guard: Guard, item_id: str) -> None:
        """Take a guard for an item that is stored already.

        An earlier holder is forgotten.
        """
