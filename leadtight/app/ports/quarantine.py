"""Deliveries that are no lead yet, as Protocols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.app.ports.guards import AlreadyTaken, Guard
    from leadtight.domain.intake.quarantine import QuarantinedDelivery

Hint = Callable[..., None]
"""Says of held deliveries, by id, that they can be fetched now. A hint may get lost: the sweep finds them, too."""


Fetch: TypeAlias = "Callable[[QuarantinedDelivery], bytes]"
"""Returns what a source announced. Raises FetchFailed for now, FetchRefused for good."""


class QuarantineStore(Protocol):
    """Deliveries that are no lead yet."""

    def hold(self, delivery: QuarantinedDelivery, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Keep a delivery under its guard in one transaction; return who took the guard if it is taken."""

    def hold_all(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> tuple[AlreadyTaken | None, ...]:
        """Keep each delivery under its own guard, with few calls; return as `hold` does, in order."""

    def find_held(self, held_id: str) -> QuarantinedDelivery | None:
        """Return one held delivery."""

    def open_held(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries that wait for a person, oldest first, without suspected spam."""

    def suspected_held(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return suspected spam that nobody has settled, the latest first."""

    def waiting(self, before: datetime, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries whose next try is at or before `before`, earliest first."""

    def settled_held(self, day: date) -> tuple[QuarantinedDelivery, ...]:
        """Return the deliveries that came in on a UTC day and have been settled since, in order of arrival."""

    def settle(self, delivery: QuarantinedDelivery) -> None:
        """Store the next version of a held delivery. Raises Conflict when it has moved on; twice the same is once."""
