"""What a source says it had on a day, beside what arrived from it (A13, Q10)."""

from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """One channel's local day as of an instant: how many its source lists, and the keys of those that had not come.

    `missed` were not here when they were looked for, `taken` are those of them that have been taken since.
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
    """Return what a new look at the source's list adds: what was once missed stays missed, whoever brought it later."""
    missed = (listed & set(before.missed)) | (listed - here)
    taken = missed & (here | set(before.taken))
    return replace(before, as_of=now, listed=len(listed), missed=tuple(sorted(missed)), taken=tuple(sorted(taken)))


def completed(compared: Reconciliation) -> Reconciliation:
    """Return the day when all that was missed has been taken."""
    return replace(compared, taken=compared.missed)
