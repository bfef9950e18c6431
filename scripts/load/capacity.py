"""Read and write units: costs of items, and remaining capacity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WRITE_BYTES, READ_BYTES = 1024, 4096


def size(item: Mapping[str, Any]) -> int:
    """Return an item's size in bytes, names included.

    The rule is in DynamoDB's guide, `CapacityUnitCalculations`.
    """
    return sum(len(name.encode()) + _value(attribute) for name, attribute in item.items())


def _value(attribute: Mapping[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return len(value.lstrip("-").replace(".", "")) // 2 + 1
    if kind in ("SS", "NS"):
        return sum(len(member.encode()) for member in value)
    if kind in ("BOOL", "NULL"):
        return 1
    raise ValueError(f"no row has a value of kind {kind}")


def write_units(bytes_: int) -> int:
    """Return the units of a write, one per started kilobyte."""
    return max(1, math.ceil(bytes_ / WRITE_BYTES))


def read_units(bytes_: int, *, consistent: bool) -> float:
    """Return the units of a read, one per 4 KB.

    Started ones count. An eventually consistent read costs half.
    """
    return max(1, math.ceil(bytes_ / READ_BYTES)) * (1.0 if consistent else 0.5)


@dataclass
class TokenBucket:
    """A rate in units per second.

    Unused units of at most one second are kept, and the last use may overdraw. Burst capacity, which AWS grants without
    a promise, is left out.
    """

    rate: float
    kept: float
    filled_at: float = 0.0

    @classmethod
    def full(cls, rate: float, at_once: float | None = None) -> TokenBucket:
        """Return a full bucket."""
        return cls(rate=rate, kept=at_once or rate)

    def has_any(self, now: float, at_most: float | None = None) -> bool:
        """Return whether any unit is left."""
        self.kept = min(at_most or self.rate, self.kept + (now - self.filled_at) * self.rate)
        self.filled_at = now
        return self.kept > 0

    def take(self, units: float) -> None:
        """Use units."""
        self.kept -= units


@dataclass
class Warm:
    """The throughput of a whole on-demand table or index.

    It doubles some time after half of it was used.
    """

    bucket: TokenBucket
    doubles_after: float
    reached_at: float | None = None
    _minute: int = 0
    _taken: float = 0.0

    def has_any(self, now: float) -> bool:
        """Return whether any unit is left."""
        if self.reached_at is not None and now - self.reached_at >= self.doubles_after:
            self.bucket.rate, self.reached_at = self.bucket.rate * 2, None
        return self.bucket.has_any(now)

    def take(self, units: float, now: float) -> None:
        """Use units; note when a minute reaches half the throughput."""
        self.bucket.take(units)
        if int(now // 60) != self._minute:
            self._minute, self._taken = int(now // 60), 0.0
        self._taken += units
        if self.reached_at is None and self._taken / 60 >= self.bucket.rate / 2:
            self.reached_at = now
