"""The index as readers see it: delayed, ordered by key."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Item = Mapping[str, Any]
Place = tuple[str, str, str]
"""The index's sort key, then the table's keys."""


@dataclass
class Index:
    """Items by index partition.

    A change is visible `lag` seconds after it was made.
    """

    lag: float
    _places: dict[str, list[Place]] = field(default_factory=dict)
    _items: dict[tuple[str, str], Item] = field(default_factory=dict)
    _coming: deque[tuple[float, tuple[str, str], Item | None]] = field(default_factory=deque)

    def change(self, key: tuple[str, str], after: Item | None, now: float) -> None:
        """Move or remove an item after the lag."""
        self._coming.append((now + self.lag, key, after))

    def read(self, partition: str, now: float, *, forward: bool) -> Iterator[Item]:
        """Yield a partition's visible items, in order."""
        self._catch_up(now)
        places = self._places.get(partition, [])
        for place in list(places) if forward else list(reversed(places)):
            yield self._items[place[1:]]

    def _catch_up(self, now: float) -> None:
        while self._coming and self._coming[0][0] <= now:
            _, key, after = self._coming.popleft()
            if previous := self._items.pop(key, None):
                places = self._places[previous["gsi1pk"]["S"]]
                del places[bisect_left(places, _place(previous))]
            if after and "gsi1pk" in after and "gsi1sk" in after:
                self._items[key] = after
                insort(self._places.setdefault(after["gsi1pk"]["S"], []), _place(after))


def _place(item: Item) -> Place:
    return item["gsi1sk"]["S"], item["pk"]["S"], item["sk"]["S"]


def partition_of(item: Item | None) -> str | None:
    """Return an item's index partition; None without one."""
    return str(item["gsi1pk"]["S"]) if item and "gsi1pk" in item and "gsi1sk" in item else None
