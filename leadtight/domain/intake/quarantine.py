"""Quarantined deliveries: kept whole and visible until settled.

A person settles them, or another try.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from leadtight.domain.model.errors import StaleSubmission

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=36)
TOGETHER = " (all at once)"
"""Suffix of a person's name on a bulk decision."""

BY_A_RULE = "system:"
"""Prefix of the names of rules that settle deliveries."""


class Reason(StrEnum):
    """Why a delivery is not a lead yet."""

    ANNOUNCED = "announced"
    UNREADABLE = "unreadable"
    UNMAPPED = "unmapped"
    SPAM = "spam"
    TOO_MANY = "too_many"
    NOT_FETCHED = "not_fetched"
    UNSAFE = "unsafe"
    AUTOMATIC = "automatic"
    UNVERIFIED = "unverified"


class QuarantineState(StrEnum):
    """State of a quarantined delivery.

    A waiting one is retried automatically; a held one waits for a person.
    """

    WAITING = "waiting"
    HELD = "held"
    RELEASED = "released"
    DISCARDED = "discarded"


OPEN = frozenset({QuarantineState.WAITING, QuarantineState.HELD})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedDelivery:
    """One delivery as received, not a lead yet.

    `channel` names its reader (`form:contact`, `webhook:typeform`, `email`). `content` is the raw body as text, base64
    when it is not text, or empty when `file` names it in the mail bucket. `version` counts its transactions. While it
    `is_being_released` it may already have a lead.
    """

    id: str
    channel: str
    source: str
    key: str
    received_at: datetime
    reason: Reason
    detail: str = ""
    content: str = ""
    content_type: str = ""
    is_base64: bool = False
    file: str = ""
    state: QuarantineState = QuarantineState.HELD
    tries: int = 0
    next_try_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""
    lead_id: str | None = None
    version: int = 1
    data: dict[str, Any] = field(default_factory=dict)
    is_being_released: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether it waits for a person or retry."""
        return self.state in OPEN

    @property
    def is_suspected(self) -> bool:
        """Return whether it looks like spam.

        Suspected spam is listed separately, so that a flood of it hides nothing else.
        """
        return self.reason is Reason.SPAM

    @property
    def is_set_aside(self) -> bool:
        """Return whether a rule settled it before a person looked.

        A person who knows better may still release it.
        """
        return self.state is QuarantineState.DISCARDED and self.settled_by.startswith(BY_A_RULE)

    @property
    def is_discarded_together(self) -> bool:
        """Return whether it is part of a bulk discard.

        A person discarded all that was held for its reason, and may reopen it.
        """
        return self.state is QuarantineState.DISCARDED and self.settled_by.endswith(TOGETHER)


def reopen(delivery: QuarantinedDelivery) -> QuarantinedDelivery:
    """Reopen a delivery of a bulk discard.

    Raises StaleSubmission for any other.
    """
    if not delivery.is_discarded_together:
        raise StaleSubmission(f"{delivery.id} was not part of a bulk discard")
    return replace(
        delivery, state=QuarantineState.HELD, settled_at=None, settled_by="", note="", version=delivery.version + 1
    )


def complete_release(delivery: QuarantinedDelivery, lead_id: str, by: str, now: datetime) -> QuarantinedDelivery:
    """Settle the delivery as released, with its lead.

    Raises StaleSubmission when it was settled.
    """
    return _settle(delivery, QuarantineState.RELEASED, by, now, lead_id=lead_id)


def begin_release(delivery: QuarantinedDelivery) -> QuarantinedDelivery:
    """Mark the delivery as being released.

    It cannot be discarded from now on. One that a rule set aside is open again from now on. Raises StaleSubmission when
    a person settled it.
    """
    if delivery.is_set_aside:
        delivery = replace(delivery, state=QuarantineState.HELD, settled_at=None, settled_by="", note="")
    _must_be_open(delivery)
    return replace(delivery, is_being_released=True, version=delivery.version + 1)


def abort_release(delivery: QuarantinedDelivery) -> QuarantinedDelivery:
    """Mark the delivery as no longer being released.

    It is still not a lead.
    """
    return replace(delivery, is_being_released=False, version=delivery.version + 1)


def discard(delivery: QuarantinedDelivery, by: str, reason: str, now: datetime) -> QuarantinedDelivery:
    """Discard the delivery.

    Raises StaleSubmission when it was settled, and while it is being released.
    """
    if delivery.is_being_released:
        raise StaleSubmission(f"{delivery.id} is being released: release it again if it stays here")
    return _settle(delivery, QuarantineState.DISCARDED, by, now, note=reason)


def discard_on_arrival(delivery: QuarantinedDelivery, by: str) -> QuarantinedDelivery:
    """Discard the delivery by a rule, on arrival.

    It is kept only so that it can be found.
    """
    return replace(
        delivery, state=QuarantineState.DISCARDED, settled_at=delivery.received_at, settled_by=by, note=delivery.detail
    )


def _settle(
    delivery: QuarantinedDelivery, state: QuarantineState, by: str, now: datetime, **fields: Any
) -> QuarantinedDelivery:
    _must_be_open(delivery)
    return replace(
        delivery,
        state=state,
        settled_at=now,
        settled_by=by,
        next_try_at=None,
        is_being_released=False,
        version=delivery.version + 1,
        **fields,
    )


def _must_be_open(delivery: QuarantinedDelivery) -> None:
    if not delivery.is_open:
        raise StaleSubmission(f"{delivery.id} is already {delivery.state}")


def schedule_retry(delivery: QuarantinedDelivery, detail: str, now: datetime) -> QuarantinedDelivery:
    """Schedule the next retry after a failed one.

    Pauses double; after `GIVEN_UP_AFTER` the delivery waits for a person.
    """
    given_up = now - delivery.received_at >= GIVEN_UP_AFTER
    pause = min(FIRST_PAUSE * 2 ** min(delivery.tries, 10), LONGEST_PAUSE)
    return replace(
        delivery,
        state=QuarantineState.HELD if given_up else QuarantineState.WAITING,
        reason=Reason.NOT_FETCHED if given_up else delivery.reason,
        detail=detail,
        tries=delivery.tries + 1,
        next_try_at=None if given_up else now + pause,
        version=delivery.version + 1,
    )


def quarantine_for_review(
    delivery: QuarantinedDelivery, reason: Reason, detail: str, content: str = ""
) -> QuarantinedDelivery:
    """Hold a delivery for a person: retrying would not help.

    `content` is the fetched content, if any.
    """
    return replace(
        delivery,
        state=QuarantineState.HELD,
        reason=reason,
        detail=detail,
        content=content or delivery.content,
        next_try_at=None,
        version=delivery.version + 1,
    )
