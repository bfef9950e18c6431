"""Lists of numbers that nobody may text or call by machine, ours and others', and how old they may be (H2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

GOOD_FOR = timedelta(days=31)
"""47 CFR 64.1200(c)(2)(i)(D): a version of the registry obtained no more than 31 days before the call."""

INTERNAL_LIST = "ours"
"""The list of people who asked us: it is added to and never replaced, and so never stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DncList:
    """A list as it was imported: obtained from its keeper on the day `as_of` (UTC), with so many different numbers."""

    name: str
    as_of: date
    imported_at: datetime
    numbers: int

    @property
    def generation(self) -> str:
        """Return what its entries carry: that of a later import sorts after it."""
        return f"{self.as_of.isoformat()}#{self.imported_at.astimezone(UTC).isoformat()}"

    def age(self, now: datetime) -> int:
        """Return how many days ago it was obtained."""
        return (now.astimezone(UTC).date() - self.as_of).days

    def is_stale(self, now: datetime) -> bool:
        """Tell whether it is too old to be relied on."""
        return self.name != INTERNAL_LIST and self.age(now) > GOOD_FOR.days

    def counts(self, generation: str | None) -> bool:
        """Tell whether an entry counts: of its last import, or of one that runs now; ours always do."""
        return generation is not None and (self.name == INTERNAL_LIST or generation >= self.generation)


@dataclass(frozen=True, slots=True, kw_only=True)
class DncStatus:
    """What the lists say of one number: all that there are, and the names of those that it is on.

    `unreadable` names those that there are and that cannot be read: the number may be on them.
    """

    lists: tuple[DncList, ...] = ()
    on: frozenset[str] = frozenset()
    unreadable: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        """Return in words which lists the number is on; empty when on none."""
        found = [f"“{one.name}” (as of {one.as_of.isoformat()})" for one in self.lists if one.name in self.on]
        return f"on the do-not-call list {' and '.join(found)}" if found else ""

    def forbids(self, required: Collection[str], now: datetime) -> str:
        """Return why the number must not be texted or called; empty when it may be.

        A list that is stale, that cannot be read, or that is `required` and was never imported, forbids every number:
        it might be on it.
        """
        if self.listed:
            return self.listed
        if self.unreadable:
            return f"the do-not-call list “{self.unreadable[0]}” cannot be read"
        missing = sorted(set(required) - {one.name for one in self.lists})
        if missing:
            return f"the do-not-call list “{missing[0]}” was never imported"
        stale = next((one for one in self.lists if one.is_stale(now)), None)
        return f"the do-not-call list “{stale.name}” is {stale.age(now)} days old" if stale else ""
