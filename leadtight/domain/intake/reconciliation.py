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
        """Return how many came by themselves."""
        return self.listed - len(self.missed)

    @property
    def outstanding(self) -> int:
        """Return how many are still not here."""
        return len(set(self.missed) - set(self.taken))


def compared(before: Reconciliation, listed: frozenset[str], here: frozenset[str], now: datetime) -> Reconciliation:
    """Compare the source's list with arrivals once more.

    A key once missed stays missed, however it arrived later.
    """
    missed = (listed & set(before.missed)) | (listed - here)
    taken = missed & (here | set(before.taken))
    return replace(before, as_of=now, listed=len(listed), missed=tuple(sorted(missed)), taken=tuple(sorted(taken)))


def completed(compared: Reconciliation) -> Reconciliation:
    """Mark all missed keys as fetched."""
    return replace(compared, taken=compared.missed)
