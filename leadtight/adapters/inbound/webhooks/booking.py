"""Bookings in any booking tool, mapped by policy (G2).

A delivery is signed as Standard Webhooks, or by the HMAC-SHA256 of its body, in hexadecimal or base64, in a header:
that of cal.com or SavvyCal, or the `header` of the secret.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.inbound.field_mapping import mapped, with_fields
from leadtight.adapters.inbound.flat_fields import without
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_hmac, hex_hmac, require
from leadtight.adapters.inbound.webhooks.provider import Request, UnreadableDelivery, json_object, set_aside
from leadtight.adapters.inbound.webhooks.standard import Signed
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.calendar import timestamps
from leadtight.domain.outcomes.booking import Booking
from leadtight.domain.policy.sources import BOOKING_WORDS, BookingEvent, Webhook
from leadtight.domain.policy.trust import Submitter

HEADERS = ("x-cal-signature-256", "x-savvycal-signature")
EVENTS: Mapping[str, BookingEvent] = {
    **dict.fromkeys(("booking_created", "event.created", "booked"), BookingEvent.BOOKED),
    **dict.fromkeys(("booking_rescheduled", "event.rescheduled", "moved"), BookingEvent.MOVED),
    **dict.fromkeys(("booking_cancelled", "event.canceled", "canceled", "cancelled"), BookingEvent.CANCELED),
}
"""Words of booking tools, in lower case, where the policy has none."""


class Bookings(Signed):
    """Bookings that any tool delivers.

    An unknown person becomes a lead; a known person's lead moves to `call_booked`.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature in the header that the tool uses."""
        header = keys.values.get("header", "").casefold() or next((h for h in HEADERS if h in request.headers), "")
        if not header:
            return super().check(request, keys, now)
        signature = request.headers.get(header, "").removeprefix("sha256=")
        sign = hex_hmac if len(signature) == 64 else base64_hmac
        return require([signature] if signature else [], keys, lambda secret: sign(secret, request.body))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return the person who booked, moved or canceled a call.

        Raises Unreadable for a word that the policy does not know.
        """
        content = json_object(body)
        values = mapped(webhook.fields, content)
        event = _event(str(values.get("event") or BookingEvent.BOOKED), webhook)
        if event is BookingEvent.IGNORED:
            return [set_aside(webhook, content, f"“{values['event']}” is not about a booking", key)]
        return [_submission(event, values, key, webhook)]


def _event(word: str, webhook: Webhook) -> BookingEvent:
    ours = {theirs.casefold(): BookingEvent(event) for theirs, event in webhook.events.items()}
    event = ours.get(word.casefold()) or EVENTS.get(word.casefold())
    if event is None:
        raise UnreadableDelivery(f"the event “{word}” is not in webhooks.{webhook.id}.events")
    return event


def _submission(event: BookingEvent, values: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    when = str(values.get("booked_for") or "")
    about = {"booked_for": when} if when else {}
    body = with_fields(without(values, *BOOKING_WORDS), about)
    if event is not BookingEvent.BOOKED:
        said = " ".join(filter(None, (f"[call {event}]", when)))
        body = {**body, "message": "\n".join(filter(None, (said, str(values.get("reason") or ""))))}
    id_ = values.get("booking_id")
    return Submission(
        caller=Submitter.PROVIDER,
        source=webhook.source,
        key=f"{id_}:{event}:{when}" if id_ else key or None,
        fingerprint=f"{id_}:{event}:{when}" if id_ else None,
        body=body,
        conversation=event is not BookingEvent.BOOKED,
        joins_only=event is BookingEvent.CANCELED,
        booking=None if event is BookingEvent.CANCELED else Booking(starts_at=_starts(when)),
    )


def _starts(text: str) -> datetime | None:
    try:
        return timestamps.parse_timestamp(text)
    except ValueError:
        return None
