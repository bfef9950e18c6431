"""The rules about AWS calls find what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.s3 import S3Uploads
from tests.aws_rules import model, watching
from tests.aws_rules.calls import RULES
from tests.contracts.conftest import REGION

MAIL = {"Source": "a@example.com", "Destinations": ["b@example.com"]}
RAW = b"From: a@example.com\r\nTo: b@example.com\r\n\r\nHello"
KEY = {"pk": {"S": "LEAD#1"}, "sk": {"S": "LEAD"}}
PUT = {"TableName": "leadtight", "Item": KEY}
SCHEDULE = {
    "Name": "lead-1",
    "ScheduleExpression": "at(2026-11-23T09:00:00)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:sqs:eu-central-1:111122223333:q", "RoleArn": "arn:aws:iam::111122223333:role/r"},
}
CALL = {"DestinationPhoneNumber": "+4930901820", "ContactFlowId": "f", "InstanceId": "i"}
MESSAGE = {"QueueUrl": "q", "MessageBody": "hello"}
ENTRY = {"Id": "1", "MessageBody": "hello"}


def raw(content: bytes) -> dict[str, Any]:
    return {"RawMessage": {"Data": content}}


PLANTED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "ses-tags": ("ses:SendRawEmail", MAIL | raw(RAW), {"Tags": [{"Name": "message_id", "Value": "review-mia.k"}]}),
    "ses-addresses": ("ses:SendRawEmail", MAIL | raw(RAW), {"Destinations": ["müller@example.com"]}),
    "ses-recipients": ("ses:SendRawEmail", MAIL | raw(RAW), {"Destinations": ["b@example.com"] * 51}),
    "ses-size": ("ses:SendRawEmail", MAIL | raw(RAW), raw(RAW + b"\r\n0123456789" * 1_048_576)),
    "ses-lines": ("ses:SendRawEmail", MAIL | raw(RAW), raw(RAW + b"x" * 999)),
    "ses-headers": ("ses:SendRawEmail", MAIL | raw(RAW), raw("Subject: Grüße\r\n".encode() + RAW)),
    "phone-numbers": ("sns:Publish", {"PhoneNumber": "+4930901820", "Message": "x"}, {"PhoneNumber": "030 901820"}),
    "text-length": ("sns:Publish", {"PhoneNumber": "+4930901820", "Message": "x"}, {"Message": "x" * 1601}),
    "sqs-characters": ("sqs:SendMessage", MESSAGE, {"MessageBody": "a\x00b"}),
    "sqs-size": ("sqs:SendMessage", MESSAGE, {"MessageBody": "x" * 1_048_577}),
    "sqs-batch": ("sqs:SendMessageBatch", {"QueueUrl": "q", "Entries": [ENTRY]}, {"Entries": [ENTRY, ENTRY]}),
    "sqs-ranges": ("sqs:SendMessage", MESSAGE, {"DelaySeconds": 901}),
    "sqs-attributes": ("sqs:SendMessage", MESSAGE, {"MessageAttributes": {str(n): {} for n in range(11)}}),
    "queue-names": ("sqs:GetQueueUrl", {"QueueName": "alarms"}, {"QueueName": "my.queue"}),
    "schedule-expressions": ("scheduler:CreateSchedule", SCHEDULE, {"ScheduleExpression": "rate(1 minutes)"}),
    "schedule-zones": ("scheduler:CreateSchedule", SCHEDULE, {"ScheduleExpressionTimezone": "Europe/Hamburg"}),
    "schedule-input": (
        "scheduler:CreateSchedule",
        SCHEDULE,
        {"Target": {**SCHEDULE["Target"], "Input": "{'no': json}"}},  # type: ignore[dict-item]  # it is a dict
    ),
    "s3-keys": ("s3:PutObject", {"Bucket": "files", "Key": "a/b"}, {"Key": "a/../b"}),
    "s3-headers": ("s3:PutObject", {"Bucket": "files", "Key": "a"}, {"ContentDisposition": "filename=ü"}),
    "contact-attributes": ("connect:StartOutboundVoiceContact", CALL, {"Attributes": {"lead.id": "1"}}),
    "invoke-payload": ("lambda:Invoke", {"FunctionName": "f"}, {"Payload": b"x" * 6_291_457}),
    "dynamodb-item-size": ("dynamodb:PutItem", PUT, {"Item": KEY | {"text": {"S": "x" * 409_600}}}),
    "dynamodb-keys": ("dynamodb:PutItem", PUT, {"Item": KEY | {"sk": {"S": ""}}}),
    "dynamodb-counts": (
        "dynamodb:BatchGetItem",
        {"RequestItems": {"leadtight": {"Keys": [KEY]}}},
        {"RequestItems": {"leadtight": {"Keys": [KEY | {"sk": {"S": str(n)}} for n in range(101)]}}},
    ),
    "dynamodb-distinct": (
        "dynamodb:TransactWriteItems",
        {"TransactItems": [{"Put": PUT}]},
        {"TransactItems": [{"Put": PUT}, {"Delete": {"TableName": "leadtight", "Key": KEY}}]},
    ),
    "dynamodb-transaction-size": (
        "dynamodb:TransactWriteItems",
        {"TransactItems": [{"Put": PUT}]},
        {
            "TransactItems": [
                {"Put": PUT | {"Item": {**KEY, "sk": {"S": str(n)}, "text": {"S": "x" * 400_000}}}} for n in range(11)
            ]
        },
    ),
    "dynamodb-placeholders": ("dynamodb:PutItem", PUT, {"ConditionExpression": "attribute_not_exists (#0)"}),
    "dynamodb-expressions": ("dynamodb:PutItem", PUT, {"ConditionExpression": "a" * 4097}),
    "dynamodb-index-reads": (
        "dynamodb:Query",
        {"TableName": "leadtight", "IndexName": "gsi1"},
        {"ConsistentRead": True},
    ),
    "dynamodb-values": ("dynamodb:PutItem", PUT, {"Item": KEY | {"ids": {"SS": []}}}),
}
"""For each documented rule: an operation, a good call of it, and what makes AWS refuse it."""

REFUSED_BY_MODEL: list[tuple[str, dict[str, Any], str]] = [
    ("scheduler:CreateSchedule", SCHEDULE | {"Name": "lead-Müller"}, "does not match"),
    ("scheduler:CreateSchedule", SCHEDULE | {"Name": "l" * 65}, "65 characters is more than 64"),
    ("scheduler:CreateSchedule", SCHEDULE | {"ActionAfterCompletion": "REMOVE"}, "is not one of"),
    ("scheduler:CreateSchedule", SCHEDULE | {"FlexibleTimeWindow": {}}, "Mode: missing"),
    (
        "scheduler:CreateSchedule",
        SCHEDULE | {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 0}},
        "less",
    ),
    ("connect:StartOutboundVoiceContact", CALL | {"ClientToken": "x" * 501}, "more than 500"),
    ("connect:StartOutboundVoiceContact", CALL | {"SourcePhoneNumber": "030"}, "does not match"),
    ("secretsmanager:PutSecretValue", {"SecretId": "s", "SecretString": "x" * 65_537}, "more than 65536"),
    ("dynamodb:BatchGetItem", {"RequestItems": {}}, "less than 1"),
]


def broken(name: str, params: dict[str, Any]) -> list[str]:
    service, _, operation = name.partition(":")
    described = botocore.session.get_session().get_service_model(service)
    return list(watching.violations(described.operation_model(operation), params))


def test_each_documented_rule_has_an_example_and_a_source() -> None:
    assert PLANTED.keys() == RULES.keys()
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in RULES.values())


@pytest.mark.parametrize("rule", PLANTED)
def test_a_call_that_breaks_a_documented_rule_is_found(rule: str) -> None:
    name, good, bad = PLANTED[rule]
    assert [line for line in broken(name, good) if "missing" not in line] == []
    assert any(RULES[rule].says in line for line in broken(name, good | bad))


@pytest.mark.parametrize(("name", "params", "problem"), REFUSED_BY_MODEL)
def test_a_call_that_breaks_the_services_model_is_found(name: str, params: dict[str, Any], problem: str) -> None:
    assert any(problem in line for line in broken(name, params))


def test_each_pattern_of_the_services_can_be_read() -> None:
    session = botocore.session.get_session()
    services = sorted({name.partition(":")[0] for rule in RULES.values() for name in rule.operations})
    models = [session.get_service_model(service) for service in services]
    shapes = [described.shape_for(name) for described in models for name in described.shape_names]
    patterns = {shape.metadata["pattern"] for shape in shapes if "pattern" in shape.metadata}
    assert len(patterns) > 100
    for pattern in sorted(patterns):
        model.compiled(pattern)


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Uploads]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        clients.forget_clients()
        yield S3Uploads("files")
        clients.forget_clients()


def test_the_suite_notices_a_wrong_call_of_the_product(uploads: S3Uploads) -> None:
    uploads.keep("a/../b", b"", "name")
    [problem] = watching.taken()
    assert problem.startswith("s3:PutObject: a key has at most 1,024 bytes and no part . or ..: 'a/../b' (https:")


def test_the_suite_notices_a_wrong_signed_address(uploads: S3Uploads) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="files", Key="a/../b")
    assert uploads.address("a/../b", "name", timedelta(minutes=1))
    assert {problem.partition(": ")[0] for problem in watching.taken()} == {"s3:HeadObject", "s3:GetObject"}


def test_a_test_with_such_a_call_fails(uploads: S3Uploads) -> None:
    uploads.keep("a/../b", b"", "name")
    for hook in (watching.pytest_runtest_call, watching.pytest_runtest_teardown):
        watched = hook()
        next(watched)
        uploads.keep("a/../b", b"", "name")
        with pytest.raises(pytest.fail.Exception, match="AWS would refuse"):
            watched.send(None)


def test_the_suite_watches_every_test(pytestconfig: pytest.Config) -> None:
    plugin = pytestconfig.pluginmanager.get_plugin("tests.aws_rules.watching")
    hooks = [pytestconfig.hook.pytest_runtest_call, pytestconfig.hook.pytest_runtest_teardown]
    assert all(plugin in [caller.plugin for caller in hook.get_hookimpls()] for hook in hooks)


def test_the_tests_own_calls_are_free(uploads: S3Uploads) -> None:
    boto3.client("s3", region_name=REGION).generate_presigned_url(
        "get_object", Params={"Bucket": "files", "Key": "a/../b"}
    )
    assert watching.taken() == ()
