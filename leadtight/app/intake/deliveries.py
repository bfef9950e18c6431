"""Settle delivered items: create, merge, announce or quarantine each once.

Every item is settled by a transaction of its own before the source is told that we have it, each under a guard made
from the source's own id. So the source may deliver again whenever it is unsure, and nothing is accepted twice: accepted
= created + merged + quarantined.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from leadtight.app.intake.receive import KEY_KEPT, Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.intake.time_limits import Limits, unlimited
from leadtight.app.outcomes.call_report import CallReport
from leadtight.app.ports.clock_and_ids import NewId
from leadtight.app.ports.guards import AlreadyTaken, Guard
from leadtight.app.ports.quarantine import Hint, QuarantineStore
from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState, Reason, discard_on_arrival
from leadtight.domain.model.errors import (
    InvalidInquiry,
    NotFound,
    NothingToJoin,
    NotStorable,
    OutOfTime,
    StaleSubmission,
    TooManyPosts,
    UnprovedSender,
)
from leadtight.domain.policy.trust import Submitter

if TYPE_CHECKING:  # for annotations: most deliveries record no outcomes
    from leadtight.app.outcomes.recording import LeadView


CALLER = "caller"
"""Data key for the caller of a held post.

It is set only where the caller proved who it is.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingDelivery:
    """An authentic delivery that is not a lead yet.

    It has its reason, and enough to read or fetch it again. `channel` names the reader (`webhook:facebook`). An
    announced delivery is fetched automatically; the others wait for a person, unless a rule has settled them already
    (`settled_by`): those are kept for a time so that they can be found.
    """

    channel: str
    source: str
    key: str
    reason: Reason
    detail: str = ""
    content: str = ""
    content_type: str = ""
    is_base64: bool = False
    file: str = ""
    settled_by: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


Inquiring = Submission | PendingDelivery
Item = Inquiring | CallReport

