"""The collect function over moto.

Notified by the queue, and by the schedule whatever the queue lost.
"""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.http import client as web
from leadtight.domain.model.errors import FetchFailed
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.integration.conftest import REGION, Stage, queue_record
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT

LEAD = {"field_data": [{"name": "email", "values": ["ada@example.com"]}]}


@pytest.fixture(autouse=True)
def a_platform(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = Webhook(id="facebook", provider="facebook", source="facebook", reconcile=True)
    policy = replace(policies.shipped(), webhooks={"facebook": hook})
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    monkeypatch.setattr(web, "ask", lambda *_: json.dumps(LEAD).encode())
    secret = json.dumps({"facebook": {"signing": "s", "access_token": "t", "forms": "F1"}})
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId="webhook-secret", SecretString=secret)
    bootstrap.forget()


def announce() -> dict[str, Any]:
    change = {"field": "leadgen", "value": {"leadgen_id": 7}}
    body = json.dumps({"entry": [{"changes": [change]}]}).encode()
    mac = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={mac}"}
    return intake(request("POST /webhooks/{provider}", body=body, headers=headers, provider="facebook"), CONTEXT)


def hints(stage: Stage) -> list[dict[str, Any]]:
    sqs = boto3.client("sqs", region_name=REGION)
    messages = sqs.receive_message(QueueUrl=stage.announced_url, MaxNumberOfMessages=10).get("Messages", [])
    return [queue_record(message["Body"], message["MessageId"]) for message in messages]


def test_an_announcement_is_acknowledged_as_the_provider_expects_and_fetched_by_its_hint(
    stage: Stage, context: Any
) -> None:
    assert (announce()["statusCode"], announce()["body"]) == (200, "EVENT_RECEIVED")
    records = hints(stage)
    assert len(records) == 1
    for _ in range(2):
        assert collect({"Records": records}, context) == {"batchItemFailures": []}
    [lead] = stage.items("LEAD")
    assert json.loads(lead["doc"]["S"])["inquiry"]["email"] == "ada@example.com"


def test_the_schedule_fetches_what_no_hint_announced_and_counts_deliveries_waiting_for_a_person(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    announce()
    collect({"sweep": True}, context)
    assert len(stage.items("LEAD")) == 1
    assert '"QuarantineWaiting":[0.0]' in capsys.readouterr().out


def test_an_unresponsive_provider_does_not_fail_the_function(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> bytes:
        raise FetchFailed("answered 503")

    monkeypatch.setattr(web, "ask", down)
    bootstrap.forget()
    announce()
    assert collect({"Records": hints(stage)}, context) == {"batchItemFailures": []}
    [item] = stage.items("HELD")
    assert json.loads(item["doc"]["S"])["detail"] == "answered 503"


def test_an_invalid_hint_is_counted_beside_a_valid_one(context: Any, capsys: pytest.CaptureFixture[str]) -> None:
    records = [queue_record("{}", "m-9"), queue_record('{"held_id": "H0"}', "m-10")]
    assert collect({"Records": records}, context) == {"batchItemFailures": []}
    printed = capsys.readouterr().out
    assert '"EventsNotUnderstood":[1.0]' in printed
    assert '"AnnouncementsHinted":[1.0]' in printed


@pytest.mark.proves("A13")
def test_four_times_a_day_the_source_is_reconciled_and_missing_leads_are_taken(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = bootstrap.clock()()
    had = {**LEAD, "id": "7", "created_time": now.isoformat()}, {**LEAD, "id": "8", "created_time": now.isoformat()}
    announce()
    collect({"Records": hints(stage)}, context)
    monkeypatch.setattr(web, "ask", lambda *_: json.dumps({"data": had}).encode())
    bootstrap.forget()
    for _ in range(2):
        assert collect({"reconcile": True}, context) is None
    assert '"DeliveriesMissed":[0.0,1.0]' in capsys.readouterr().out
    asked_first = now.astimezone(bootstrap.policy().company.zone).date() - timedelta(
        days=1
    )  # this one ignores the time
    result = json.loads(bootstrap.report_files().get(f"reconciliation/dt={asked_first}/facebook.json") or b"")
    assert (result["listed"], len(result["missed"]), result["missed"] == result["taken"]) == (2, 1, True)
    assert len(stage.items("LEAD")) == 1  # the second has the address of the first, and joined it
