"""Each provider accepts only its own signature.

It must cover this body, by a current secret, and be recent.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.inbound.signatures import REPLAY_WINDOW, WebhookSecrets, WebhookVerificationError
from leadtight.adapters.inbound.webhooks import PROVIDERS, provider
from leadtight.adapters.inbound.webhooks.provider import Request
from leadtight.adapters.inbound.webhooks.reader import read
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.message import Channel
from leadtight.domain.policy import sources
from leadtight.domain.policy.sources import Webhook
from tests.unit.adapters.inbound.webhooks.deliveries import (
    ALL,
    ANNOUNCED,
    LEADS,
    NOW,
    SECRET,
    STANDARD_SECRET,
    URL,
    Delivery,
)

each = pytest.mark.parametrize("delivery", ALL.values(), ids=ALL.keys())
MAY_BE_REPLAYED = [name for name, delivery in ALL.items() if not delivery.signs_time]


def check(delivery: Delivery, request: Request, *signing: str, later: timedelta = timedelta()) -> None:
    provider(delivery.webhook.provider).check(
        request, WebhookSecrets(signing=signing or (delivery.secret,)), NOW + later
    )


def test_every_provider_has_a_sample_delivery() -> None:
    assert {delivery.webhook.provider for delivery in ALL.values()} == set(PROVIDERS) == sources.PROVIDERS


@each
def test_both_live_secrets_are_valid_and_an_old_one_is_not(delivery: Delivery) -> None:
    other = "whsec_" + base64.b64encode(b"other").decode() if delivery.secret == STANDARD_SECRET else "other:other"
    check(delivery, delivery.request(), other, delivery.secret)
    with pytest.raises(WebhookVerificationError):
        check(delivery, delivery.request(), other)


@each
def test_without_a_live_secret_nothing_is_authentic(delivery: Delivery) -> None:
    with pytest.raises(WebhookVerificationError):
        provider(delivery.webhook.provider).check(delivery.request(), WebhookSecrets(), NOW)


def signs_body(delivery: Delivery) -> bool:
    """Tell whether a provider signs the body."""
    return not delivery.secret_in_body and delivery.webhook.provider != "pipedrive"


@pytest.mark.parametrize("delivery", [delivery for delivery in ALL.values() if signs_body(delivery)])
def test_another_body_under_the_same_signature_fails(delivery: Delivery) -> None:
    signed = delivery.request()
    altered = Request(method="POST", url=signed.url, headers=signed.headers, query={}, body=signed.body + b"&x=1")
    with pytest.raises(WebhookVerificationError):
        check(delivery, altered)


@each
def test_a_delivery_without_headers_fails(delivery: Delivery) -> None:
    bare = Request(method="POST", url=URL, headers={}, query={}, body=b"{}")
    with pytest.raises(WebhookVerificationError):
        check(delivery, bare)


@pytest.mark.parametrize("delivery", [d for d in ALL.values() if d.signs_time])
@pytest.mark.parametrize("way", [1, -1])
def test_where_the_time_is_signed_a_late_replay_fails(delivery: Delivery, way: int) -> None:
    check(delivery, delivery.request(), later=way * REPLAY_WINDOW)
    with pytest.raises(WebhookVerificationError):
        check(delivery, delivery.request(), later=way * (REPLAY_WINDOW + timedelta(seconds=1)))


@pytest.mark.parametrize("delivery", LEADS.values(), ids=LEADS.keys())
def test_a_delivery_is_one_lead_under_the_providers_own_id(delivery: Delivery) -> None:
    [item] = items(delivery)
    assert isinstance(item, Submission)
    assert item.key == delivery.key
    assert {name: item.body.get(name) for name in delivery.expected or {}} == delivery.expected


@pytest.mark.parametrize("delivery", ANNOUNCED.values(), ids=ANNOUNCED.keys())
def test_an_announced_lead_is_kept_to_be_fetched(delivery: Delivery) -> None:
    [item] = items(delivery)
    assert isinstance(item, PendingDelivery)
    assert (item.reason, item.key) == (Reason.ANNOUNCED, delivery.key)
    assert item.data


def items(delivery: Delivery) -> Any:
    key = provider(delivery.webhook.provider).key(delivery.request())
    return read(delivery.webhook, delivery.body, key, "application/json")


def test_an_answered_call_is_ignored() -> None:
    body = b"CallSid=CA1&From=%2B4930123456&CallStatus=completed&Direction=inbound"
    assert read(Webhook(id="phone", provider="twilio", source="twilio"), body, "", "") == []


def test_a_missed_call_has_its_own_source_and_a_text_is_a_conversation() -> None:
    [call], [text] = items(LEADS["twilio call"]), items(LEADS["twilio text"])
    assert (call.source, call.conversation) == ("phone_missed", False)
    assert (text.source, text.conversation, text.answers_by) == ("twilio_sms", True, Channel.SMS)


def test_an_opt_out_marked_by_twilio_ends_texts_whatever_its_word() -> None:
    phone = Webhook(id="phone", provider="twilio", source="twilio")
    for kind, ends in (("STOP", True), ("START", False), ("HELP", False)):
        [submission] = read(phone, f"MessageSid=SM1&From=%2B493012345&Body=genug&OptOutType={kind}".encode(), "", "")
        assert isinstance(submission, Submission)
        assert (submission.answers_by, submission.ends) == (Channel.SMS, ends)


def test_a_whatsapp_message_can_end_texts_to_its_number() -> None:
    [submission] = items(LEADS["whatsapp"])
    assert submission.answers_by is Channel.SMS


def test_an_unmapped_field_is_kept_under_its_own_name() -> None:
    [lead] = items(LEADS["typeform"])
    assert lead.body["fields"] == {"campaign": "autumn", "form_id": "F1"}
    [lead] = items(LEADS["standard"])
    assert lead.body["fields"]["colour"] == "green"


def test_several_leads_in_one_body_are_several_items() -> None:
    webhook = Webhook(id="q", provider="standard", source="q", fields={"mail": "email"}, items="people[]")
    body = json.dumps({"people": [{"mail": "a@example.com"}, {"mail": "b@example.com"}]}).encode()
    assert [(i.key, i.body["email"]) for i in read(webhook, body, "msg_1", "") if isinstance(i, Submission)] == [
        ("msg_1", "a@example.com"),
        ("msg_1:1", "b@example.com"),
    ]


def test_the_standard_webhooks_example_is_authentic() -> None:
    secret, message, stamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(stamp),
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    request = Request(method="POST", url=URL, headers=headers, query={}, body=b'{"test": 2432232314}')
    at = NOW.fromtimestamp(stamp, NOW.tzinfo)
    provider("standard").check(request, WebhookSecrets(signing=(secret,)), at)
    with pytest.raises(WebhookVerificationError):
        provider("standard").check(replace(request, body=b"{}"), WebhookSecrets(signing=(secret,)), at)


def handshake(**query: str) -> Request:
    return Request(method="GET", url=URL, headers={}, query=query, body=b"")


def test_meta_gets_its_challenge_only_for_our_verify_token() -> None:
    keys = WebhookSecrets(signing=(SECRET,), values={"verify_token": "ours"})
    question = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    reply = provider("facebook").handshake(handshake(**question, **{"hub.verify_token": "ours"}), keys)
    assert reply is not None
    assert (reply.status, reply.body) == (200, "1158201444")
    for token in ("", "theirs"):
        with pytest.raises(WebhookVerificationError):
            provider("facebook").handshake(handshake(**question, **{"hub.verify_token": token}), keys)
    with pytest.raises(WebhookVerificationError):
        provider("facebook").handshake(
            handshake(**question, **{"hub.verify_token": ""}), WebhookSecrets(signing=(SECRET,))
        )


def test_linkedin_gets_the_signature_of_its_challenge() -> None:
    reply = provider("linkedin").handshake(handshake(challengeCode="890e4665"), WebhookSecrets(signing=(SECRET,)))
    assert reply is not None
    expected = hmac.new(SECRET.encode(), b"890e4665", hashlib.sha256).hexdigest()
    assert json.loads(reply.body) == {"challengeCode": "890e4665", "challengeResponse": expected}


WORDS = ["entry", "changes", "field", "value", "messages", "payload", "data", "form_response", "answers", "event"]
WORDS += ["event_type", "user_column_data", "triggerType", "meta", "contacts", "type", "objectId", "x"]
HEADERS = ["typeform-signature", "x-hub-signature-256", "webhook-id", "webhook-timestamp", "webhook-signature"]
HEADERS += ["calendly-webhook-signature", "x-webflow-timestamp", "x-webflow-signature", "x-twilio-signature"]
HEADERS += ["x-hubspot-request-timestamp", "x-hubspot-signature-v3", "authorization", "x-li-signature"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(content=JSON, name=st.sampled_from(sorted(PROVIDERS)))
def test_any_authentic_body_is_read_or_held_whole(content: Any, name: str) -> None:
    body = json.dumps(content).encode()
    items = read(Webhook(id="w", provider=name, source="w"), body, "k", "application/json")
    assert all(isinstance(item, Submission | PendingDelivery) for item in items)


@given(body=st.binary(max_size=300), name=st.sampled_from(sorted(PROVIDERS)))
def test_any_bytes_are_read_or_held_whole(body: bytes, name: str) -> None:
    items = read(Webhook(id="w", provider=name, source="w"), body, "k", "text/plain")
    assert all(isinstance(item, Submission | PendingDelivery) for item in items)


@given(
    body=st.binary(max_size=100),
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.text(max_size=60),
    ),
    name=st.sampled_from(sorted(PROVIDERS)),
)
def test_any_strangers_request_is_refused(body: bytes, headers: dict[str, str], name: str) -> None:
    request = Request(method="POST", url=URL, headers=headers, query={}, body=body)
    with pytest.raises(WebhookVerificationError):
        provider(name).check(request, WebhookSecrets(signing=(STANDARD_SECRET,)), NOW)


def test_a_chat_from_an_advert_names_the_advert() -> None:
    message = {"id": "m1", "from": "4930123456", "type": "text", "text": {"body": "Hi"}}
    referral = {
        "source_id": "ad-7",
        "source_url": "https://ads.example/7",
        "headline": "New baths",
        "media_type": "image",
    }
    for sent, kept in ((referral, 4), ("odd", 0)):
        value = {"messages": [{**message, "referral": sent}]}
        body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
        [lead] = read(Webhook(id="wa", provider="whatsapp", source="whatsapp"), body, "", "")
        assert isinstance(lead, Submission)
        assert len([name for name in lead.body["fields"] if name.startswith("ad_")]) == kept
