"""Read and write units: what an item costs, and who has how many left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WRITE_BYTES, READ_BYTES = 1024, 4096


def size(item: Mapping[str, Any]) -> int:
    """Return an item's bytes: its names and values (DynamoDB's guide, `CapacityUnitCalculations`)."""
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
    raise ValueError(f"no row of ours has a value of kind {kind}")


def write_units(bytes_: int) -> int:
    """Return the units of a write: one for each kilobyte begun."""
    return max(1, math.ceil(bytes_ / WRITE_BYTES))


def read_units(bytes_: int, *, consistent: bool) -> float:
    """Return the units of a read: one for each four kilobytes begun, half of it where it may be stale."""
    return max(1, math.ceil(bytes_ / READ_BYTES)) * (1.0 if consistent else 0.5)


@dataclass
class TokenBucket:
    """So many units a second; unused ones of one second at most are kept, and the last one may overdraw.

    Burst capacity, which AWS gives without a promise, is left out.
    """

    rate: float
    kept: float
    filled_at: float = 0.0

    @classmethod
    def full(cls, rate: float, at_once: float | None = None) -> TokenBucket:
        """Return a bucket with all that it can hold."""
        return cls(rate=rate, kept=at_once or rate)

    def has_any(self, now: float, at_most: float | None = None) -> bool:
        """Tell whether there is something left."""
        self.kept = min(at_most or self.rate, self.kept + (now - self.filled_at) * self.rate)
        self.filled_at = now
        return self.kept > 0

    def take(self, units: float) -> None:
        """Take units out."""
        self.kept -= units


@dataclass
class Warm:
    """What a whole table or index takes: on demand it doubles some time after half of it was reached."""

    bucket: TokenBucket
    doubles_after: float
    reached_at: float | None = None
    _minute: int = 0
    _taken: float = 0.0

    def has_any(self, now: float) -> bool:
        """Tell whether there is something left."""
        if self.reached_at is not None and now - self.reached_at >= self.doubles_after:
            self.bucket.rate, self.reached_at = self.bucket.rate * 2, None
        return self.bucket.has_any(now)

    def take(self, units: float, now: float) -> None:
        """Take units out, and see whether this minute reaches half of what there is."""
        self.bucket.take(units)
        if int(now // 60) != self._minute:
            self._minute, self._taken = int(now // 60), 0.0
        self._taken += units
        if self.reached_at is None and self._taken / 60 >= self.bucket.rate / 2:
            self.reached_at = now
