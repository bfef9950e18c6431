"""The collect function over moto: told by the queue, and by the schedule whatever the queue lost."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from leadtight import policy as policies
from leadtight import wiring
from leadtight.adapters import web
from leadtight.domain.errors import FetchFailed
from leadtight.domain.policy import Webhook
from tests.integration.conftest import REGION, Stage, queue_record
from tests.integration.http_events import request

LEAD = {"field_data": [{"name": "email", "values": ["ada@example.com"]}]}


@pytest.fixture(autouse=True)
def a_platform(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Webhook(id="facebook", provider="facebook", source="facebook")
    policy = replace(policies.shipped(), webhooks={"facebook": hook})
    monkeypatch.setattr(wiring, "policy", lambda: policy)
    monkeypatch.setattr(web, "get", lambda url, headers: json.dumps(LEAD).encode())
    secret = json.dumps({"facebook": {"signing": "s", "access_token": "t"}})
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId="webhook-secret", SecretString=secret)
    wiring.forget()


def announce() -> dict[str, Any]:
    change = {"field": "leadgen", "value": {"leadgen_id": 7}}
    body = json.dumps({"entry": [{"changes": [change]}]}).encode()
    mac = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={mac}"}
    return intake(request("POST /webhooks/{provider}", body=body, headers=headers, provider="facebook"), None)


def hints(stage: Stage) -> list[dict[str, Any]]:
    sqs = boto3.client("sqs", region_name=REGION)
    found = sqs.receive_message(QueueUrl=stage.announced_url, MaxNumberOfMessages=10).get("Messages", [])
    return [queue_record(message["Body"], message["MessageId"]) for message in found]


def test_an_announcement_is_answered_as_the_provider_expects_and_fetched_by_its_hint(
    stage: Stage, context: Any
) -> None:
    assert (announce()["statusCode"], announce()["body"]) == (200, "EVENT_RECEIVED")
    told = hints(stage)
    assert len(told) == 1
    for _ in range(2):
        assert collect({"Records": told}, context) == {"batchItemFailures": []}
    [lead] = stage.items("LEAD")
    assert json.loads(lead["doc"]["S"])["inquiry"]["email"] == "ada@example.com"


def test_the_schedule_fetches_what_no_hint_told_and_counts_what_waits_for_a_person(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    announce()
    collect({"sweep": True}, context)
    assert len(stage.items("LEAD")) == 1
    assert '"QuarantineWaiting":[0.0]' in capsys.readouterr().out


def test_a_provider_that_does_not_answer_is_no_failure_of_the_function(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(url: str, headers: object) -> bytes:
        raise FetchFailed("answered 503")

    monkeypatch.setattr(web, "get", down)
    wiring.forget()
    announce()
    assert collect({"Records": hints(stage)}, context) == {"batchItemFailures": []}
    [held] = stage.items("HELD")
    assert json.loads(held["doc"]["S"])["detail"] == "answered 503"


def test_a_hint_that_is_none_stays_in_the_queue(context: Any) -> None:
    records = [queue_record("{}", "m-9"), queue_record('{"held_id": "H0"}', "m-10")]
    assert collect({"Records": records}, context) == {"batchItemFailures": [{"itemIdentifier": "m-9"}]}
