"""Route, respond and sla over moto, with counted AWS calls."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.domain.model.message import Status
from leadtight.domain.model.sla import FIRST_RESPONSE
from tests.integration.conftest import MONDAY_NINE, REGION, Stage, queue_record, stored, stream_record
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT
from tests.recorded_events import recorded, wrapped

pytestmark = pytest.mark.slow

URGENT = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent: please call me"}


def receive(**fields: Any) -> str:
    response = intake(post_lead(URGENT | fields), CONTEXT)
    return str(json.loads(response["body"])["lead_id"])


def later(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at)


@pytest.mark.proves("C10", "F8")
@pytest.mark.parametrize(
    ("received_at", "alarms"),
    [
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), ["scheduler:CreateSchedule"]),
        (datetime(2026, 11, 23, 7, 58, tzinfo=UTC), ["scheduler:CreateSchedule", "sqs:SendMessage"]),
    ],
    ids=["days before the first warning", "minutes before the first warning"],
)
def test_route_assigns_the_lead_with_timer_and_alarm_in_few_calls(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, received_at: datetime, alarms: list[str]
) -> None:
    later(monkeypatch, received_at)
    lead_id, arrived = receive(), stage.inserted("LEAD")
    with stage.counted() as calls:
        route(arrived, context)
        made = tuple(calls)
    lead, timer = stored(lead_id), stored(lead_id).clock(FIRST_RESPONSE)
    assert made == ("dynamodb:BatchGetItem", "dynamodb:TransactWriteItems", *alarms), "one write, and its alarm"
    assert lead.owner_id == "ana"
    assert lead.next_action is not None
    assert timer is not None
    assert lead.next_action.what == "Write to Ada Obi"
    assert lead.next_action.due_at == timer.deadline == lead.promise.deadline
    [assigned] = [e for e in bootstrap.ports().store.history(lead_id) if e.version == lead.version]
    assert {"owner_id", "next_action", "clocks"} <= assigned.changes.keys(), "one transaction"


def test_eight_new_leads_with_their_alarms_cost_three_calls(stage: Stage, context: Any) -> None:
    ids = [receive(email=f"ada{number}@example.com", phone=f"+4930901820{number:02}") for number in range(10)]
    with stage.counted() as calls:
        route(stage.inserted("LEAD"), context)
        made = [call for call in calls if call.startswith("dynamodb")]
    assert made == ["dynamodb:BatchGetItem", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"] * 2
    owners = [stored(lead_id).owner_id for lead_id in ids]
    assert owners == ["ana", "ben", "cem"] * 3 + ["ana"]


def test_replayed_records_move_nothing(stage: Stage, context: Any) -> None:
    receive()
    batch = stage.inserted("LEAD")
    for _ in range(3):
        route(batch, context)
    second = receive(email="second@example.com")
    route(stage.inserted("LEAD"), context)
    assert stored(second).owner_id == "ben"


def test_a_poison_record_fails_the_batch_after_the_others_were_processed(stage: Stage, context: Any) -> None:
    lead_id = receive()
    good = stage.inserted("LEAD")["Records"]
    poison = stream_record({**stage.items("LEAD")[0], "doc": {"S": "{broken"}})
    with pytest.raises(ExceptionGroup, match="records failed"):
        route({"Records": [poison, *good]}, context)
    assert stored(lead_id).owner_id == "ana"


def test_respond_sends_each_message_once_and_the_event_confirms_it(stage: Stage, context: Any) -> None:
    lead_id = receive()
    route(stage.inserted("LEAD"), context)
    batch = stage.inserted("MSG#")
    with stage.counted() as calls:
        for _ in range(2):
            respond(batch, context)
    messages = bootstrap.ports().outbox.messages(lead_id)
    assert {m.template: m.status for m in messages} == {"acknowledge": Status.SENT, "alert_owner": Status.SENT}
    assert calls.count("ses:SendRawEmail") == 2
    respond(
        {"Records": [queue_record(ses_event("Delivery", messages[0].provider_id, lead_id, messages[0].id))]}, context
    )
    assert bootstrap.ports().outbox.messages(lead_id)[0].status is Status.CONFIRMED


def test_a_bounce_without_tags_is_found_by_the_provider_id_and_ends_the_channel(stage: Stage, context: Any) -> None:
    lead_id = receive()
    respond(stage.inserted("MSG#"), context)
    [message] = bootstrap.ports().outbox.messages(lead_id)
    respond({"Records": [queue_record(ses_event("Bounce", message.provider_id))]}, context)
    [message] = bootstrap.ports().outbox.messages(lead_id)
    assert (message.status, message.detail) == (Status.BOUNCED, "550 5.1.1 user unknown")
    assert receive(name="Ada again") == lead_id
    respond(stage.inserted("MSG#"), context)
    assert [m.status for m in bootstrap.ports().outbox.messages(lead_id)] == [Status.BOUNCED, Status.REFUSED]


def dropped(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """Return the counts of dropped bodies in the metrics."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    metrics = [line for line in lines if "_aws" in line and line.get("service") == "all"]
    return Counter(name for line in metrics for name in ("NoticesDropped", "EventsNotUnderstood") if name in line)


