"""Guards and their counts in memory."""

from collections.abc import Iterable
from datetime import datetime

from leadtight.adapters.memory.rows import MemoryGuard, MemoryRows
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard


class MemoryGuards(MemoryRows):
    """Guards, whatever became of what took them."""

    def taken_by(self, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Return the holder of a guard."""
        with self._lock:
            return self._taken(guard, now)

    def taken_of(self, guards: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return the pairs whose guard is taken."""
        with self._lock:
            taken = [p for p in guards if p in self._guards and self._guards[p].guard.expires_at > now]
            return frozenset(self._listing("guard", taken, " ".join))

    def mark(self, guard: Guard, item_id: str) -> None:
        """Take a guard for a stored item."""
        with self._lock:
            self._take(guard, item_id)

    def _take(self, guard: Guard, by: str) -> None:
        self._guards[guard.source, guard.key] = MemoryGuard(by, guard)
        self._counts.update(count.key for count in guard.counts)

    def _taken(self, guard: Guard, now: datetime) -> AlreadyTaken | None:
        entry = self._guards.get((guard.source, guard.key))
        self._check_readable("guard", f"{guard.source} {guard.key}")
        if entry is None or entry.guard.expires_at <= now:
            return None
        return AlreadyTaken(lead_id=entry.lead_id, fingerprint=entry.guard.fingerprint)

    def _full(self, guard: Guard) -> Full | None:
        return next((Full(key=c.key) for c in guard.counts if self._counts[c.key] >= c.at_most), None)
