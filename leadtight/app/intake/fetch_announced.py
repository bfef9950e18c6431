"""Fetch announced leads from their sources, with growing pauses.

It goes on until the delivery is a lead or a person must look.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.intake.time_limits import Limits, unlimited
from leadtight.app.ports.quarantine import Fetch, QuarantineStore
from leadtight.app.sweep import Left, unbounded
from leadtight.domain.intake.quarantine import (
    QuarantinedDelivery,
    QuarantineState,
    Reason,
    complete_release,
    discard,
    quarantine_for_review,
    schedule_retry,
)
from leadtight.domain.model.errors import Conflict, FetchFailed, FetchRefused, InvalidInquiry, NothingToJoin, OutOfTime
from leadtight.domain.model.listing import unreadable_in

BATCH = 200
NO_LEAD = "it holds no lead that can be made by itself"
ReadFetched = Callable[[QuarantinedDelivery, bytes], Sequence[Submission]]
"""Reads fetched content.

Raises InvalidInquiry when it is not a lead.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSummary:
    """The results of one sweep over announced deliveries.

    `unfinished` are the deliveries that were due when time ran out.
    """

    fetched: int
    put_off: int
    waiting_for_a_person: int
    unfinished: int = 0
    faults: tuple[Exception, ...] = ()


class FetchAnnounced:
    """Settles announced deliveries, from the queue or the sweep; idempotent."""

    def __init__(self, quarantine: QuarantineStore, intake: Intake, fetch: Fetch, read: ReadFetched) -> None:
        """Take the store, the intake, and who fetches and reads."""
        self._held = quarantine
        self._intake = intake
        self._fetch = fetch
        self._read = read

    def collect(self, held_id: str, now: datetime) -> QuarantinedDelivery | None:
        """Fetch one announced delivery; None when nothing is due.

        Returns its new state. It is received under the guard of its source's own id, so that two concurrent fetches
        make one lead.
        """
        delivery = self._held.find_held(held_id)
        if delivery is None or delivery.next_try_at is None or delivery.next_try_at > now:
            return None
        after = self._tried(delivery, now)
        try:
            self._held.settle(after)
        except Conflict:
            return None  # another process was faster, with the same result
        return after

    def sweep(self, now: datetime, left: Left = unbounded, limits: Limits = unlimited) -> FetchSummary:
        """Fetch all due deliveries while time is left.

        Each has its own time limit.
        """
        results, faults = [], list[Exception]()
        due = self._held.waiting(now, BATCH)
        unreached = len(due)
        for delivery, limit in zip(due, limits(len(due)), strict=True):
            if left() <= timedelta():
                break
            unreached -= 1
            try:
                results.append(self._collect_within(limit, delivery.id, now))
            except Exception as error:  # noqa: BLE001 - kept for the caller, after the others had their turn
                faults.append(error)
                self._put_off(delivery, error, now)
        still_held = self._held.open_held(BATCH)
        return FetchSummary(
            fetched=sum(1 for r in results if r and r.state is QuarantineState.RELEASED),
            put_off=sum(1 for r in results if r and r.state is QuarantineState.WAITING),
            waiting_for_a_person=len(still_held) + len(unreadable_in(still_held)),
            unfinished=unreached,
            faults=tuple(faults),
        )

    def _collect_within(
        self, limit: AbstractContextManager[None], held_id: str, now: datetime
    ) -> QuarantinedDelivery | None:
        with limit:
            return self.collect(held_id, now)

    def _put_off(self, delivery: QuarantinedDelivery, error: Exception, now: datetime) -> None:
        """Postpone a delivery that failed unexpectedly.

        So it does not stay ahead of the others.
        """
        with suppress(Exception):  # the fault itself is reported; while the table is down the delivery stays
            self._held.settle(schedule_retry(delivery, f"{type(error).__name__}: {error}", now))

    def _tried(self, delivery: QuarantinedDelivery, now: datetime) -> QuarantinedDelivery:
        try:
            content = self._fetch(delivery)
        except (FetchFailed, OutOfTime) as error:
            return schedule_retry(delivery, str(error), now)
        except FetchRefused as error:
            return quarantine_for_review(delivery, Reason.NOT_FETCHED, str(error))
        try:
            accepted = [
                self._intake.receive(replace(item, key=delivery.key), now) for item in self._read(delivery, content)
            ]
        except OutOfTime as error:
            return schedule_retry(delivery, f"reading it takes too long: {error}", now)
        except NothingToJoin as error:
            return discard(delivery, "system:no_inquiry", str(error), now)
        except InvalidInquiry as error:
            return quarantine_for_review(delivery, Reason.UNMAPPED, str(error), content.decode("utf-8", "replace"))
        if not accepted:
            return quarantine_for_review(delivery, Reason.UNREADABLE, NO_LEAD, content.decode("utf-8", "replace"))
        return complete_release(delivery, accepted[0].lead_id, "system:collect", now)
