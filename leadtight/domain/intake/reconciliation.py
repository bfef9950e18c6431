"""Reconciliation of a source's day with arrivals (A13, Q10)."""

from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Reconciliation of one channel's local day, at one instant.

    `listed` is the count of the source. `missed` are the keys that had not arrived when first compared, `taken` those
    of them fetched since.
    """

    channel: str
    day: date
    as_of: datetime
    listed: int = 0
    missed: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def arrived(self) -> int:
        """Return how many arrived without a fetch."""
        return self.listed - len(self.missed)

    @property
    def outstanding(self) -> int:
        """Return how many have still not arrived."""
        return len(set(self.missed) - set(self.taken))


def compare(previous: Reconciliation, listed: frozenset[str], arrived: frozenset[str], now: datetime) -> Reconciliation:
    """Compare the source's list with arrivals once more.

    A key once missed stays missed, however it arrived later.
    """
    missed = (listed & set(previous.missed)) | (listed - arrived)
    taken = missed & (arrived | set(previous.taken))
    return replace(previous, as_of=now, listed=len(listed), missed=tuple(sorted(missed)), taken=tuple(sorted(taken)))


def mark_complete(compare: Reconciliation) -> Reconciliation:
    """Mark all missed keys as fetched."""
    return replace(compare, taken=compare.missed)