VALIDATED = "Successfully validated SNS topic for Amazon SES event publishing."
BUCKET_TEST = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "mails", "HostId": "h"})


@pytest.mark.parametrize("handle", [respond, collect], ids=["reports", "mails"])
@pytest.mark.parametrize(
    ("body", "metric"),
    [
        (VALIDATED, "NoticesDropped"),
        (wrapped(VALIDATED), "NoticesDropped"),
        (BUCKET_TEST, "NoticesDropped"),
        (wrapped(BUCKET_TEST), "NoticesDropped"),
        (json.dumps(recorded("ses", "identity-subscription-succeeded")), "NoticesDropped"),
        ("not json", "EventsNotUnderstood"),
        ("[1]", "EventsNotUnderstood"),
        ("[" * 100_000, "EventsNotUnderstood"),
        ('{"mail": {}}', "EventsNotUnderstood"),
        ('{"Records": [{"eventName": "ObjectCreated:Put"}]}', "EventsNotUnderstood"),
    ],
)
def test_a_body_without_an_event_is_counted_and_leaves_the_queue(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], handle: Any, body: str, metric: str
) -> None:
    assert handle({"Records": [queue_record(body)]}, context) == {"batchItemFailures": []}
    assert dropped(capsys) == {metric: 1}
    assert stage.items("") == []


def test_the_log_of_an_unknown_body_names_its_fields_and_no_person(
    stage: Stage, context: Any, caplog: pytest.LogCaptureFixture
) -> None:
    body = json.dumps({"eventType": "Invented", "mail": {"destination": ["ada@example.com"]}})
    respond({"Records": [queue_record(body)]}, context)
    [record] = [record for record in caplog.records if "body_dropped" in record.message]
    assert "Invented" in record.message
    assert '"mail"' in record.message
    assert "ada@example.com" not in record.message


