"""Usage, refusals and costs."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from scripts.load.quotas import PRICES

_PRICE = {
    "writes": PRICES.write,
    "reads": PRICES.read,
    "requests": PRICES.request,
    "invocations": PRICES.invocation,
    "gb_seconds": PRICES.gb_second,
    "messages": PRICES.message,
    "schedules": PRICES.schedule,
    "mails": PRICES.mail,
    "texts": PRICES.text,
    "files": PRICES.file,
}


@dataclass
class Meter:
    """Counts usage by kind, refusals, and peaks by partition.

    Kinds are those of `_PRICE`; peaks are units per second.
    """

    used: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    peaks: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _seconds: dict[str, tuple[int, float]] = field(default_factory=dict)

    def use(self, kind: str, units: float = 1) -> None:
        """Count a use that is charged."""
        self.used[kind] += units  # type: ignore[assignment]  # units may be halves

    def refuse(self, kind: str) -> None:
        """Count a refusal."""
        self.refused[kind] += 1

    def partition(self, name: str, key: str, units: float, now: float) -> None:
        """Count a partition's units in its second.

        The peak is that of all partitions sharing its name.
        """
        place = f"{name} {key}"
        second, so_far = self._seconds.get(place, (int(now), 0.0))
        total = so_far + units if second == int(now) else units
        self._seconds[place] = int(now), total
        if total > self.peaks[name]:
            self.peaks[name] = total

    def hottest(self, most: int = 5) -> dict[str, float]:
        """Return the partitions with the highest peaks."""
        return dict(sorted(self.peaks.items(), key=lambda item: -item[1])[:most])

    def dollars(self) -> dict[str, float]:
        """Return the cost of each kind."""
        return {kind: self.used[kind] * price for kind, price in _PRICE.items() if self.used[kind]}
