"""Settle all that is held for one reason at once: a flood is a manager's one decision, not a thousand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadtight.app.intake.quarantine import Quarantine
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound, Problem, StaleSubmission

AT_ONCE = 200
MOST_LOOKED_THROUGH = 12_800
DAYS_BACK = 7
"""How long what was discarded together can be opened again together."""

GoOn = Callable[[], bool]
"""Tells whether there is time for one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSettlementResult:
    """How many were settled, which could not be and why, and whether some were left for want of time."""

    done: int
    refused: tuple[tuple[str, str], ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSelection:
    """What is decided about: what was held for a reason until a person looked, and nothing that came since."""

    reason: Reason
    until: datetime


class BulkSettlement:
    """Decides about every delivery that is held for one reason."""

    def __init__(self, quarantine: Quarantine) -> None:
        """Take what settles one delivery."""
        self._quarantine = quarantine

    def held_for(self, reason: Reason, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return what waits for this reason, the oldest first."""
        deliveries = self._quarantine.suspected(limit) if reason is Reason.SPAM else self._quarantine.waiting(limit)
        return tuple(delivery for delivery in deliveries if delivery.reason is reason)

    def release(self, chosen: SettlementSelection, by: str, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Let all of them become leads; each is one, or stays held, as if it had been released by itself."""
        return self._each(self._open(chosen), lambda delivery: self._quarantine.release(delivery.id, by, now), go_on)

    def discard(
        self, chosen: SettlementSelection, by: str, explanation: str, now: datetime, go_on: GoOn
    ) -> BulkSettlementResult:
        """Decide that all of them are no leads. Raises InvalidInquiry without a reason."""
        if not explanation.strip():
            raise InvalidInquiry([Problem("reason", "say why these are not leads")])

        def discard(delivery: QuarantinedDelivery) -> object:
            return self._quarantine.discard(delivery.id, by, explanation, now, together=True)

        return self._each(self._open(chosen), discard, go_on)

    def reopen(self, reason: Reason, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Hold again what was discarded together in the last week: nothing is lost by the wrong press."""
        return self._each(self._discarded(reason, now), self._quarantine.reopen, go_on)

    def _each(
        self, chosen: Iterator[QuarantinedDelivery], settle: Callable[[QuarantinedDelivery], object], go_on: GoOn
    ) -> BulkSettlementResult:
        """Settle one after the other; one that another person settled meanwhile is theirs."""
        done, refused = 0, list[tuple[str, str]]()
        for delivery in chosen:
            if not go_on():
                return BulkSettlementResult(done=done, refused=tuple(refused), is_complete=False)
            try:
                settle(delivery)
                done += 1
            except (StaleSubmission, NotFound):
                continue
            except (InvalidInquiry, Conflict) as error:
                refused.append((delivery.id, str(error)))
        return BulkSettlementResult(done=done, refused=tuple(refused))

    def _open(self, chosen: SettlementSelection) -> Iterator[QuarantinedDelivery]:
        """Yield each once, however many others wait before it; what is settled leaves the index a moment later."""
        known_ids: set[str] = set()
        limit = AT_ONCE
        while limit <= MOST_LOOKED_THROUGH:
            fresh = [delivery for delivery in self.held_for(chosen.reason, limit) if delivery.id not in known_ids]
            if not fresh:
                limit *= 4
            known_ids.update(delivery.id for delivery in fresh)
            yield from (delivery for delivery in fresh if delivery.received_at <= chosen.until)

    def _discarded(self, reason: Reason, now: datetime) -> Iterator[QuarantinedDelivery]:
        for back in range(DAYS_BACK):
            for delivery in self._quarantine.settled((now.astimezone(UTC) - timedelta(days=back)).date()):
                if delivery.reason is reason and delivery.is_discarded_together:
                    yield delivery