@pytest.mark.parametrize("name", ["open", "click", "subscription", "delivery-delay-mailbox-full", "complaint-not-spam"])
def test_an_event_that_changes_nothing_is_neither_an_error_nor_counted(
    stage: Stage, context: Any, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    body = json.dumps(recorded("ses", name))
    assert respond({"Records": [queue_record(body)]}, context) == {"batchItemFailures": []}
    assert dropped(capsys) == {}


def test_sla_does_due_work_in_four_calls_and_ignores_stale_alarms(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_id = receive()
    route(stage.inserted("LEAD"), context)
    lead = stored(lead_id)
    alarm = queue_record(json.dumps({"lead_id": lead_id, "token": lead.wake_token, "pool_id": lead.pool_id}))
    later(monkeypatch, lead.promise.deadline + timedelta(seconds=1))
    with stage.counted() as calls:
        assert sla({"Records": [alarm]}, context) == {"batchItemFailures": []}
    assert len(calls) <= 4
    kinds = [event.kind for event in bootstrap.ports().store.history(lead_id)][2:]
    assert kinds == ["owner_warned", "owner_warned", "deadline_missed", "lead_escalated"]
    with stage.counted() as calls:
        sla({"Records": [alarm]}, context)
    assert calls == ["dynamodb:BatchGetItem"]


def test_an_alarm_that_rings_early_is_armed_again(stage: Stage, context: Any) -> None:
    lead_id = receive()
    route(stage.inserted("LEAD"), context)
    stage.alarms()
    lead = stored(lead_id)
    sla(
        {"Records": [queue_record(json.dumps({"lead_id": lead_id, "token": lead.wake_token, "pool_id": "inbound"}))]},
        context,
    )
    assert stored(lead_id) == lead
    assert stage.schedules() == [f"lead-{lead_id}-{lead.wake_token}"]


def test_a_poison_alarm_does_not_delay_the_others(context: Any) -> None:
    good = queue_record(json.dumps({"lead_id": "gone", "token": "1", "pool_id": "inbound"}), "good")
    answer = sla({"Records": [queue_record("{}", "poison"), good]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}]}


@pytest.mark.parametrize("outcome", ["connected", "voicemail", "no_answer", "won"])
def test_recording_an_outcome_takes_at_most_four_calls(stage: Stage, context: Any, outcome: str) -> None:
    lead_id = receive()
    route(stage.inserted("LEAD"), context)
    lead = stored(lead_id)
    token = bootstrap.ports().links.outcome(lead, "ana", MONDAY_NINE).rpartition("/")[2]
    form = urlencode({"outcome": outcome, "submission": lead.version})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with stage.counted() as calls:
        response = desk(request("POST /o/{token}", body=form, headers=headers, token=token), context)
    assert response["statusCode"] == 303
    assert len(calls) <= 4
    assert stored(lead_id).last_outcome is not None


def test_the_sweep_routes_rings_and_sends_whatever_was_lost(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lead_id = receive()
    later(monkeypatch, MONDAY_NINE + timedelta(minutes=5))
    sla({"sweep": True}, context)
    assert stored(lead_id).owner_id == "ana"
    later(monkeypatch, stored(lead_id).promise.deadline + timedelta(minutes=5))
    sla({"sweep": True}, context)
    assert "deadline_missed" in [event.kind for event in bootstrap.ports().store.history(lead_id)]
    assert {m.status for m in bootstrap.ports().outbox.messages(lead_id) if m.template == "acknowledge"} == {
        Status.SENT
    }
    repairs = [int(n) for n in re.findall(r'"SweepRepairs":\s*\[?(\d+)', capsys.readouterr().out)]
    assert len(repairs) == 2
    assert all(n > 0 for n in repairs)


def test_an_unreadable_row_does_not_hide_others_from_the_sweep(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive()
    [item] = stage.items("LEAD")
    broken = {**item, "pk": {"S": "LEAD#broken"}, "doc": {"S": "{broken"}}
    boto3.client("dynamodb", region_name=REGION).put_item(TableName="leadtight", Item=broken)
    later(monkeypatch, MONDAY_NINE + timedelta(minutes=5))
    sla({"sweep": True}, context)
    assert [json.loads(i["doc"]["S"])["owner_id"] for i in stage.items("LEAD") if i["pk"] == item["pk"]] == ["ana"]


def ses_event(kind: str, provider_id: str | None, lead_id: str = "", message_id: str = "") -> str:
    mail: dict[str, Any] = {"messageId": provider_id}
    if lead_id:
        mail["tags"] = {"lead_id": [lead_id], "message_id": [message_id]}
    bounced = [{"emailAddress": "ada@example.com", "diagnosticCode": "550 5.1.1 user unknown"}]
    bounce = {"bounce": {"bounceType": "Permanent", "bouncedRecipients": bounced}} if kind == "Bounce" else {}
    return json.dumps({"Type": "Notification", "Message": json.dumps({"eventType": kind, "mail": mail, **bounce})})
