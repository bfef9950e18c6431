"""Event sources of functions, and their failure destinations.

Streams, queues and the clock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.limits import LARGE, SHARDS, SMALL
from leadtight.capacity.data import aws, lives
from leadtight.capacity.model import times
from tests.infra.synth import FUNCTIONS, Synthesised, synthesise

ROOT = Path(__file__).resolve().parents[2]


def mapping(template: Synthesised, name: str, source: str) -> dict[str, Any]:
    [mapping] = [
        m
        for m in template.properties("Lambda::EventSourceMapping")
        if m["FunctionName"] == {"Ref": template.function_id(name)} and source in json.dumps(m["EventSourceArn"])
    ]
    return mapping


def queue_name(template: Synthesised, reference: dict[str, Any]) -> str:
    name = template.body["Resources"][reference["Fn::GetAtt"][0]]["Properties"]["QueueName"]
    return str(name)


NEW_LEAD = {"Keys": {"sk": {"S": ["LEAD"]}}}
FREED_PLACE = {"NewImage": {"frees": {"S": [{"exists": True}]}}}
NEW_MESSAGE = {"Keys": {"sk": {"S": [{"prefix": "MSG#"}]}}}


@pytest.mark.parametrize(("name", "new"), [("route", [NEW_LEAD, FREED_PLACE]), ("respond", [NEW_MESSAGE])])
def test_a_stream_reader_gets_new_items_of_its_kind_and_stops_retrying_in_time(
    prod: Synthesised, name: str, new: list[dict[str, Any]]
) -> None:
    stream = mapping(prod, name, "StreamArn")
    patterns = [json.loads(filter_["Pattern"]) for filter_ in stream["FilterCriteria"]["Filters"]]
    assert patterns == [{"eventName": ["INSERT"], "dynamodb": pattern} for pattern in new]
    assert stream["BatchSize"] == 10
    assert stream["MaximumRetryAttempts"] == 5
    assert stream["MaximumRecordAgeInSeconds"] == 3600
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    failed = stream["DestinationConfig"]["OnFailure"]["Destination"]
    assert queue_name(prod, failed) == "leadtight-prod-stream-failed"


def test_at_most_two_readers_share_the_stream(prod: Synthesised) -> None:
    readers = [m for m in prod.properties("Lambda::EventSourceMapping") if "StreamArn" in str(m["EventSourceArn"])]
    assert len(readers) == 2


@pytest.mark.parametrize(("name", "queue"), [("sla", "Alarms"), ("respond", "MailReceipts"), ("respond", "Retries")])
def test_a_queue_reader_reports_each_failed_message(prod: Synthesised, name: str, queue: str) -> None:
    source = mapping(prod, name, queue)
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == (2 if queue == "spill" else 10)


def test_a_function_queue_gives_up_after_five_tries_and_the_spill_after_a_day_of_them(
    prod: Synthesised,
) -> None:
    feeding = [q for q in prod.properties("SQS::Queue") if "RedrivePolicy" in q]
    assert {q["QueueName"] for q in feeding} == {
        f"leadtight-prod-{name}" for name in ("alarms", "collect", "mails", "receipts", "retries", "spill")
    }
    for queue in feeding:
        spills = queue["QueueName"] == "leadtight-prod-spill"
        assert queue["RedrivePolicy"]["maxReceiveCount"] == (1000 if spills else 5)
        assert not spills or 1000 * queue["VisibilityTimeout"] >= 24 * 3600
        dead = queue_name(prod, queue["RedrivePolicy"]["deadLetterTargetArn"])
        assert dead == f"{queue['QueueName']}-dead"


@pytest.mark.parametrize(
    ("name", "queue"), [("sla", "alarms"), ("respond", "receipts"), ("respond", "retries"), ("collect", "mails")]
)
def test_a_message_in_progress_is_not_delivered_twice(prod: Synthesised, name: str, queue: str) -> None:
    [visibility] = [
        q["VisibilityTimeout"] for q in prod.properties("SQS::Queue") if q["QueueName"] == f"leadtight-prod-{queue}"
    ]
    assert visibility == 6 * prod.function(name)["Timeout"]


def test_every_queue_is_encrypted_and_refuses_plain_http(prod: Synthesised) -> None:
    queues = prod.properties("SQS::Queue")
    guarded = {json.dumps(q) for policy in prod.properties("SQS::QueuePolicy") for q in policy["Queues"]}
    assert len(guarded) == len(queues) > 0
    assert all(queue["SqsManagedSseEnabled"] for queue in queues)


def test_the_schedules_sweep_collect_reconcile_report_nightly_and_review_weekly_in_the_companys_zone(
    prod: Synthesised,
) -> None:
    schedules = {s["Name"]: s for s in prod.properties("Scheduler::Schedule")}
    rules = {name: (s["ScheduleExpression"], json.loads(s["Target"]["Input"])) for name, s in schedules.items()}
    assert len(schedules) == 5
    assert rules == {
        "sweep": ("rate(5 minutes)", {"sweep": True}),
        "collect": ("rate(5 minutes)", {"sweep": True}),
        "reconcile": ("cron(2 0/6 * * ? *)", {"reconcile": True}),
        "nightly": ("cron(15 0 * * ? *)", {"kind": "nightly"}),
        "weekly": ("cron(30 0 ? * MON *)", {"kind": "weekly"}),
    }
    for schedule in schedules.values():
        assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
        failed = schedule["Target"]["DeadLetterConfig"]["Arn"]
        assert queue_name(prod, failed) == "leadtight-prod-failed"


def test_the_local_stage_sweeps_every_minute(local: Synthesised) -> None:
    assert "rate(1 minute)" in {s["ScheduleExpression"] for s in local.properties("Scheduler::Schedule")}


def starts(template: Synthesised) -> dict[str, int]:
    """Return each source's highest number of concurrent batches.

    The stream's number is by shard.
    """
    limits = dict[str, int]()
    for source in template.properties("Lambda::EventSourceMapping"):
        if "ScalingConfig" in source:
            name = queue_name(template, {"Fn::GetAtt": source["EventSourceArn"]["Fn::GetAtt"]})
            limits[name.rpartition("-")[2]] = source["ScalingConfig"]["MaximumConcurrency"]
        else:
            name = next(name for name in FUNCTIONS if source["FunctionName"] == {"Ref": template.function_id(name)})
            limits[f"stream to {name}"] = source["ParallelizationFactor"]
    return limits


def background(template: Synthesised) -> int:
    """Return the highest concurrency of background functions.

    Counted from the template alone.
    """
    by_source = starts(template)
    streams = [at_once for name, at_once in by_source.items() if name.startswith("stream")]
    queues = [at_once for name, at_once in by_source.items() if not name.startswith("stream")]
    clocked = {s["Target"]["Arn"]["Fn::GetAtt"][0] for s in template.properties("Scheduler::Schedule")}
    return SHARDS * sum(streams) + sum(queues) + len(clocked)


NEW_ACCOUNT = 10
INTAKE_SECONDS = 0.1
DEFAULT_NEEDS = 30
"""The quota that docs/guides/deploy.md asks for: with it, no recovery after an outage refuses a lead its start."""


def test_by_default_each_source_has_the_lowest_concurrency_that_aws_allows(prod: Synthesised) -> None:
    queues = dict.fromkeys(("alarms", "collect", "mails", "receipts", "retries", "spill"), 2)
    assert starts(prod) == {"stream to route": 1, "stream to respond": 1, **queues}
    functions = prod.properties("Lambda::Function")
    assert len(functions) >= len(FUNCTIONS)
    assert not [f for f in functions if "ReservedConcurrentExecutions" in f]


def test_requests_alone_use_a_small_part_of_a_new_account(prod: Synthesised) -> None:
    [api] = prod.properties("ApiGatewayV2::Stage")
    per_second = api["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert per_second == aws().stages["as deployed"].requests, "what `leadtight capacity aws` computes with"
    waited_for = [time.milliseconds for time in times(lives()["typical"], aws()) if time.function in ("intake", "desk")]
    assert per_second * max(waited_for) / 1000 < NEW_ACCOUNT / 2


def test_with_all_sources_busy_a_lead_is_still_accepted(prod: Synthesised) -> None:
    [api] = prod.properties("ApiGatewayV2::Stage")
    taking = api["DefaultRouteSettings"]["ThrottlingBurstLimit"] * INTAKE_SECONDS
    assert background(prod) == SMALL.background == 23
    assert background(prod) + taking < DEFAULT_NEEDS
    assert f"at least {DEFAULT_NEEDS}" in (ROOT / "docs/guides/deploy.md").read_text(encoding="utf-8")


def test_intake_and_the_sweep_have_reserved_concurrency_where_the_account_allows(tmp_path: Path) -> None:
    large = synthesise(tmp_path, "large", limits={"reserve": True})
    reserved = {name: large.function(name).get("ReservedConcurrentExecutions") for name in FUNCTIONS}
    assert reserved == {**dict.fromkeys(FUNCTIONS), "intake": 100, "sla": 20}
    at_once = starts(large)
    assert at_once == {
        "stream to route": 1,
        "stream to respond": 4,
        "alarms": 10,
        "retries": 2,
        **dict.fromkeys(("collect", "mails", "receipts", "spill"), 5),
    }
    assert background(large) == LARGE.background
    assert reserved["sla"] > at_once["alarms"] + 1, "the queue's, the sweep, and an operator's"
    assert reserved["intake"] + reserved["sla"] + 100 <= 220, "AWS keeps a hundred for what reserves none"
    shared = {name: n for name, n in at_once.items() if name not in ("alarms", "spill")}
    streams = SHARDS * sum(n for name, n in shared.items() if name.startswith("stream"))
    assert streams + sum(n for name, n in shared.items() if not name.startswith("stream")) + 3 < 100


def test_a_stage_can_continue_with_a_restored_table(tmp_path: Path) -> None:
    stream = "arn:aws:dynamodb:eu-central-1:123456789012:table/leadtight-prod-r1/stream/2026-11-22T00:00:00.000"
    restored = synthesise(tmp_path, "prod", restored={"table": "leadtight-prod-r1", "stream": stream})
    assert restored.of_type("DynamoDB::Table") == {}
    readers = [m for m in restored.properties("Lambda::EventSourceMapping") if m["EventSourceArn"] == stream]
    assert len(readers) == 2
    for name in FUNCTIONS:
        assert restored.function(name)["Environment"]["Variables"]["LEADTIGHT_TABLE"] == "leadtight-prod-r1"
        assert "table/leadtight-prod-r1" in json.dumps(restored.statements(name))
