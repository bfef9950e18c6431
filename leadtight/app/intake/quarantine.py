"""Review held deliveries: look, release, discard, and read again.

They are read again after a mapping was corrected.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from leadtight.app.intake.deliveries import Item, Report
from leadtight.app.intake.inbound_mail import CHANNEL as MAIL
from leadtight.app.intake.receive import Intake, IntakeResult
from leadtight.app.intake.submission import Submission
from leadtight.app.outcomes.call_report import CallReport
from leadtight.app.ports.quarantine import QuarantineStore
from leadtight.domain.intake.quarantine import (
    TOGETHER,
    QuarantinedDelivery,
    abort_release,
    begin_release,
    complete_release,
    discard,
    reopen,
)
from leadtight.domain.model.errors import Conflict, InvalidInquiry, NotFound, Problem, StaleSubmission, UnreadableRow
from leadtight.domain.model.listing import Listing, Unreadable, unreadable_in

Reread = Callable[[QuarantinedDelivery], Sequence[Item]]
"""Reads a held delivery again by the current policy.

Raises InvalidInquiry when it is still not a lead.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """The deliveries that became leads, and problems of the others."""

    released: int
    still_held: tuple[tuple[str, str], ...]


class Quarantine:
    """The held deliveries, for people."""

    def __init__(self, store: QuarantineStore, intake: Intake, reread: Reread, report: Report) -> None:
        """Take the store, the intake and the two callbacks.

        `reread` reads a delivery again; `report` records calls.
        """
        self._held = store
        self._intake = intake
        self._reread = reread
        self._report = report

    def waiting(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return deliveries that wait for a person, oldest first."""
        return self._held.open_held(limit)

    def suspected(self, limit: int) -> tuple[QuarantinedDelivery, ...]:
        """Return suspected spam, the latest first."""
        return self._held.suspected_held(limit)

    def set_aside(self, now: datetime, limit: int, days: int = 7) -> Listing[QuarantinedDelivery]:
        """Return deliveries that rules set aside lately, latest first.

        It covers the last `days` in UTC. Any of them may be released.
        """
        settled, unreadable = list[QuarantinedDelivery](), list[Unreadable]()
        for back in range(days):
            of_day = self._held.settled_held(now.astimezone(UTC).date() - timedelta(days=back))
            settled += (delivery for delivery in reversed(of_day) if delivery.is_set_aside)
            unreadable += unreadable_in(of_day)
            if len(settled) >= limit:
                break
        return Listing(settled[:limit], unreadable)

    def settled(self, day: date) -> tuple[QuarantinedDelivery, ...]:
        """Return settled deliveries that came in on a UTC day."""
        return self._held.settled_held(day)

    def find(self, held_id: str) -> QuarantinedDelivery:
        """Return one delivery. Raises NotFound."""
        delivery = self._held.find_held(held_id)
        if delivery is None:
            raise NotFound(f"{held_id}: no such delivery")
        return delivery

    def reads_as(self, delivery: QuarantinedDelivery) -> tuple[Mapping[str, Any], ...]:
        """Return the bodies of the leads in a delivery.

        It is empty when nothing can be read.
        """
        try:
            return tuple(item.body for item in self._reread(delivery) if isinstance(item, Submission))
        except InvalidInquiry:
            return ()

    def release(
        self, held_id: str, by: str, now: datetime, completed: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[IntakeResult, ...]:
        """Release a delivery as one or more leads; idempotent.

        `completed` values of a person (name, email, phone, message) override those that were read.

        The release is marked as begun first. Otherwise a concurrent discard, or one after a crash, would discard a
        lead. Raises NotFound; StaleSubmission when it was settled before; InvalidInquiry naming what it still lacks;
        Conflict when another person was faster.
        """
        delivery = self._begun(held_id)
        try:
            accepted = self._accepted(delivery, completed, now)
        except InvalidInquiry:
            self._held.settle(abort_release(delivery))
            raise
        self._held.settle(complete_release(delivery, accepted[0].lead_id, by, now))
        return accepted

    def _begun(self, held_id: str) -> QuarantinedDelivery:
        delivery = self.find(held_id)
        if delivery.is_open and delivery.is_being_released:
            return delivery
        begun = begin_release(delivery)
        self._held.settle(begun)
        return begun

    def _accepted(
        self, delivery: QuarantinedDelivery, completed: Mapping[str, str], now: datetime
    ) -> tuple[IntakeResult, ...]:
        items = self._completed(delivery, completed) if completed else self._readable(delivery)
        if not items:
            raise InvalidInquiry([Problem("body", "it contains no lead")])
        return tuple(self._accept(item, f"held:{delivery.id}:{number}", now) for number, item in enumerate(items))

    def _readable(self, delivery: QuarantinedDelivery) -> list[Submission | CallReport]:
        return [item for item in self._reread(delivery) if isinstance(item, Submission | CallReport)]

    def _completed(self, delivery: QuarantinedDelivery, completed: Mapping[str, str]) -> list[Submission | CallReport]:
        """Return a delivery's leads with the typed values.

        Where nothing can be read, the whole content is kept.
        """
        try:
            first, *others = self._readable(delivery) or [_unread(delivery)]
        except InvalidInquiry:
            first, others = _unread(delivery), []
        if isinstance(first, Submission):
            first = replace(first, body={**first.body, **completed})
        return [first, *others]

    def _accept(self, item: Submission | CallReport, key: str, now: datetime) -> IntakeResult:
        if isinstance(item, Submission):
            return self._intake.receive(replace(item, key=key, joins_only=False), now)
        try:
            return IntakeResult(lead_id=self._report(item, now).lead.id, status="merged")
        except NotFound as error:
            raise InvalidInquiry([Problem("body", str(error))]) from error

    def discard(
        self, held_id: str, by: str, reason: str, now: datetime, *, together: bool = False
    ) -> QuarantinedDelivery:
        """Discard a delivery as not a lead.

        Deliveries discarded `together` can be reopened together. Raises InvalidInquiry without a reason, NotFound,
        StaleSubmission.
        """
        if not reason.strip():
            raise InvalidInquiry([Problem("reason", "say why this is not a lead")])
        settled = discard(self.find(held_id), f"{by}{TOGETHER}" if together else by, reason.strip(), now)
        self._held.settle(settled)
        return settled

    def reopen(self, delivery: QuarantinedDelivery) -> None:
        """Reopen a delivery that was discarded with others.

        Raises StaleSubmission, Conflict.
        """
        self._held.settle(reopen(delivery))

    def replay(self, channel: str, by: str, now: datetime, limit: int = 1_000) -> ReplayResult:
        """Read every held delivery of a channel again.

        This is for after its mapping or its secret was corrected.
        """
        done, still = 0, []
        for delivery in self._held.open_held(limit):
            if delivery.channel != channel:
                continue
            try:
                self.release(delivery.id, by, now)
                done += 1
            except (InvalidInquiry, NotFound, StaleSubmission, Conflict, UnreadableRow) as error:
                still.append((delivery.id, str(error)))
        return ReplayResult(released=done, still_held=tuple(still))


def _unread(delivery: QuarantinedDelivery) -> Submission:
    """Make an unreadable delivery a lead with all its data."""
    kept = {f"held_{name}": str(value) for name, value in delivery.data.items()}
    if delivery.file:
        kept["mail_file"] = delivery.file
    if delivery.content and not delivery.is_base64:
        kept["held_delivery"] = delivery.content
    return Submission(source=delivery.source, conversation=delivery.channel == MAIL, body={"fields": kept})
