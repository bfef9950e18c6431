"""Ports of the quarantine of deliveries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from leadtight.app.ports.guards import AlreadyTaken, Guard
    from leadtight.domain.intake.quarantine import QuarantinedDelivery

Hint = Callable[..., None]
"""Announces held deliveries, by id, that can be fetched now.

A hint may get lost: the sweep finds them, too.
"""


Fetch: TypeAlias = "Callable[[QuarantinedDelivery], bytes]"
"""Returns the announced content of a source.

Raises FetchFailed (temporary), FetchRefused (permanent).
"""


class QuarantineStore(Protocol):
    """The deliveries that are not leads yet."""

    def hold(self, delivery: QuarantinedDelivery, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Store a delivery under its guard in one transaction.

        Returns who took the guard if it is taken.
        """

    def hold_all(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> tuple[AlreadyTaken | None, ...]:
        """Store deliveries, each under its own guard, with few calls.

        Returns as `hold` does, in order.
        """

    def find_held(self, held_id: str) -> QuarantinedDelivery | None:
        """Return one held delivery."""

    def open_held(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries that wait for a person, oldest first.

        Suspected spam is left out.
        """

    def suspected_held(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return unsettled suspected spam, latest first."""

    def waiting(self, before: datetime, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries to try again at or before `before`.

        The earliest comes first.
        """

    def settled_held(self, day: date) -> tuple[QuarantinedDelivery, ...]:
        """Return settled deliveries that came in on a UTC day.

        They are in order of arrival.
        """

    def settle(self, delivery: QuarantinedDelivery) -> None:
        """Store the next version of a held delivery; idempotent.

        Raises Conflict when it has moved on.
        """
