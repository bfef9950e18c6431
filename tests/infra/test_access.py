"""The access matrix: exactly these actions on these resources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.infra.roles import ACCOUNT, REGION, Act, Roles
from tests.infra.synth import FUNCTIONS, Synthesised, as_list, policy_statements, synthesise

EVERYONE = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"} | {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
}
SEND = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl"}
CONSUME = SEND | {"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
ROWS = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
QUERY = {"dynamodb:Query"}
ARM = {"scheduler:CreateSchedule", "iam:PassRole"}
CANCEL = {"scheduler:DeleteSchedule"}
MAIL = {"ses:SendRawEmail"}
PUBLISH = {"sns:Publish"}
SECRET = {"secretsmanager:GetSecretValue"}
MATRIX = {
    "intake": ROWS | CONSUME | ARM | CANCEL | SECRET | {"s3:PutObject"},
    "route": ROWS | QUERY | SEND | STREAM | ARM,
    "respond": ROWS | QUERY | ARM | CONSUME | STREAM | MAIL | PUBLISH | SECRET,
    "sla": ROWS | QUERY | CONSUME | ARM | CANCEL | MAIL | PUBLISH | SECRET,
    "desk": ROWS | QUERY | SEND | ARM | CANCEL | SECRET | {"s3:GetObject", "s3:ListBucket"},
    "collect": ROWS | QUERY | CONSUME | ARM | SECRET | {"s3:GetObject", "s3:PutObject", "s3:ListBucket"},
    "report": {"dynamodb:GetItem", "dynamodb:PutItem"}
    | QUERY
    | SEND
    | SECRET
    | {"s3:GetObject", "s3:PutObject", "s3:ListBucket"},
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_its_row_of_the_matrix(prod: Synthesised, name: str) -> None:
    assert prod.actions(name) == EVERYONE | MATRIX[name]


def test_no_action_contains_a_wildcard(prod: Synthesised) -> None:
    actions = {action for statement in policy_statements(prod) for action in as_list(statement["Action"])}
    assert "dynamodb:GetItem" in actions
    assert not [action for action in actions if "*" in action]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_actions_without_resources_are_allowed_on_any_resource(prod: Synthesised, name: str) -> None:
    unbound = {
        action
        for statement in prod.statements(name)
        if "*" in as_list(statement.get("Resource", []))
        for action in as_list(statement["Action"])
    }
    assert unbound <= {"dynamodb:ListStreams", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        ("intake", ["ApiSecret", "WebhookSecret"]),
        ("desk", ["ApiSecret", "LinkSecret"]),
        ("collect", ["LinkSecret", "WebhookSecret"]),
        ("respond", ["AlertSecret", "LinkSecret"]),
        ("sla", ["AlertSecret", "LinkSecret"]),
    ],
)
def test_a_function_reads_only_the_secrets_it_needs(prod: Synthesised, name: str, secrets: list[str]) -> None:
    [reading] = [s for s in prod.statements(name) if s["Action"] == "secretsmanager:GetSecretValue"]
    read = sorted(json.dumps(resource) for resource in as_list(reading["Resource"]))
    assert len(read) == len(secrets)
    assert all(name in resource for name, resource in zip(secrets, read, strict=True))


@pytest.mark.parametrize("name", ["respond", "sla"])
def test_texting_reaches_phone_numbers_and_no_topic(prod: Synthesised, name: str) -> None:
    [texting] = [s for s in prod.statements(name) if "NotResource" in s]
    topics = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":sns:*:*:*"]]}
    assert (texting["Action"], texting["NotResource"]) == ("sns:Publish", topics)


@pytest.mark.parametrize("name", ["route", "respond", "sla", "desk"])
def test_a_role_is_passed_to_the_scheduler_only(prod: Synthesised, name: str) -> None:
    [passing] = [s for s in prod.statements(name) if s["Action"] == "iam:PassRole"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_each_function_has_a_role_of_its_own(prod: Synthesised) -> None:
    roles = {json.dumps(prod.function(name)["Role"]) for name in FUNCTIONS}
    assert len(roles) == len(FUNCTIONS)


def test_no_role_takes_a_managed_policy(prod: Synthesised) -> None:
    roles = prod.properties("IAM::Role")
    assert len(roles) >= len(FUNCTIONS)
    assert not [role for role in roles if "ManagedPolicyArns" in role]


@pytest.mark.parametrize("name", ["respond", "sla"])
def test_without_calls_in_the_policy_no_function_may_call(prod: Synthesised, name: str) -> None:
    actions = prod.actions(name)
    assert "ses:SendRawEmail" in actions
    assert not {action for action in actions if action.startswith("connect:")}


def test_with_calls_only_the_senders_may_call_by_that_contact_flow(tmp_path: Path) -> None:
    policy, instance, flow = tmp_path / "policy.toml", "12345678-1234-1234-1234-123456789012", "2" * 8
    shipped = Path("leadtight/policy.toml").read_text(encoding="utf-8")
    policy.write_text(f'{shipped}\n[voice]\ninstance = "{instance}"\ncontact_flow = "{flow}"\n', encoding="utf-8")
    calling = synthesise(tmp_path, "calling", policy=str(policy.resolve()))
    for name in ("respond", "sla"):
        [statement] = [s for s in calling.statements(name) if s["Action"] == "connect:StartOutboundVoiceContact"]
        by_flow, contacts = (json.dumps(resource) for resource in statement["Resource"])
        assert f":instance/{instance}/contact-flow/{flow}" in by_flow
        assert f":instance/{instance}/contact/*" in contacts
    callers = {name for name in FUNCTIONS if {a for a in calling.actions(name) if a.startswith("connect:")}}
    assert callers == {"respond", "sla"}


@pytest.mark.parametrize("name", ["desk", "collect", "report"])
def test_a_missing_object_is_not_found_rather_than_forbidden(prod: Synthesised, name: str) -> None:
    """Only a role that may list the bucket sees 404."""
    read, listed = (_buckets(prod, name, f"s3:{action}") for action in ("GetObject", "ListBucket"))
    assert read
    assert read <= listed


def test_only_those_functions_read_objects(prod: Synthesised) -> None:
    assert {name for name in FUNCTIONS if _buckets(prod, name, "s3:GetObject")} == {"desk", "collect", "report"}


def _buckets(template: Synthesised, name: str, action: str) -> set[str]:
    """Return the buckets on which an action is granted."""
    granted = [s for s in template.statements(name) if action in as_list(s["Action"])]
    resources = json.dumps([resource for s in granted for resource in as_list(s["Resource"])])
    return {id_ for id_ in template.of_type("S3::Bucket") if id_ in resources}


SETTINGS = {
    "LEADTIGHT_TABLE": "leadtight",
    "LEADTIGHT_REPORTS_BUCKET": "reports",
    "LEADTIGHT_MAIL_BUCKET": "mails",
    "LEADTIGHT_UPLOADS_BUCKET": "uploads",
    "LEADTIGHT_ALARM_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/alarms",
    "LEADTIGHT_RETRY_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/retries",
    "LEADTIGHT_COLLECT_QUEUE_URL": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/collect",
    "LEADTIGHT_SCHEDULER_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/scheduler",
    "LEADTIGHT_LINK_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:links-a",
    "LEADTIGHT_WEBHOOK_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:webhooks-b",
    "LEADTIGHT_API_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:api-c",
    "LEADTIGHT_ALERT_SECRET_ARN": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:alerts-d",
}
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leadtight"
PASSED = {"iam:PassedToService": "scheduler.amazonaws.com"}
NEVER = {
    "takes a whole table": Act("dynamodb:Scan", TABLE),
    "drops a row": Act("dynamodb:DeleteItem", TABLE),
    "drops rows in bulk": Act("dynamodb:BatchWriteItem", TABLE),
    "drops the table": Act("dynamodb:DeleteTable", TABLE),
    "ends its backups": Act("dynamodb:UpdateContinuousBackups", TABLE),
    "writes to a table of somebody else": Act("dynamodb:PutItem", f"{TABLE}-other"),
    "deletes a file": Act("s3:DeleteObject", "arn:aws:s3:::reports/weekly/latest.json"),
    "deletes a version of a file": Act("s3:DeleteObjectVersion", "arn:aws:s3:::mails/inbox/1"),
    "opens a bucket": Act("s3:PutBucketPolicy", "arn:aws:s3:::reports"),
    "reads a bucket of somebody else": Act("s3:GetObject", "arn:aws:s3:::reports-other/x"),
    "changes a secret": Act("secretsmanager:PutSecretValue", SETTINGS["LEADTIGHT_LINK_SECRET_ARN"]),
    "reads a secret of somebody else": Act(
        "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-e"
    ),
    "writes to a topic": Act("sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:operators"),
    "empties a queue": Act("sqs:PurgeQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:alarms"),
    "arms what is no lead's": Act(
        "scheduler:CreateSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/backup"
    ),
    "passes another role": Act("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", PASSED),
    "passes its role to another service": Act(
        "iam:PassRole", SETTINGS["LEADTIGHT_SCHEDULER_ROLE_ARN"], {"iam:PassedToService": "lambda.amazonaws.com"}
    ),
    "takes on a role": Act("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    "makes a role": Act("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/mine"),
    "changes a function": Act("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:leadtight"),
    "calls a function": Act("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:leadtight"),
    "deletes logs": Act("logs:DeleteLogGroup", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:any"),
    "mails as somebody else": Act("ses:SendRawEmail", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/bank.example"),
}


@pytest.fixture(scope="module")
def roles(prod: Synthesised) -> Roles:
    return Roles(prod, SETTINGS, {})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_may_take_forbidden_actions(roles: Roles, name: str) -> None:
    assert [action for action, act in NEVER.items() if roles.allow(name, act)] == []


def test_one_functions_access_is_denied_to_the_others(roles: Roles) -> None:
    """The table says who may; the judge refuses others."""
    only = {
        Act("s3:PutObject", "arn:aws:s3:::reports/weekly/latest.json"): {"report"},
        Act("s3:GetObject", "arn:aws:s3:::reports/weekly/latest.json"): {"report", "desk"},
        Act("s3:PutObject", "arn:aws:s3:::mails/webhooks/1"): {"intake"},
        Act("s3:GetObject", "arn:aws:s3:::mails/webhooks/1"): {"collect", "desk"},
        Act("dynamodb:Query", f"{TABLE}/index/gsi1"): {"route", "respond", "sla", "desk", "collect", "report"},
        Act("dynamodb:UpdateItem", TABLE): {*FUNCTIONS} - {"report"},
        Act("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:alarms"): {"sla"},
        Act("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:retries"): {"respond"},
        Act("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:retries"): {"respond", "sla"},
        Act("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:collect"): {"intake", "collect"},
        Act("secretsmanager:GetSecretValue", SETTINGS["LEADTIGHT_API_SECRET_ARN"]): {"intake", "desk"},
        Act("secretsmanager:GetSecretValue", SETTINGS["LEADTIGHT_ALERT_SECRET_ARN"]): {"respond", "sla"},
        Act("sns:Publish", "+4930901820"): {"respond", "sla"},
        Act("scheduler:DeleteSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/g/lead-1"): {
            "sla",
            "desk",
            "intake",
        },
    }
    may = {act: {name for name in FUNCTIONS if roles.allow(name, act)} for act in only}
    assert may == only
