"""Do-not-call lists in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from leadtight.domain.compliance.do_not_call import DncList, DncStatus
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.listing import Listing, Unreadable


@dataclass
class MemoryDncLists:
    """DncLists in dictionaries.

    The `spoiled` ones exist but cannot be read, like rows of a newer version.
    """

    published: dict[str, DncList] = field(default_factory=dict)
    entries: dict[tuple[str, str], str] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)

    def lists(self) -> Listing[DncList]:
        """Return every list, by name."""
        readable = (self.published[name] for name in sorted(self.published) if name not in self.spoiled)
        spoiled = (Unreadable(kind="call_list", key=name, error="Spoiled") for name in sorted(self.spoiled))
        return Listing(readable, spoiled)

    def standing(self, number_key: str) -> DncStatus:
        """Return a number's status on all lists."""
        on = (
            imported.name for imported in self.lists() if imported.counts(self.entries.get((number_key, imported.name)))
        )
        return DncStatus(lists=tuple(self.lists()), on=frozenset(on), unreadable=tuple(sorted(self.spoiled)))

    def add(self, to: DncList, number_keys: Iterable[str]) -> int:
        """Write entries of an import."""
        count = 0
        for key in number_keys:
            self.entries[key, to.name] = to.generation
            count += 1
        return count

    def publish(self, imported: DncList) -> None:
        """Replace a list with a complete import."""
        stored = self.published.get(imported.name)
        if stored and stored.generation > imported.generation:
            raise Conflict(f"the list {imported.name} was already imported for a later day")
        self.published[imported.name] = imported

    def drop(self, name: str) -> bool:
        """Delete a list; return False when there is none."""
        return self.published.pop(name, None) is not None
