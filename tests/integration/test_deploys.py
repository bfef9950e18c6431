"""Adjacent versions understand each other's data (docs/decisions/0053)."""

import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters.dynamodb.rows import value_of
from leadtight.domain.model.codec import to_document
from leadtight.domain.model.lead import Lead
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record
from tests.integration.http_events import post_lead, request

pytestmark = pytest.mark.slow

ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}
LATER: dict[str, Any] = {"schema": "leadtight.alarm/9", "added_later": {"by": ["a", "newer", "version"]}}


@pytest.fixture
def lead(stage: Stage, context: Any) -> Lead:
    lead_id = json.loads(intake(post_lead(ADA), context)["body"])["lead_id"]
    route(stage.inserted("LEAD"), context)
    return load(lead_id)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: moment)


def load(lead_id: str) -> Lead:
    lead = bootstrap.ports().store.load(lead_id)
    assert lead
    return lead


def test_an_alarm_carries_the_fields_that_every_earlier_version_reads(lead: Lead, stage: Stage) -> None:
    [name] = stage.schedules()
    made = boto3.client("scheduler", region_name=REGION).get_schedule(GroupName="leadtight", Name=name)
    carried = json.loads(made["Target"]["Input"])
    assert carried == {
        "schema": "leadtight.alarm/1",
        "lead_id": lead.id,
        "token": lead.wake_token,
        "pool_id": lead.pool_id,
    }


@pytest.mark.parametrize("added", [{}, LATER], ids=["the version before", "a later version"])
def test_an_alarm_armed_by_another_version_rings(
    lead: Lead, context: Any, added: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"lead_id": lead.id, "token": lead.wake_token, "pool_id": lead.pool_id} | added
    at(monkeypatch, MONDAY_NINE + timedelta(minutes=6))
    assert sla({"Records": [queue_record(json.dumps(body))]}, context) == {"batchItemFailures": []}
    assert "deadline_missed" in [event.kind for event in bootstrap.ports().store.history(lead.id)]


def test_clock_events_and_hints_of_another_version_are_understood(lead: Lead, context: Any) -> None:
    assert sla({"sweep": True, **LATER}, context) is None
    assert collect({"sweep": True, **LATER}, context) is None
    hint = queue_record(json.dumps({"held_id": "gone", **LATER}))
    assert collect({"Records": [hint]}, context) == {"batchItemFailures": []}


def test_a_lead_written_by_a_later_version_is_read_and_preserved(
    lead: Lead, stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = to_document(lead)
    document |= {"added_later": 1}
    document["inquiry"] |= {"added_later": [1]}
    boto3.client("dynamodb", region_name=REGION).update_item(
        TableName="leadtight",
        Key={"pk": {"S": f"LEAD#{lead.id}"}, "sk": {"S": "LEAD"}},
        UpdateExpression="SET doc = :doc, added_later = :one",
        ExpressionAttributeValues={":doc": {"S": json.dumps(document)}, ":one": {"N": "1"}},
    )
    assert load(lead.id) == lead
    at(monkeypatch, MONDAY_NINE + timedelta(minutes=6))
    sla({"sweep": True}, context)
    assert load(lead.id).version > lead.version


def test_a_lead_written_by_an_earlier_version_lacks_fields_and_is_read(lead: Lead) -> None:
    needed = ("id", "source", "received_at", "recorded_at", "inquiry", "promise")
    whole = to_document(lead)
    read = value_of(Lead, json.dumps({name: whole[name] for name in needed}))
    assert (read.id, read.is_open, read.version) == (lead.id, True, 0)


def test_a_link_of_the_previous_key_opens_until_that_key_is_removed(
    lead: Lead, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opens(token: str) -> int:
        return int(desk(request("GET /o/{token}", token=token), context)["statusCode"])

    def keys(**key_values: str) -> None:
        secret = boto3.client("secretsmanager", region_name=REGION)
        secret.put_secret_value(SecretId="link-secret", SecretString=json.dumps(key_values))
        bootstrap.forget()  # cached secrets expire after five minutes

    def mailed() -> str:
        assert lead.owner_id
        return bootstrap.ports().links.outcome(lead, lead.owner_id, MONDAY_NINE).rpartition("/")[2]

    old_link = mailed()
    keys(current="k2", k1="a-secret-for-tests", k2="another")
    after = mailed()
    assert (old_link.split(".")[1], after.split(".")[1]) == ("k1", "k2")
    assert (opens(old_link), opens(after)) == (200, 200)
    keys(current="k2", k2="another")
    assert (opens(old_link), opens(after)) == (403, 200)


def test_messages_with_keys_from_before_lanes_are_sent_and_queued(
    lead: Lead, stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, owed = boto3.client("dynamodb", region_name=REGION), stage.items("MSG#")
    for item in owed:
        old_document = json.loads(item["doc"]["S"])
        del old_document["source"]
        item["doc"] = {"S": json.dumps(old_document)}
        item["gsi1sk"] = {"S": item["gsi1sk"]["S"].partition("#")[2]}
        assert item["gsi1sk"]["S"].startswith("2026-11-23T08:00:00")
        table.put_item(TableName="leadtight", Item=item)
    assert len(bootstrap.ports().outbox.due(MONDAY_NINE, 9)) == len(owed) == 2
    at(monkeypatch, MONDAY_NINE + timedelta(minutes=2))
    with stage.counted() as calls:
        sla({"sweep": True}, context)
    assert calls.count("ses:SendRawEmail") == 2


def test_a_version_before_lanes_finds_messages_of_this_one(lead: Lead, stage: Stage) -> None:
    until = "2026-11-23T08:00:00.000000Z#~"
    assert [item["gsi1sk"]["S"] <= until for item in stage.items("MSG#")] == [True, True]
