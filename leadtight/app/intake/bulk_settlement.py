"""Settle all deliveries held for one reason with one decision.

So a flood costs a manager one decision, not a thousand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadtight.app.intake.quarantine import Quarantine
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound, Problem, StaleSubmission

AT_ONCE = 200
MOST_LOOKED_THROUGH = 12_800
DAYS_BACK = 7
"""How long deliveries discarded together can be reopened together."""

GoOn = Callable[[], bool]
"""Tells whether there is time for one more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkSettlementResult:
    """Counts of settled deliveries, and the refused ones with reasons.

    It also says whether some were left for lack of time.
    """

    done: int
    refused: tuple[tuple[str, str], ...] = ()
    is_complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementSelection:
    """The deliveries held for a reason when a person looked.

    Later ones are not included.
    """

    reason: Reason
    until: datetime


class BulkSettlement:
    """Decides about every delivery that is held for one reason."""

    def __init__(self, quarantine: Quarantine) -> None:
        """Take what settles one delivery."""
        self._quarantine = quarantine

    def held_for(self, reason: Reason, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries held for a reason, oldest first."""
        deliveries = self._quarantine.suspected(limit) if reason is Reason.SPAM else self._quarantine.waiting(limit)
        return tuple(delivery for delivery in deliveries if delivery.reason is reason)

    def release(self, chosen: SettlementSelection, by: str, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Release all of them as leads.

        Each becomes a lead, or stays held, as if it had been released alone.
        """
        return self._each(self._open(chosen), lambda delivery: self._quarantine.release(delivery.id, by, now), go_on)

    def discard(
        self, chosen: SettlementSelection, by: str, explanation: str, now: datetime, go_on: GoOn
    ) -> BulkSettlementResult:
        """Discard all of them.

        Raises InvalidInquiry without an explanation.
        """
        if not explanation.strip():
            raise InvalidInquiry([Problem("reason", "say why these are not leads")])

        def discard(delivery: QuarantinedDelivery) -> object:
            return self._quarantine.discard(delivery.id, by, explanation, now, together=True)

        return self._each(self._open(chosen), discard, go_on)

    def reopen(self, reason: Reason, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Reopen deliveries that were discarded together in the last week.

        So pressing the wrong button loses nothing.
        """
        return self._each(self._discarded(reason, now), self._quarantine.reopen, go_on)

    def _each(
        self, chosen: Iterator[QuarantinedDelivery], settle: Callable[[QuarantinedDelivery], object], go_on: GoOn
    ) -> BulkSettlementResult:
        """Settle deliveries one by one.

        One that another person has settled meanwhile is left to them.
        """
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
        """Yield each selected delivery once.

        A settled delivery leaves the index a moment later.
        """
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
