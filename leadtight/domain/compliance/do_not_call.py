"""Do-not-call lists, internal and imported, and their maximum age (H2).

Numbers on them are not texted, and not called automatically.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MAX_AGE = timedelta(days=31)
"""47 CFR 64.1200(c)(2)(i)(D): a version of the registry obtained no more than 31 days before the call."""

INTERNAL_LIST = "ours"
"""The company's own list of opt-outs: entries are added and never replaced, so it is never stale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DncList:
    """An imported list: its date and its number of entries.

    It was obtained from its keeper on the day `as_of` (UTC).
    """

    name: str
    as_of: date
    imported_at: datetime
    numbers: int

    @property
    def generation(self) -> str:
        """Return the generation of its entries.

        That of a later import sorts after it.
        """
        return f"{self.as_of.isoformat()}#{self.imported_at.astimezone(UTC).isoformat()}"

    def age(self, now: datetime) -> int:
        """Return its age in days."""
        return (now.astimezone(UTC).date() - self.as_of).days

    def is_stale(self, now: datetime) -> bool:
        """Return whether it is too old to use."""
        return self.name != INTERNAL_LIST and self.age(now) > MAX_AGE.days

    def counts(self, generation: str | None) -> bool:
        """Return whether an entry of this generation counts.

        It does when it is of the last import or a running one; entries of the internal list always count.
        """
        return generation is not None and (self.name == INTERNAL_LIST or generation >= self.generation)


@dataclass(frozen=True, slots=True, kw_only=True)
class DncStatus:
    """Do-not-call status of one number.

    It has all lists, and the names of those with the number. `unreadable` names lists that exist and cannot be read:
    the number may be on them.
    """

    lists: tuple[DncList, ...] = ()
    on: frozenset[str] = frozenset()
    unreadable: tuple[str, ...] = ()

    @property
    def listed(self) -> str:
        """Name the lists with the number, if any."""
        names = [
            f"“{dnc_list.name}” (as of {dnc_list.as_of.isoformat()})"
            for dnc_list in self.lists
            if dnc_list.name in self.on
        ]
        return f"on the do-not-call list {' and '.join(names)}" if names else ""

    def forbids(self, required: Collection[str], now: datetime) -> str:
        """Return why the number must not be texted or called.

        Empty when it may be. A list that is stale, unreadable, or `required` and never imported, forbids every number:
        any number may be on it.
        """
        if self.listed:
            return self.listed
        if self.unreadable:
            return f"the do-not-call list “{self.unreadable[0]}” cannot be read"
        missing = sorted(set(required) - {dnc_list.name for dnc_list in self.lists})
        if missing:
            return f"the do-not-call list “{missing[0]}” was never imported"
        stale = next((dnc_list for dnc_list in self.lists if dnc_list.is_stale(now)), None)
        return f"the do-not-call list “{stale.name}” is {stale.age(now)} days old" if stale else ""
