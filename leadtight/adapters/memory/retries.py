"""Outbox retries in memory."""

from datetime import datetime

from leadtight.adapters.aws.retry_queue import next_second
from leadtight.app.ports.alarms import NEAR


class MemoryRetries:
    """Keeps the times of outbox retries."""

    def __init__(self, *, lost: bool = False) -> None:
        """Start without retries; with `lost`, none ever comes."""
        self.lost = lost
        self.waiting: set[datetime] = set()

    def at(self, when: datetime, now: datetime) -> None:
        """Schedule a retry."""
        if when - now <= NEAR and not self.lost:
            self.waiting.add(next_second(when))

    def next_at(self) -> datetime | None:
        """Return the time of the next retry."""
        return min(self.waiting, default=None)

    def due(self, now: datetime) -> bool:
        """Check whether a retry is due; drop all due ones."""
        later = {when for when in self.waiting if when > now}
        is_due = len(later) < len(self.waiting)
        self.waiting = later
        return is_due
