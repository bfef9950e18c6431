"""Every value of a provider's payload reaches the lead.

It is under our names, or in its fields.
"""

import copy
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.inbound.webhooks import PROVIDERS, provider
from leadtight.app.intake.inquiry_parser import read
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from tests.scenarios.world import World
from tests.unit.adapters.inbound.webhooks import payloads
from tests.unit.adapters.inbound.webhooks.deliveries import ALL, NOW

SENT = {
    "typeform": payloads.TYPEFORM,
    "calendly": payloads.CALENDLY,
    "google_ads": payloads.GOOGLE_ADS,
    "whatsapp": payloads.WHATSAPP,
    "facebook": payloads.MESSENGER,
    "pipedrive": payloads.PIPEDRIVE,
    "webflow": payloads.WEBFLOW,
    "standard": payloads.STANDARD,
    "booking": payloads.BOOKING,
}
FETCHED = {
    "facebook": payloads.LEAD_ADS_FETCHED,
    "hubspot": payloads.HUBSPOT_FETCHED,
    "linkedin": payloads.LINKEDIN_FETCHED,
}
CASES = [(name, content, False) for name, content in SENT.items()] + [(n, c, True) for n, c in FETCHED.items()]
NAMED = {
    "standard": {"person.full": "name", "person.mail": "email", "total": "value"},
    "typeform": {"Floors": "company_size"},
    "booking": ALL["booking"].webhook.fields,
}
LEFT_OUT = {
    "typeform": {
        "event_id": "of the delivery, not of the response",
        "event_type": "tells a response from other events",
        "form_response.token": "the guard's key",
        "form_response.submitted_at": "when it was received",
        "form_response.definition.*": "the form itself: its questions are the names of the answers",
        "form_response.answers.*.type": "how Typeform writes the answer",
        "form_response.variables.*.type": "how Typeform writes the value",
        "form_response.variables.*.key": "names of the fields",
        "form_response.answers.*.field.*": "which question it answers: its title is the name of the field",
        "form_response.answers.*.boolean": "is written as yes or no",
    },
    "calendly": {
        "event": "tells a booking from other events",
        "created_*": "of the delivery, not of the booking",
        "payload.uri": "the guard's key",
        "payload.created_at": "when it was received",
        "payload.questions_and_answers.*.position": "the order of the questions",
        "payload.questions_and_answers.*.question": "names of the fields",
    },
    "google_ads": {
        "lead_id": "the guard's key",
        "api_version": "of the delivery",
        "google_key": "a secret",
        "lead_submit_time": "when it was received",
        "user_column_data.*.column_*": "names of the fields",
    },
    "whatsapp": {
        "object": "tells WhatsApp from other products",
        "entry.*.id": "the account that the webhook is of",
        "entry.*.changes.*.field": "tells messages from other updates",
        "entry.*.changes.*.value.messaging_product": "tells WhatsApp from other products",
        "entry.*.changes.*.value.metadata.phone_number_id": "our own number, once more",
        "entry.*.changes.*.value.messages.*.id": "the guard's key",
        "entry.*.changes.*.value.messages.*.timestamp": "when it was received",
        "entry.*.changes.*.value.messages.*.type": "what the words begin with",
    },
    "facebook": {
        "object": "tells Messenger from Instagram",
        "entry.*.time": "when the delivery was made",
        "entry.*.messaging.*.timestamp": "when it was received",
        "entry.*.messaging.*.message.mid": "the guard's key",
        "created_time": "when it was received",
        "id": "the guard's key",
        "field_data.*.name": "names of the fields",
    },
    "pipedrive": {"meta.*": "about the delivery", "data.custom_fields.*.type": "how Pipedrive writes the field"},
    "webflow": {
        "triggerType": "tells a submission from other events",
        "payload.id": "the guard's key",
        "payload.submittedAt": "when it was received",
        "payload.schema.*": "the form itself: its fields are the names of the answers",
    },
    "standard": {},
    "booking": {},
    "hubspot": {"createdAt": "when it was received"},
    "linkedin": {
        "id": "the guard's key",
        "submittedAt": "when it was received",
        "formResponse.answers.*.questionId": "names of the fields",
        "formResponse.answers.*.name": "names of the fields",
    },
}
"""By provider: omitted values, and the reason."""


