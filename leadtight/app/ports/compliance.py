"""What do-not-call lists and erasures need of the outside, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.compliance.do_not_call import DncList, DncStatus
    from leadtight.domain.compliance.erasure import Erasure
    from leadtight.domain.intake.quarantine import QuarantinedDelivery
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.model.event import Event


class DncLists(Protocol):
    """Do-not-call lists: what was imported, and which numbers, by their hashes, are on them (H2)."""

    def lists(self) -> tuple[DncList, ...]:
        """Return every list, by name."""

    def standing(self, number_key: str) -> DncStatus:
        """Return what the lists say of a number. An entry of an import that runs counts already."""

    def add(self, to: DncList, number_keys: Iterable[str]) -> int:
        """Write entries of an import that is not published yet, as they come; return how many."""

    def publish(self, imported: DncList) -> None:
        """Let a complete import take the place of the list before it. Raises Conflict when that is a later one."""

    def drop(self, name: str) -> bool:
        """Forget a list; False when there is none."""


class ErasureStore(Protocol):
    """What only the erasure of a person does to the table. Every method may be repeated."""

    def find_erasure(self, request_hash: str) -> Erasure | None:
        """Return the latest record of an erasure by the hash of what was asked for."""

    def keep_erasure(self, erasure: Erasure) -> None:
        """Store the record of an erasure, in the place of the one before it."""

    def rewrite(self, event: Event) -> None:
        """Put an event in the place of the one with its id; does nothing when there is none."""

    def drop_messages(self, lead_id: str) -> int:
        """Delete a lead's messages and what leads to them from their providers' ids; return how many.

        One that cannot be read stays.
        """

    def drop_consents(self, records: Iterable[ConsentRecord]) -> None:
        """Delete what a person was asked to agree to."""

    def forget_leads(self, person_key: str, lead_ids: Iterable[str]) -> None:
        """Let a person key lead to none of these leads any more; what it has left stays."""

    def all_held(self) -> tuple[QuarantinedDelivery, ...]:
        """Return every held delivery, settled ones too. Reads the whole table."""

    def drop_held(self, held_id: str) -> None:
        """Delete a held delivery."""

    def guards_of(self, lead_ids: frozenset[str]) -> tuple[str, ...]:
        """Return the guards that these leads have taken. Reads the whole table."""

    def bare_guard(self, name: str) -> None:
        """Let a guard keep nothing of what was delivered but that it was."""


class DeadLetters(Protocol):
    """Messages of a queue that were given up, and hold what a person wrote or can be reached at."""

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Return how many of them name the person, and delete these when `apply` says so."""
