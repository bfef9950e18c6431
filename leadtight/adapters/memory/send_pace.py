"""The pace of sends per second, in memory."""

from collections import Counter
from datetime import datetime

from leadtight.domain.model.message import Channel


class MemoryPace:
    """A pace in memory, which can be `unbounded`.

    Simulated worlds need that where much happens at one instant.
    """

    def __init__(self, *, unbounded: bool = False) -> None:
        """Start with no sends."""
        self.unbounded = unbounded
        self._taken: Counter[tuple[Channel, int]] = Counter()
        self._rests: dict[Channel, datetime] = {}

    def take(self, channel: Channel, most: int, now: datetime) -> bool:
        """Take one of `most` sends of this second."""
        second = int(now.timestamp())
        is_over = self._taken[channel, second] >= most or now < self._rests.get(channel, now)
        if is_over and not self.unbounded:
            return False
        self._taken[channel, second] += 1
        return True

    def rest(self, channel: Channel, until: datetime) -> None:
        """Pause a channel until then."""
        self._rests[channel] = until
