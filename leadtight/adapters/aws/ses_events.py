"""Events of Amazon SES about sent mails, as delivery reports.

Reads event publishing (`eventType`) and identity notifications (`notificationType`):
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.aws.message_tags import decoded
from leadtight.adapters.aws.notifications import Unread
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.domain.intake.inbound_email import Complaint
from leadtight.domain.notifications.bounces import SUPPRESSED

Event = Mapping[str, Any]
Reported = tuple[DeliveryReceipt, str]
"""What an event says about its message, and why."""

KEPT_BACK = frozenset(
    {"Suppressed", "OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed"}
)
"""Subtypes of bounces and complaints about mails that SES did not even try to deliver."""

AUTO_REPLY = ("Transient", "General")
"""The type of a bounce without a named reason.

SES gives it to automatic replies, too, which come after the delivery.
"""


def report(event: Event) -> DeliveryReport | Unread | None:
    """Return the report of an event.

    None for an event that changes nothing: a delay, after which SES goes on trying, or what the reader did with a mail.
    """
    kind = str(event.get("eventType") or event.get("notificationType"))
    if kind in _IGNORED:
        return None
    read = _READERS.get(kind)
    try:
        reported = read(event) if read else Unread.UNKNOWN
        return _about(event, reported) if isinstance(reported, tuple) else reported
    except (KeyError, TypeError, AttributeError):
        return Unread.UNKNOWN


def _about(event: Event, reported: Reported) -> DeliveryReport:
    mail = event["mail"]
    receipt, detail = reported
    return DeliveryReport(
        provider_id=mail["messageId"],
        reported=receipt,
        detail=detail,
        lead_id=_tag(mail, "lead_id"),
        message_id=_tag(mail, "message_id"),
        may_be_auto_reply=_bounce_type(event) == AUTO_REPLY,
    )


def _tag(mail: Mapping[str, Any], name: str) -> str | None:
    value = next(iter((mail.get("tags") or {}).get(name, ())), None)
    return None if value is None else decoded(value)


def _sent(event: Event) -> Reported:
    return DeliveryReceipt.ACCEPTED, ""


def _delivered(event: Event) -> Reported:
    return DeliveryReceipt.DELIVERED, ""


def _bounced(event: Event) -> Reported:
    """Return a bounce.

    Only a permanent one is about the address. After any other SES has given up, too, but a later mail may arrive.
    """
    kind, subtype = _bounce_type(event)
    codes = [r["diagnosticCode"] for r in event["bounce"].get("bouncedRecipients") or () if r.get("diagnosticCode")]
    if subtype in KEPT_BACK:
        return _suppressed(subtype)
    if kind == "Permanent":
        return DeliveryReceipt.BOUNCED, next(iter(codes), "bounced")
    return DeliveryReceipt.UNDELIVERED, ": ".join([_REASONS.get(subtype, "bounced"), *codes[:1]])


def _suppressed(why: str) -> Reported:
    """Return a mail that SES kept back.

    The list is its own: once the address is off it, mails go there again.
    """
    command = "aws sesv2 delete-suppressed-destination --email-address ADDRESS"
    return DeliveryReceipt.UNDELIVERED, f"{SUPPRESSED} ({why}); to send there again: {command}"


def _bounce_type(event: Event) -> tuple[str, str]:
    bounce = event.get("bounce") or {}
    return str(bounce.get("bounceType")), str(bounce.get("bounceSubType"))


def _complained(event: Event) -> Reported | None:
    """Return a complaint, also one that SES remembers from before.

    None for a feedback report that takes a mail out of the spam folder, or is about a signature.
    """
    complaint = event.get("complaint") or {}
    if complaint.get("complaintSubType") in KEPT_BACK:
        return _suppressed("after a complaint")
    feedback_type = str(complaint.get("complaintFeedbackType") or "").casefold()
    if not Complaint(message_ids=(), feedback_type=feedback_type).ends_mail:
        return None
    return DeliveryReceipt.COMPLAINED, "complaint"


def _rejected(event: Event) -> Reported:
    reason = (event.get("reject") or {}).get("reason")
    return DeliveryReceipt.UNDELIVERED, f"SES rejected it: {reason}" if reason else "SES rejected it"


def _not_rendered(event: Event) -> Reported:
    error = (event.get("failure") or {}).get("errorMessage")
    return DeliveryReceipt.UNDELIVERED, f"SES could not render it: {error}" if error else "SES could not render it"


_READERS: Mapping[str, Callable[[Event], Reported | None]] = {
    "Send": _sent,
    "Delivery": _delivered,
    "Bounce": _bounced,
    "Complaint": _complained,
    "Reject": _rejected,
    "Rendering Failure": _not_rendered,
}
_IGNORED = frozenset({"DeliveryDelay", "Open", "Click", "Subscription"})
_REASONS: Mapping[str, str] = {
    "MailboxFull": "the mailbox is full",
    "MessageTooLarge": "the mail is too large",
    "ContentRejected": "the content was rejected",
    "AttachmentRejected": "the attachment was rejected",
    "CustomTimeoutExceeded": "it took too long",
}