def lead(name: str, content: Any, fetched: bool) -> dict[str, str]:
    """Return every value that a lead has of a payload."""
    webhook = Webhook(id="w", provider=name, source="w", fields=NAMED.get(name, {}))
    speaker: Any = provider(name)
    body = json.dumps(content).encode()
    [item] = speaker.read_fetched(body, "k", webhook) if fetched else speaker.read(body, "k", webhook)
    assert isinstance(item, Submission)
    inquiry = read(item.body, PhoneEmailNormalizer(), World().policy, NOW, any_time=True).inquiry
    used = {
        n: str(item.body[n]) for n in ("name", "first_name", "last_name", "email", "phone", "company") if n in item.body
    }
    used |= {
        n: str(item.body[n]) for n in ("message", "country", "region", "postcode", "value", "handle") if n in item.body
    }
    used |= {n: str(item.body[n]) for n in ("company_size", "product", "received_at") if n in item.body}
    return used | {f"fields.{name}": text for name, text in inquiry.fields.items()}


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(content, list):
        for number, inner in enumerate(content):
            yield from leaves(inner, f"{path}.{number}")
    elif content is not None:
        yield path, content if isinstance(content, str) else json.dumps(content)


def lost(name: str, content: Any, fetched: bool) -> list[tuple[str, str]]:
    kept = "\n".join(lead(name, content, fetched).values())
    return [
        (path, text)
        for path, text in leaves(content)
        if text not in kept and not any(fnmatchcase(path, pattern) for pattern in LEFT_OUT[name])
    ]


def test_every_provider_of_leads_is_covered() -> None:
    assert set(SENT) | set(FETCHED) | {"twilio", "voice"} == set(PROVIDERS)  # voice brings no leads


@pytest.mark.parametrize(("name", "content", "fetched"), CASES)
def test_every_payload_value_is_in_the_lead(name: str, content: Any, fetched: bool) -> None:
    assert lost(name, content, fetched) == []


def test_every_parameter_of_a_twilio_message_is_in_the_lead() -> None:
    [item] = provider("twilio").read(
        urlencode(payloads.TWILIO).encode(), "", Webhook(id="p", provider="twilio", source="p")
    )
    assert isinstance(item, Submission)
    kept = "\n".join([*map(str, item.body.values()), item.key or "", *item.body["fields"].values()])
    of_twilio = {"AccountSid", "ApiVersion", "SmsStatus", "NumSegments", "From"}
    lost_ = [name for name, value in payloads.TWILIO.items() if value not in kept and name not in of_twilio]
    assert lost_ == []


def objects(content: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(content, dict):
        yield path, content
        for name, inner in content.items():
            yield from objects(inner, f"{path}.{name}" if path else name)
    elif isinstance(content, list):
        for number, inner in enumerate(content):
            yield from objects(inner, f"{path}.{number}")


OPEN = {
    "typeform": ("form_response", "form_response.hidden", "form_response.ending", "form_response.calculated"),
    "calendly": ("payload", "payload.tracking", "payload.scheduled_event", "payload.scheduled_event.location"),
    "google_ads": ("",),
    "whatsapp": (
        "entry.0.changes.0.value.messages.0",
        "entry.0.changes.0.value.messages.0.document",
        "entry.0.changes.0.value.contacts.0",
        "entry.0.changes.0.value.contacts.0.profile",
    ),
    "facebook": ("entry.0.messaging.0", "entry.0.messaging.0.message"),
    "pipedrive": ("data", "data.custom_fields"),
    "webflow": ("payload", "payload.data"),
    "standard": ("", "person"),
    "hubspot": ("", "properties"),
    "linkedin": ("", "formResponse"),
    "booking": ("", "payload"),
}
NAMES = st.sampled_from(["source", "external_id", "owner", "name", "value", "region", "consent", "fields", "new_key"])
VALUES = st.sampled_from(["something new 9999", 99_991, ["new 9997", "new 9998"], {"deep": {"er": "new 9996"}}])


@pytest.mark.slow
@given(case=st.sampled_from(CASES), name=NAMES, value=VALUES, data=st.data())
def test_future_provider_fields_are_kept_under_any_name(
    case: tuple[str, Any, bool], name: str, value: Any, data: st.DataObject
) -> None:
    provider_name, content, fetched = case
    changed = copy.deepcopy(content)
    paths = [path for path, _ in objects(changed) if path in OPEN[provider_name]]
    if not paths:
        paths = [""]
    chosen = data.draw(st.sampled_from(paths))
    target = dict(objects(changed))[chosen]
    if name in target:
        return
    target[name] = value
    kept = "\n".join(lead(provider_name, changed, fetched).values())
    assert [text for _, text in leaves(value) if text not in kept] == []
    assert lost(provider_name, changed, fetched) == []
