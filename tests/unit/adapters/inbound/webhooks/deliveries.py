"""One signed delivery of each provider in its documented format.

All names are made up.
"""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus, urlencode

from leadtight.adapters.inbound.webhooks.provider import Request
from leadtight.domain.policy.sources import Webhook

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "a secret of the tests"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"a secret of the tests").decode()
URL = "https://leads.example/webhooks/"
Headers = Callable[[str, bytes, datetime], dict[str, str]]


@dataclass(frozen=True)
class Delivery:
    """A provider's request, its proof and the resulting lead."""

    webhook: Webhook
    body: bytes
    headers: Headers
    secret: str = SECRET
    expected: dict[str, Any] | None = None
    key: str = ""
    signs_time: bool = False
    secret_in_body: bool = False

    def request(self, *, secret: str | None = None, at: datetime = NOW, body: bytes | None = None) -> Request:
        """Return the delivery as it comes in."""
        sent = self.body if body is None else body
        headers = self.headers(secret or self.secret, sent, at)
        return Request(method="POST", url=f"{URL}{self.webhook.id}", headers=headers, query={}, body=sent)


def mac(secret: str | bytes, content: bytes, algorithm: str = "sha256") -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, content, algorithm).digest()


def based(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _milliseconds(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


def signed_standard(secret: str, body: bytes, at: int, delivery_id: str = "msg_1") -> dict[str, str]:
    """Return a Standard Webhook's headers, signed at a time.

    `at` is Unix time in seconds.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((delivery_id.encode(), str(at).encode(), body))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1a,other v1,{based(mac(key, signed))}",
    }


def _standard(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return signed_standard(secret, body, int(at.timestamp()))


def _typeform(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"typeform-signature": f"sha256={based(mac(secret, body))}"}


def _calendly(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    signature = mac(secret, f"{_seconds(at)}.".encode() + body).hex()
    return {"calendly-webhook-signature": f"t={_seconds(at)},v1={signature}"}


def _cal(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"x-cal-signature-256": mac(secret, body).hex()}


def _webflow(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    signature = mac(secret, f"{_milliseconds(at)}:".encode() + body).hex()
    return {"x-webflow-timestamp": _milliseconds(at), "x-webflow-signature": signature}


def _meta(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={mac(secret, body).hex()}"}


def _twilio(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    pairs = sorted(pair.split("=", 1) for pair in body.decode().split("&") if "=" in pair)

    signed = f"{URL}phone" + "".join(unquote_plus(name) + unquote_plus(value) for name, value in pairs)
    return {"x-twilio-signature": based(mac(secret, signed.encode(), "sha1"))}


def _hubspot(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    signed = b"POST" + f"{URL}crm".encode() + body + _milliseconds(at).encode()
    return {"x-hubspot-request-timestamp": _milliseconds(at), "x-hubspot-signature-v3": based(mac(secret, signed))}


def _linkedin(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"x-li-signature": mac(secret, b"hmacsha256=" + body).hex()}


def _pipedrive(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {"authorization": f"Basic {based(secret.encode())}"}


def _nothing(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    return {}


def _hook(name: str, provider: str, fields: dict[str, str] | None = None) -> Webhook:
    return Webhook(id=name, provider=provider, source=provider, fields=fields or {})


STANDARD = Delivery(
    webhook=Webhook(
        id="quotes",
        provider="standard",
        source="quote_tool",
        fields={"$.person.full": "name", "person.mail": "email", "total": "value"},
    ),
    body=_json({"person": {"full": "Ada Obi", "mail": "ada@example.com"}, "total": 4500, "colour": "green"}),
    headers=_standard,
    secret=STANDARD_SECRET,
    expected={"name": "Ada Obi", "email": "ada@example.com", "value": 4500},
    key="msg_1",
    signs_time=True,
)
TYPEFORM = Delivery(
    webhook=_hook("demo", "typeform", {"What do you need?": "message"}),
    body=_json(
        {
            "event_id": "E1",
            "event_type": "form_response",
            "form_response": {
                "form_id": "F1",
                "token": "T1",
                "submitted_at": "2026-11-23T08:59:00Z",
                "hidden": {"campaign": "autumn"},
                "definition": {
                    "fields": [
                        {"id": "1", "ref": "r1", "type": "short_text", "title": "What is your name?"},
                        {"id": "2", "ref": "r2", "type": "email", "title": "Where can we write?"},
                        {"id": "3", "ref": "r3", "type": "multiple_choice", "title": "What do you need?"},
                    ]
                },
                "answers": [
                    {"type": "text", "text": "Ada Obi", "field": {"id": "1", "ref": "r1", "type": "short_text"}},
                    {"type": "email", "email": "ada@example.com", "field": {"id": "2", "ref": "r2", "type": "email"}},
                    {
                        "type": "choices",
                        "choices": {"labels": ["Heating", "Bath"]},
                        "field": {"id": "3", "ref": "r3", "type": "multiple_choice"},
                    },
                ],
            },
        }
    ),
    headers=_typeform,
    expected={"name": "Ada Obi", "email": "ada@example.com", "message": "Heating, Bath"},
    key="T1",
)
CALENDLY = Delivery(
    webhook=_hook("bookings", "calendly", {"Which company?": "company"}),
    body=_json(
        {
            "event": "invitee.created",
            "payload": {
                "uri": "https://api.example/invitees/1",
                "email": "ada@example.com",
                "name": "Ada Obi",
                "text_reminder_number": "+49 30 123456",
                "timezone": "Europe/Berlin",
                "created_at": "2026-11-23T08:59:00Z",
                "questions_and_answers": [{"question": "Which company?", "answer": "Obi Dental", "position": 0}],
                "scheduled_event": {"start_time": "2026-11-25T09:00:00Z"},
            },
        }
    ),
    headers=_calendly,
    expected={"name": "Ada Obi", "email": "ada@example.com", "phone": "+49 30 123456", "company": "Obi Dental"},
    key="https://api.example/invitees/1",
    signs_time=True,
)
WEBFLOW = Delivery(
    webhook=_hook("site", "webflow"),
    body=_json(
        {
            "triggerType": "form_submission",
            "payload": {
                "id": "S1",
                "name": "Contact",
                "submittedAt": "2026-11-23T08:59:00Z",
                "data": {
                    "First Name": "Ada",
                    "Last Name": "Obi",
                    "E-Mail": "ada@example.com",
                    "Phone Number": "030 123456",
                },
            },
        }
    ),
    headers=_webflow,
    expected={"first_name": "Ada", "last_name": "Obi", "email": "ada@example.com", "phone": "030 123456"},
    key="S1",
    signs_time=True,
)
GOOGLE_ADS = Delivery(
    webhook=_hook("ads", "google_ads"),
    body=_json(
        {
            "lead_id": "G1",
            "form_id": 7,
            "is_test": True,
            "google_key": SECRET,
            "user_column_data": [
                {"column_id": "FULL_NAME", "string_value": "Ada Obi"},
                {"column_id": "EMAIL", "string_value": "ada@example.com"},
                {"column_id": "POSTAL_CODE", "string_value": "20457"},
            ],
        }
    ),
    headers=_nothing,
    expected={"name": "Ada Obi", "email": "ada@example.com", "postcode": "20457"},
    key="G1",
    secret_in_body=True,
)
WHATSAPP = Delivery(
    webhook=_hook("chat", "whatsapp"),
    body=_json(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "changes": [
                        {
                            "field": "messages",
                            "value": {
                                "metadata": {"display_phone_number": "4930999999"},
                                "contacts": [{"wa_id": "4930123456", "profile": {"name": "Ada Obi"}}],
                                "messages": [
                                    {
                                        "from": "4930123456",
                                        "id": "wamid.1",
                                        "timestamp": "1795424340",
                                        "type": "text",
                                        "text": {"body": "Is somebody there?"},
                                    }
                                ],
                            },
                        },
                        {"field": "messages", "value": {"statuses": [{"id": "wamid.0", "status": "read"}]}},
                    ]
                }
            ],
        }
    ),
    headers=_meta,
    expected={"name": "Ada Obi", "phone": "+4930123456", "message": "Is somebody there?"},
    key="wamid.1",
)
MISSED_CALL = Delivery(
    webhook=_hook("phone", "twilio"),
    body=urlencode(
        {
            "CallSid": "CA1",
            "From": "+4930123456",
            "To": "+4930999999",
            "CallStatus": "no-answer",
            "Direction": "inbound",
        }
    ).encode(),
    headers=_twilio,
    expected={"phone": "+4930123456", "message": "Missed call (no-answer)"},
    key="CA1",
)
TEXT = Delivery(
    webhook=_hook("phone", "twilio"),
    body=urlencode({"MessageSid": "SM1", "From": "+4930123456", "To": "+4930999999", "Body": "Call me & Bo?"}).encode(),
    headers=_twilio,
    expected={"phone": "+4930123456", "message": "Call me & Bo?"},
    key="SM1",
)
PIPEDRIVE = Delivery(
    webhook=_hook("pipe", "pipedrive"),
    body=_json(
        {
            "meta": {"id": "m1", "entity": "person", "action": "create"},
            "data": {
                "id": 12,
                "name": "Ada Obi",
                "emails": [{"value": "other@example.com"}, {"value": "ada@example.com", "primary": True}],
                "phones": [{"value": "+4930123456", "primary": True}],
            },
        }
    ),
    headers=_pipedrive,
    secret="hook:password",
    expected={"name": "Ada Obi", "email": "ada@example.com", "phone": "+4930123456"},
    key="person:12",
)
LEAD_ADS = Delivery(
    webhook=_hook("ads", "facebook"),
    body=_json(
        {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": 123456789012345678, "form_id": 5}}]}]}
    ),
    headers=_meta,
    key="123456789012345678",
)
HUBSPOT = Delivery(
    webhook=_hook("crm", "hubspot"),
    body=_json([{"eventId": 1, "subscriptionType": "contact.creation", "objectId": 77, "portalId": 3}]),
    headers=_hubspot,
    key="contact:77",
    signs_time=True,
)
LINKEDIN = Delivery(
    webhook=_hook("li", "linkedin"),
    body=_json({"leadGenFormResponse": "urn:li:leadGenFormResponse:abc-1", "leadAction": "CREATED"}),
    headers=_linkedin,
    key="urn:li:leadGenFormResponse:abc-1",
)

CALL = Delivery(
    webhook=_hook("calls", "voice"),
    body=_json({"call_id": "C1", "outcome": "no_answer", "at": "2026-11-23T08:59:00Z"}),
    headers=_standard,
    secret=STANDARD_SECRET,
    key="msg_1",
    signs_time=True,
)

BOOKING = Delivery(
    webhook=Webhook(
        id="cal",
        provider="booking",
        source="cal",
        fields={
            "triggerEvent": "event",
            "payload.uid": "booking_id",
            "payload.startTime": "booked_for",
            "payload.attendees[0].name": "name",
            "payload.attendees[0].email": "email",
            "payload.cancellationReason": "reason",
        },
    ),
    body=_json(
        {
            "triggerEvent": "BOOKING_CREATED",
            "createdAt": "2026-11-23T08:59:00.000Z",
            "payload": {
                "uid": "bFJeNb2uX8ANpT3JL5EfXw",
                "startTime": "2026-11-25T09:00:00Z",
                "attendees": [{"email": "ada@example.com", "name": "Ada Obi", "timeZone": "Europe/Berlin"}],
            },
        }
    ),
    headers=_cal,
    expected={"name": "Ada Obi", "email": "ada@example.com"},
    key="bFJeNb2uX8ANpT3JL5EfXw:booked:2026-11-25T09:00:00Z",
)

LEADS = {
    "booking": BOOKING,
    "standard": STANDARD,
    "typeform": TYPEFORM,
    "calendly": CALENDLY,
    "webflow": WEBFLOW,
    "google_ads": GOOGLE_ADS,
    "whatsapp": WHATSAPP,
    "twilio call": MISSED_CALL,
    "twilio text": TEXT,
    "pipedrive": PIPEDRIVE,
}
ANNOUNCED = {"facebook": LEAD_ADS, "hubspot": HUBSPOT, "linkedin": LINKEDIN}
ALL = LEADS | ANNOUNCED | {"voice": CALL}
