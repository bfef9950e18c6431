"""Events of AWS End User Messaging about texts.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadtight.adapters.aws.message_tags import decoded
from leadtight.adapters.aws.notifications import Unread
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport

PREFIX = "TEXT_"
UNKNOWN_FATE = "TEXT_UNKNOWN"
"""The event after 72 hours without a receipt: the text stays sent, and unconfirmed."""

OPTED_OUT = "opted out"

_RECEIPTS: Mapping[str, DeliveryReceipt] = {
    "TEXT_SENT": DeliveryReceipt.ACCEPTED,
    "TEXT_QUEUED": DeliveryReceipt.ACCEPTED,
    "TEXT_PENDING": DeliveryReceipt.ACCEPTED,
    "TEXT_DELIVERED": DeliveryReceipt.DELIVERED,
    "TEXT_SUCCESSFUL": DeliveryReceipt.DELIVERED,
    "TEXT_INVALID": DeliveryReceipt.BOUNCED,
    "TEXT_INVALID_MESSAGE": DeliveryReceipt.UNDELIVERED,
    "TEXT_UNREACHABLE": DeliveryReceipt.UNDELIVERED,
    "TEXT_CARRIER_UNREACHABLE": DeliveryReceipt.UNDELIVERED,
    "TEXT_BLOCKED": DeliveryReceipt.UNDELIVERED,
    "TEXT_CARRIER_BLOCKED": DeliveryReceipt.UNDELIVERED,
    "TEXT_PROTECT_BLOCKED": DeliveryReceipt.UNDELIVERED,
    "TEXT_SPAM": DeliveryReceipt.UNDELIVERED,
    "TEXT_TTL_EXPIRED": DeliveryReceipt.UNDELIVERED,
}


def is_about_a_text(event: Mapping[str, Any]) -> bool:
    """Check whether an event is of this service."""
    return str(event.get("eventType")).startswith(PREFIX)


def report(event: Mapping[str, Any]) -> DeliveryReport | Unread | None:
    """Return the report of an event.

    None for one that says that the fate is unknown.
    """
    kind = event["eventType"]
    if kind == UNKNOWN_FATE:
        return None
    receipt, context = _RECEIPTS.get(kind), event.get("context") or {}
    if receipt is None or not isinstance(event.get("messageId"), str) or not isinstance(context, dict):
        return Unread.UNKNOWN
    return DeliveryReport(
        provider_id=event["messageId"],
        reported=_of_a_person_who_left(event, receipt),
        detail="" if receipt in (DeliveryReceipt.ACCEPTED, DeliveryReceipt.DELIVERED) else _detail(event, kind),
        lead_id=_named(context, "lead_id"),
        message_id=_named(context, "message_id"),
    )


def _named(context: Mapping[str, Any], name: str) -> str | None:
    return decoded(str(context[name])) if name in context else None


def _of_a_person_who_left(event: Mapping[str, Any], receipt: DeliveryReceipt) -> DeliveryReceipt:
    """Return a blocked text's receipt: an opt-out ends the channel."""
    is_opt_out = OPTED_OUT in str(event.get("messageStatusDescription")).casefold()
    return DeliveryReceipt.BOUNCED if receipt is DeliveryReceipt.UNDELIVERED and is_opt_out else receipt


def _detail(event: Mapping[str, Any], kind: str) -> str:
    words = kind.removeprefix(PREFIX).replace("_", " ").lower()
    described = event.get("messageStatusDescription")
    return f"{words}: {described}" if described else words
