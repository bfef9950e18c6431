"""Calendly: `Calendly-Webhook-Signature: t=<seconds>,v1=<hex>` is the HMAC-SHA256 of `t.body`."""

from collections.abc import Sequence
from datetime import datetime

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.provider import Keys, Reply, Request, dig, json_object
from leadtight.adapters.webhooks.signing import hexed, require, require_recent
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook


class Calendly:
    """Bookings: whoever books and is unknown is a lead."""

    reply = Reply()

    def handshake(self, request: Request, keys: Keys) -> Reply | None:
        """Return None: Calendly asks nothing first."""
        return None

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check time and signature."""
        header = request.headers.get("calendly-webhook-signature", "")
        parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
        stamp = parts.get("t", "")
        require_recent(stamp, now)
        given = [parts["v1"]] if parts.get("v1") else []
        require(given, keys, lambda secret: hexed(secret, stamp.encode() + b"." + request.body))

    def key(self, request: Request) -> str:
        """Return nothing: the invitee's address is inside."""
        return ""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the invitee as a lead; a cancellation concerns no new lead."""
        content = json_object(body)
        if content.get("event") != "invitee.created":
            return []
        invitee = dig(content, "payload", kind=dict)
        scheduled = invitee.get("scheduled_event") or {}
        answers = {str(a.get("question")): a.get("answer") for a in invitee.get("questions_and_answers") or []}
        lead = answered(webhook.fields, answers)
        lead["fields"] |= {
            "timezone": str(invitee.get("timezone") or ""),
            "booked_for": str(scheduled.get("start_time") or invitee.get("event") or ""),
        }
        known = {"name": invitee.get("name"), "email": dig(invitee, "email", kind=str)}
        phone = invitee.get("text_reminder_number")
        return [
            Submission(
                source=webhook.source,
                key=dig(invitee, "uri", kind=str),
                body={**known, **({"phone": phone} if phone else {}), **lead, "received_at": invitee.get("created_at")},
            )
        ]
