"""Writes in memory that only an erasure makes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from leadtight.adapters.memory.table import MemoryTable
from leadtight.domain.compliance.erasure import ERASED, IMPORTED, Erasure
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.listing import Listing

if TYPE_CHECKING:
    from leadtight.domain.model.event import Event


class MemoryErasures(MemoryTable):
    """The table in memory, and ErasureStore over it."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._records: dict[str, Erasure] = {}

    def find_erasure(self, request: str) -> Erasure | None:
        """Return the record of an erasure."""
        return self._records.get(request)

    def keep_erasure(self, erasure: Erasure) -> None:
        """Store the record of an erasure."""
        self._records[erasure.id] = erasure

    def rewrite(self, event: Event) -> None:
        """Replace the event of the same id."""
        if (event.lead_id, event.id) in self._events:
            self._events[event.lead_id, event.id] = event

    def drop_messages(self, lead_id: str) -> int:
        """Delete a lead's messages."""
        messages = self.messages(lead_id)
        for message in messages:
            del self._messages[lead_id, message.id]
        return len(messages)

    def drop_consents(self, records: Iterable[ConsentRecord]) -> None:
        """Delete consents."""
        gone = tuple(records)
        self._consents = [record for record in self._consents if record not in gone]

    def forget_leads(self, person_key: str, lead_ids: Iterable[str]) -> None:
        """Remove leads from a person key."""
        ids, none = frozenset(lead_ids), frozenset[str]()
        self._leads_of[person_key] = self._leads_of.get(person_key, none) - ids
        if self._latest.get(person_key) in ids:
            del self._latest[person_key]

    def all_held(self) -> Listing[QuarantinedDelivery]:
        """Return every quarantined delivery."""
        return self._listing("held", self._deliveries.values(), lambda delivery: delivery.id)

    def drop_held(self, held_id: str) -> None:
        """Delete a quarantined delivery."""
        self._deliveries.pop(held_id, None)

    def guards_of(self, lead_ids: frozenset[str]) -> Listing[str]:
        """Return the guards of leads."""
        guards = self._listing("guard", self._guards.items(), lambda item: " ".join(item[0]))
        return Listing((json.dumps(pair) for pair, claim in guards if claim.lead_id in lead_ids), guards.unreadable)

    def bare_guard(self, name: str) -> None:
        """Erase an imported row's fingerprint; keep its guard."""
        source, key = json.loads(name)
        claim = self._guards[source, key]
        if claim.guard.fingerprint.startswith(IMPORTED):
            bare = replace(claim.guard, fingerprint=IMPORTED + ERASED)
            self._guards[source, key] = replace(claim, guard=bare)
