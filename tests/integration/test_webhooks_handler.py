"""Intake's webhooks over moto: authentic, stored, and then accepted."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from functions.intake.handler import handle
from leadtight import bootstrap
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import Stage
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT

ANSWERS = [
    {"type": "text", "text": "Ada Obi", "field": {"id": "1", "ref": "name", "type": "short_text"}},
    {"type": "email", "email": "ada@example.com", "field": {"id": "2", "ref": "mail", "type": "email"}},
]


@pytest.fixture(autouse=True)
def with_webhooks(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = replace(
        policies.shipped(),
        webhooks={
            name: Webhook(id=name, provider=provider, source=name)
            for name, provider in (("typeform", "typeform"), ("whatsapp", "whatsapp"), ("unkeyed", "standard"))
        },
    )
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    bootstrap.forget()


def response(answers: list[Any] = ANSWERS, token: str = "T1") -> bytes:
    return json.dumps({"event_type": "form_response", "form_response": {"token": token, "answers": answers}}).encode()


def deliver(body: bytes, secret: str = "new", name: str = "typeform") -> dict[str, Any]:
    mac = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    headers = {"typeform-signature": f"sha256={mac}", "content-type": "application/json"}
    return handle(request("POST /webhooks/{provider}", body=body, headers=headers, provider=name), CONTEXT)


def test_a_signed_delivery_is_a_lead_after_its_secret_and_one_call(stage: Stage) -> None:
    with stage.counted() as calls:
        assert deliver(response())["statusCode"] == 200
    [lead] = stage.items("LEAD")
    assert json.loads(lead["doc"]["S"])["inquiry"]["email"] == "ada@example.com"
    assert [call for call in calls if call.startswith("dynamodb")] == ["dynamodb:TransactWriteItems"]
    with stage.counted() as calls:
        deliver(response(token="T2"))
    assert "secretsmanager:GetSecretValue" not in calls


def test_a_repeated_delivery_gets_the_same_answer_and_is_not_a_second_lead(stage: Stage) -> None:
    assert [deliver(response(), secret)["statusCode"] for secret in ("new", "old", "new")] == [200, 200, 200]
    assert len(stage.items("LEAD")) == 1
    assert len(stage.items("EVENT#")) == 1


@pytest.mark.proves("A3")
def test_a_bad_signature_is_refused_and_stores_nothing(stage: Stage) -> None:
    answer = deliver(response(), secret="another")
    assert answer["statusCode"] == 401
    assert stage.items("") == []


@pytest.mark.parametrize("name", ["unknown", "unkeyed"])
def test_an_unconfigured_webhook_is_not_found(name: str) -> None:
    assert deliver(response(), name=name)["statusCode"] == 404


@pytest.mark.parametrize("body", [b"{", b'{"event_type": "form_response"}', response(answers=[])])
def test_an_authentic_delivery_without_a_lead_is_held_whole(stage: Stage, body: bytes) -> None:
    answer = deliver(body)
    assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"status": "held"})
    [delivery] = bootstrap.app().quarantine.waiting(9)
    assert delivery.content == body.decode()
    assert stage.items("LEAD") == []


def test_an_unrelated_delivery_is_accepted_and_stores_nothing(stage: Stage) -> None:
    assert deliver(b'{"event_type": "form_response_partial"}')["statusCode"] == 200
    assert stage.items("") == []


def test_a_challenge_is_answered_only_with_our_token(stage: Stage) -> None:
    def ask(token: str) -> dict[str, Any]:
        event = request("GET /webhooks/{provider}", provider="whatsapp")
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
        return handle({**event, "queryStringParameters": query}, CONTEXT)

    assert (ask("ours")["statusCode"], ask("ours")["body"]) == (200, "1158201444")
    assert ask("theirs")["statusCode"] == 401
    assert handle(request("GET /webhooks/{provider}", provider="typeform"), CONTEXT)["statusCode"] == 405


@pytest.mark.proves("U2")
def test_an_oversized_body_is_refused_before_any_check() -> None:
    assert deliver(b"x" * (5 * 1024 * 1024 + 1))["statusCode"] == 413
