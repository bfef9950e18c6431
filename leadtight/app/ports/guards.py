"""What makes a delivery count once, as Protocols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.intake.spam import RateLimitCounter


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Makes one delivery count once: `(source, key)` is taken until `expires_at`, and it is one more of `counts`."""

    source: str
    key: str
    fingerprint: str
    expires_at: datetime
    counts: tuple[RateLimitCounter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTaken:
    """The guard was taken before: by which lead, and by which content."""

    lead_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A window of the guard's counts has had as many as it takes. Nothing was stored."""

    key: str


class Guards(Protocol):
    """What has been taken, whatever became of it."""

    def taken_of(self, pairs: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return those of the `(source, key)` pairs whose guard is taken."""
