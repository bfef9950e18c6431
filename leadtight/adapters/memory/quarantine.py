"""Quarantined deliveries in memory."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from leadtight.adapters.memory.guards import MemoryGuards
from leadtight.app.ports.guards import AlreadyTaken, Guard
from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.listing import Listing


class MemoryQuarantine(MemoryGuards):
    """QuarantineStore over dictionaries."""

    def hold(self, delivery: QuarantinedDelivery, guard: Guard, now: datetime) -> AlreadyTaken | None:
        """Store a delivery under its guard."""
        with self._lock:
            if taken := self._taken(guard, now):
                return None if taken.lead_id == delivery.id else taken
            self._take(guard, delivery.id)
            self._deliveries[delivery.id] = delivery
            return None

    def hold_all(
        self, deliveries: Sequence[tuple[QuarantinedDelivery, Guard]], now: datetime
    ) -> tuple[AlreadyTaken | None, ...]:
        """Store each delivery under its guard."""
        return tuple(self.hold(delivery, guard, now) for delivery, guard in deliveries)

    def find_held(self, held_id: str) -> QuarantinedDelivery | None:
        """Return one quarantined delivery."""
        self._check_readable("held", held_id)
        return self._deliveries.get(held_id)

    def open_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries that wait for a person."""
        return self._held_by(
            lambda delivery: delivery.state is QuarantineState.HELD and not delivery.is_suspected, limit
        )

    def suspected_held(self, limit: int) -> Listing[QuarantinedDelivery]:
        """Return suspected spam."""
        return self._held_by(
            lambda delivery: delivery.state is QuarantineState.HELD and delivery.is_suspected, limit, newest_first=True
        )

    def waiting(self, until: datetime, limit: int) -> Listing[QuarantinedDelivery]:
        """Return deliveries whose next try is due."""
        return self._held_by(lambda delivery: delivery.next_try_at is not None and delivery.next_try_at <= until, limit)

    def settled_held(self, day: date) -> Listing[QuarantinedDelivery]:
        """Return the settled deliveries of a UTC day."""
        return self._held_by(
            lambda delivery: not delivery.is_open and delivery.received_at.astimezone(UTC).date() == day
        )

    def _held_by(
        self, which: Callable[[QuarantinedDelivery], bool], limit: int | None = None, *, newest_first: bool = False
    ) -> Listing[QuarantinedDelivery]:
        with self._lock:
            matching = [delivery for delivery in self._deliveries.values() if which(delivery)]
        matching.sort(
            key=lambda delivery: (delivery.next_try_at or delivery.received_at, delivery.id), reverse=newest_first
        )
        return self._listing("held", matching, lambda delivery: delivery.id, limit)

    def settle(self, delivery: QuarantinedDelivery) -> None:
        """Store the next version of a delivery."""
        with self._lock:
            stored = self._deliveries.get(delivery.id)
            if stored == delivery:
                return
            if stored is None or stored.version != delivery.version - 1:
                raise Conflict(f"delivery {delivery.id} has moved on")
            self._deliveries[delivery.id] = delivery
