"""Rows, lock and unreadable rows of the table in memory.

All of its parts share them.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from leadtight.app.ports.guards import Guard
from leadtight.domain.compliance.send_limits import RecentSends
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.capacity import OwnerState
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.message import Channel, Message
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.notifications.interruptions import Alerts

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedCapacity:
    """A hint of the stream: a person has room again."""

    person_id: str


@dataclass(frozen=True, slots=True)
class MemoryGuard:
    """A guard and its holder."""

    lead_id: str
    guard: Guard


class MemoryRows:
    """Rows in dictionaries, with a lock for a transaction.

    `inserted` is their stream: every new lead and message and every place that became free, in order. What is named in
    `spoiled`, by the kind and the key of its row, is there and cannot be read, like a row of a newer version.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.RLock()
        self._leads: dict[str, Lead] = {}
        self._events: dict[tuple[str, str], Event] = {}
        self._messages: dict[tuple[str, str], Message] = {}
        self._holders: dict[tuple[str, str], str] = {}
        self._rotations: dict[str, Rotation] = {}
        self._guards: dict[tuple[str, str], MemoryGuard] = {}
        self._owners: dict[str, OwnerState] = {}
        self._alerts: dict[str, Alerts] = {}
        self._deliveries: dict[str, QuarantinedDelivery] = {}
        self._latest: dict[str, str] = {}
        self._suppressed: dict[str, frozenset[Channel]] = {}
        self._leads_of: dict[str, frozenset[str]] = {}
        self._consents: list[ConsentRecord] = []
        self._counts: Counter[str] = Counter()
        self._sent: dict[str, RecentSends] = {}
        self.inserted: list[Lead | Message | FreedCapacity] = []
        self.spoiled: set[tuple[str, str]] = set()

    def _check_readable(self, kind: str, key: str) -> None:
        if (kind, key) in self.spoiled:
            raise UnreadableRow(Unreadable(kind=kind, key=key, error="Spoiled"))

    def _listing(
        self, kind: str, values: Iterable[T], key_of: Callable[[T], str], limit: int | None = None
    ) -> Listing[T]:
        """Return the first `limit` readable values."""
        readable: list[T] = []
        unreadable: list[Unreadable] = []
        for value in values:
            if len(readable) == limit:
                break
            if (kind, key_of(value)) in self.spoiled:
                unreadable.append(Unreadable(kind=kind, key=key_of(value), error="Spoiled"))
            else:
                readable.append(value)
        return Listing(readable, unreadable)

    def _owner(self, person_id: str) -> OwnerState:
        return self._owners.get(person_id, OwnerState(person_id=person_id))


def id_of(lead: Lead) -> str:
    """Return the key of a lead's rows."""
    return lead.id


def event_key(event: Event) -> str:
    """Return the key of an event's row."""
    return f"{event.lead_id} {event.id}"


def message_key(message: Message) -> str:
    """Return the key of a message's row."""
    return f"{message.lead_id} {message.id}"
