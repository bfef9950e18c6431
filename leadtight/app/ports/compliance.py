"""Ports of do-not-call lists and erasures."""

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
    """Do-not-call lists and the hashed numbers on them (H2)."""

    def lists(self) -> tuple[DncList, ...]:
        """Return every list, by name."""

    def standing(self, number_key: str) -> DncStatus:
        """Return the do-not-call status of a number.

        Entries of an unfinished import count already.
        """

    def add(self, to: DncList, number_keys: Iterable[str]) -> int:
        """Write entries of an unpublished import; return their number."""

    def publish(self, imported: DncList) -> None:
        """Replace the previous list by a complete import.

        Raises Conflict when the previous one is later.
        """

    def drop(self, name: str) -> bool:
        """Forget a list; False when there is none."""


class ErasureStore(Protocol):
    """Table operations that only an erasure needs; all idempotent."""

    def find_erasure(self, request_hash: str) -> Erasure | None:
        """Return the latest erasure record for a search term's hash."""

    def keep_erasure(self, erasure: Erasure) -> None:
        """Store an erasure record in place of the previous one."""

    def rewrite(self, event: Event) -> None:
        """Replace the event with the same id, if it exists."""

    def drop_messages(self, lead_id: str) -> int:
        """Delete a lead's messages and their provider ids; count them.

        A message that cannot be read stays.
        """

    def drop_consents(self, records: Iterable[ConsentRecord]) -> None:
        """Delete what a person was asked to agree to."""

    def forget_leads(self, person_key: str, lead_ids: Iterable[str]) -> None:
        """Remove leads from a person key.

        Its opt-outs stay.
        """

    def all_held(self) -> tuple[QuarantinedDelivery, ...]:
        """Return every held delivery, settled ones too.

        Reads the whole table.
        """

    def drop_held(self, held_id: str) -> None:
        """Delete a held delivery."""

    def guards_of(self, lead_ids: frozenset[str]) -> tuple[str, ...]:
        """Return the guards that these leads took.

        Reads the whole table.
        """

    def bare_guard(self, name: str) -> None:
        """Erase the guard's payload; keep its key."""


class DeadLetters(Protocol):
    """Dead letters of a queue, which may hold personal data."""

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Count those that name the person; delete them with `apply`."""