Report = Callable[[CallReport, datetime], "LeadView"]
"""Records a call report.

Raises InvalidInquiry, NotFound or StaleSubmission when it does not fit one of our leads.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledItem:
    """The result for an item: its lead or held delivery.

    `id` is the id of either; a duplicate has the id of the first. `flags` name the fields that could not be read. A
    lead that is not `is_reachable` cannot be answered.
    """

    id: str
    status: Literal["created", "merged", "noted", "duplicate", "held", "announced", "set_aside"]
    flags: tuple[str, ...] = ()
    is_reachable: bool = True


class Deliveries:
    """Takes items, each exactly once."""

    def __init__(self, intake: Intake, quarantine: QuarantineStore, new_id: NewId, hint: Hint, report: Report) -> None:
        """Take the intake, the quarantine and the two callbacks.

        `hint` announces that a delivery can be fetched, `report` records calls.
        """
        self._intake = intake
        self._held = quarantine
        self._new_id = new_id
        self._hint = hint
        self._report = report

    def take(self, item: Item, channel: str, now: datetime, original: PendingDelivery | None = None) -> SettledItem:
        """Settle one item; hold what is not a lead.

        It is held as its `original` came in, or as it was read. Raises Conflict when other writers kept winning: let
        the source deliver again.
        """
        if isinstance(item, PendingDelivery):
            return self.hold(item, now)
        if isinstance(item, CallReport):
            return self._note(item, now, original)
        try:
            return self.admit(item, channel, now, original)
        except NothingToJoin as error:
            aside = _unsettled(item, channel, original, Reason.AUTOMATIC, str(error))
            return self.hold(replace(aside, settled_by="system:no_inquiry"), now)
        except UnprovedSender as error:
            return self.hold(_unsettled(item, channel, original, Reason.UNVERIFIED, str(error)), now)
        except InvalidInquiry as error:
            return self.hold(_unsettled(item, channel, original, Reason.UNMAPPED, str(error)), now)

    def admit(
        self, item: Submission, channel: str, now: datetime, original: PendingDelivery | None = None
    ) -> SettledItem:
        """Settle a submission whose sender can correct it.

        Raises InvalidInquiry instead of holding it. It is held only when it exceeds a rate limit or cannot be stored:
        its sender cannot correct that.
        """
        try:
            accepted = self._intake.receive(item, now)
        except TooManyPosts as error:
            return self.hold(_unsettled(item, channel, original, Reason.TOO_MANY, str(error)), now)
        except NotStorable as error:
            return self.hold(_unsettled(item, channel, original, Reason.UNMAPPED, str(error)), now)
        return SettledItem(
            id=accepted.lead_id, status=accepted.status, flags=accepted.flags, is_reachable=accepted.is_reachable
        )

    def _note(self, call: CallReport, now: datetime, original: PendingDelivery | None) -> SettledItem:
        """Record a call report, or hold it.

        It is held when it names none of our leads, or an unknown outcome or person.
        """
        assert original is not None, "a report is the only item of its delivery"
        try:
            view = self._report(call, now)
        except (InvalidInquiry, NotFound, StaleSubmission) as error:
            return self.hold(replace(original, reason=Reason.UNMAPPED, detail=str(error)), now)
        return SettledItem(id=view.lead.id, status="noted" if view.recorded else "duplicate")

    def hold(self, item: PendingDelivery, now: datetime) -> SettledItem:
        """Hold an item for a person or a later try."""
        delivery = _quarantined(item, self._new_id(), now)
        settled = _settled(delivery, self._held.hold(delivery, held_guard(item, now), now))
        if settled.status == "announced":
            self._hint(delivery.id)
        return settled

    def hold_all(self, items: Sequence[PendingDelivery], now: datetime) -> tuple[SettledItem, ...]:
        """Hold many items with few calls, as `hold` does.

        Of two with one key the second is a duplicate.
        """
        rows: dict[str, tuple[QuarantinedDelivery, Guard]] = {}
        for item in items:
            rows.setdefault(held_guard(item, now).key, (_quarantined(item, self._new_id(), now), held_guard(item, now)))
        taken = self._held.hold_all(tuple(rows.values()), now)
        first = {
            key: _settled(delivery, taker) for (key, (delivery, _)), taker in zip(rows.items(), taken, strict=True)
        }
        if hinted := [settled.id for settled in first.values() if settled.status == "announced"]:
            self._hint(*hinted)
        return tuple(self._once(first, held_guard(item, now).key) for item in items)

    @staticmethod
    def _once(first: dict[str, SettledItem], key: str) -> SettledItem:
        settled = first[key]
        first[key] = replace(settled, status="duplicate")
        return settled

    def take_all(
        self, items: Sequence[Item], channel: str, now: datetime, original: PendingDelivery | None = None
    ) -> tuple[SettledItem, ...]:
        """Settle every item of a request.

        Raises the first error after the other items had their turn.
        """
        return self.take_each([(item, original) for item in items], channel, now)

    def take_each(
        self,
        pairs: Sequence[tuple[Item, PendingDelivery | None]],
        channel: str,
        now: datetime,
        limits: Limits = unlimited,
    ) -> tuple[SettledItem, ...]:
        """Settle items with their originals, each within its time limit.

        An item that is not a lead is held. One that runs out of time is kept for later. Raises the first error after
        the other items had their turn.
        """
        settled: dict[int, SettledItem] = {}
        failures: list[Exception] = []
        kept = {number: item for number, (item, _) in enumerate(pairs) if isinstance(item, PendingDelivery)}
        alone = [number for number in range(len(pairs)) if number not in kept]
        for number, limit in zip(alone, limits(len(alone)), strict=True):
            item, original = pairs[number]
            try:
                with limit:
                    settled[number] = self.take(item, channel, now, original)
            except OutOfTime as error:
                if original is None:
                    raise
                kept[number] = _postponed(item, original, str(error))
            except Exception as error:  # noqa: BLE001 - raised below, after the other items had their turn
                failures.append(error)
        try:
            settled |= zip(kept, self.hold_all(tuple(kept.values()), now), strict=True)
        except Exception as error:  # noqa: BLE001 - raised below, as what failed alone is
            failures.append(error)
        if failures:
            raise failures[0]
        return tuple(settled[number] for number in sorted(settled))


def _postponed(item: Item, original: PendingDelivery, detail: str) -> PendingDelivery:
    """Return an item that ran out of time as pending.

    A lead is received later automatically; a call report waits for a person.
    """
    if isinstance(item, CallReport):
        return replace(original, reason=Reason.UNREADABLE, detail=f"reading it takes too long: {detail}")
    return replace(original, reason=Reason.ANNOUNCED, key=item.key or original.key, detail=detail)


def held_guard(item: PendingDelivery, now: datetime) -> Guard:
    """Return the guard that holds an item only once."""
    fingerprint = hashlib.sha256(item.content.encode("utf-8", "replace")).hexdigest()
    return Guard(
        source=f"held:{item.channel}",
        key=item.key or fingerprint,
        fingerprint=fingerprint,
        expires_at=now + KEY_KEPT,
    )


def _settled(delivery: QuarantinedDelivery, taken: AlreadyTaken | None) -> SettledItem:
    if taken:
        return SettledItem(id=taken.lead_id, status="duplicate")
    if delivery.next_try_at is not None:
        return SettledItem(id=delivery.id, status="announced")
    return SettledItem(id=delivery.id, status="held" if delivery.is_open else "set_aside")


def _unsettled(
    item: Submission, channel: str, original: PendingDelivery | None, reason: Reason, detail: str
) -> PendingDelivery:
    if original:
        return replace(original, key=item.key or original.key, reason=reason, detail=detail)
    return PendingDelivery(
        channel=channel,
        source=item.source,
        key=item.key or "",
        reason=reason,
        detail=detail,
        content=_json(item.body),
        content_type="application/json",
        data={CALLER: str(item.caller)} if item.caller is Submitter.KEYED_API else {},
    )


def _json(body: Mapping[str, Any]) -> str:
    """Return a body as JSON that the table can store.

    A lone surrogate, which no encoding can write, stays escaped.
    """
    return json.dumps(body, default=str, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _quarantined(item: PendingDelivery, held_id: str, now: datetime) -> QuarantinedDelivery:
    announced = item.reason is Reason.ANNOUNCED
    delivery = QuarantinedDelivery(
        id=held_id,
        channel=item.channel,
        source=item.source,
        key=item.key,
        received_at=now,
        reason=item.reason,
        detail=item.detail,
        content=item.content,
        content_type=item.content_type,
        is_base64=item.is_base64,
        file=item.file,
        state=QuarantineState.WAITING if announced else QuarantineState.HELD,
        next_try_at=now if announced else None,
        data=dict(item.data),
    )
    return discard_on_arrival(delivery, item.settled_by) if item.settled_by else delivery
