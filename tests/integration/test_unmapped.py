"""Authentic deliveries that map to no lead (A5).

Each is kept whole in the quarantine, and the deployed alarm rings until a person has decided.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest

from functions.collect import handler as collecting
from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies
from tests.infra.synth import Synthesised
from tests.integration.conftest import MONDAY_NINE, REGION, Stage
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.unit.adapters.inbound.webhooks.deliveries import STANDARD_SECRET, signed_standard

HOOK = Webhook(id="quotes", provider="standard", source="quote_tool", fields={"person.mail": "email"})
UNMAPPED = [b'{"colour": "green"}', b"[]", b"[1, null]", b'"words"', b"null", b"", b"{", b"\xff\x00", b'{"person": 7}']


@pytest.fixture(autouse=True)
def a_webhook(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = replace(policies.shipped(), webhooks={HOOK.id: HOOK})
    monkeypatch.setattr(bootstrap, "policy", lambda: policy)
    secret = json.dumps({HOOK.id: {"signing": [STANDARD_SECRET]}})
    boto3.client("secretsmanager", region_name=REGION).put_secret_value(SecretId="webhook-secret", SecretString=secret)
    bootstrap.forget()


def deliver(body: bytes) -> int:
    headers = signed_standard(STANDARD_SECRET, body, int(MONDAY_NINE.timestamp()))
    answer = intake(request("POST /webhooks/{provider}", body=body, headers=headers, provider=HOOK.id), CONTEXT)
    return int(answer["statusCode"])


def kept(stage: Stage) -> list[bytes]:
    rows = [json.loads(item["doc"]["S"]) for item in stage.items("HELD")]
    return [base64.b64decode(row["content"]) if row["is_base64"] else row["content"].encode() for row in rows]


@pytest.mark.proves("A5")
@pytest.mark.parametrize("body", UNMAPPED)
def test_an_unmapped_delivery_is_never_dropped(stage: Stage, body: bytes) -> None:
    assert [deliver(body) for _ in range(2)] == [202, 200], "held, and then known"
    assert sorted(kept(stage)) == ([b"1", b"null"] if body == b"[1, null]" else [body])
    assert stage.items("LEAD") == []


def emitted(out: str) -> list[dict[str, Any]]:
    """Return the metric documents that a function printed."""
    return [json.loads(line) for line in out.splitlines() if '"CloudWatchMetrics"' in line]


def datapoint(alarm: Mapping[str, Any], documents: list[dict[str, Any]]) -> float | None:
    """Return an alarm's datapoint of one period.

    It is as CloudWatch reads metrics: None when no document has the namespace, name and dimensions of its metric.
    """
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    values = [
        value
        for document in documents
        for group in document["_aws"]["CloudWatchMetrics"]
        if group["Namespace"] == alarm["Namespace"]
        and [*dimensions] in group["Dimensions"]
        and {name: document[name] for name in dimensions} == dimensions
        and alarm["MetricName"] in [metric["Name"] for metric in group["Metrics"]]
        for value in document[alarm["MetricName"]]
    ]
    assert alarm["Statistic"] == "Maximum"
    return max(values, default=None)


def rings(alarm: Mapping[str, Any], periods: list[float | None]) -> bool:
    """Evaluate an alarm over its latest periods, as CloudWatch does."""
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"
    latest = periods[-alarm["EvaluationPeriods"] :]
    breaching = [value for value in latest if value is not None and value > alarm["Threshold"]]
    return len(breaching) >= int(alarm["DatapointsToAlarm"])


@pytest.fixture
def alarm(prod: Synthesised, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """Return the deployed alarm.

    The function has its deployed names of metrics.
    """
    variables = prod.function("collect")["Environment"]["Variables"]
    monkeypatch.setattr(collecting.metrics.provider, "namespace", variables["POWERTOOLS_METRICS_NAMESPACE"])
    monkeypatch.setattr(collecting.metrics.provider, "service", variables["POWERTOOLS_SERVICE_NAME"])
    alarms = prod.properties("CloudWatch::Alarm")
    [ours] = [each for each in alarms if str(each["AlarmDescription"]).startswith("quarantine:")]
    assert [prod.body["Resources"][action["Ref"]]["Type"] for action in ours["AlarmActions"]] == ["AWS::SNS::Topic"]
    return ours


@pytest.mark.proves("A5")
def test_an_alarm_rings_while_a_parked_delivery_waits_for_a_person(
    stage: Stage, context: Any, alarm: Mapping[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def swept() -> float | None:
        capsys.readouterr()
        collect({"sweep": True}, context)
        return datapoint(alarm, emitted(capsys.readouterr().out))

    periods = [swept()]
    assert not rings(alarm, periods), "nothing waits"
    deliver(UNMAPPED[0])
    periods.append(swept())
    assert rings(alarm, periods)
    [held_id] = [json.loads(item["doc"]["S"])["id"] for item in stage.items("HELD")]
    bootstrap.app().quarantine.discard(held_id, "ana", "a test", MONDAY_NINE)
    periods.append(swept())
    assert not rings(alarm, periods), "a person has decided"
    assert None not in periods
