"""The deployed parts in moto, with counted, authorised AWS calls.

Each is judged by the role of its function.
"""

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadtight import bootstrap
from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.http import api_keys
from leadtight.domain.access.api_keys import Scope
from leadtight.domain.model.lead import Lead
from tests.contracts.conftest import declared
from tests.infra.roles import IamPolicy, References, Roles, acts, that_shows_absence
from tests.infra.synth import Synthesised, managed_policy
from tests.lambda_context import Context

# Powertools reads these when a handler's module is imported, as on AWS.
os.environ |= {"POWERTOOLS_SERVICE_NAME": "test", "POWERTOOLS_METRICS_NAMESPACE": "Leadtight"}
REGION = "eu-central-1"
MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""When each test takes place unless it says otherwise: in business hours, of a week without a holiday."""

CALLS_SECRET = "whsec_" + base64.b64encode(b"a secret of the tests").decode()
SENDER = "leads@leadtight.example"
QUEUES = f"https://sqs.{REGION}.amazonaws.com/123456789012"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "LEADTIGHT_TABLE": "leadtight",
    "LEADTIGHT_SCHEDULE_GROUP": "leadtight",
    "LEADTIGHT_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "LEADTIGHT_PUBLIC_URL": "https://leads.leadtight.example",
    "LEADTIGHT_MAIL_FROM": SENDER,
    "LEADTIGHT_CONFIGURATION_SET": "leadtight",
    "LEADTIGHT_REPORTS_BUCKET": "reports",
    "LEADTIGHT_MAIL_BUCKET": "mails",
    "LEADTIGHT_UPLOADS_BUCKET": "uploads",
    "LEADTIGHT_LINK_SECRET_ARN": "link-secret",
    "LEADTIGHT_WEBHOOK_SECRET_ARN": "webhook-secret",
    "LEADTIGHT_API_SECRET_ARN": "api-secret",
    "LEADTIGHT_ALERT_SECRET_ARN": "alert-secret",
    "LEADTIGHT_ALARM_QUEUE_URL": f"{QUEUES}/alarms",
    "LEADTIGHT_COLLECT_QUEUE_URL": f"{QUEUES}/collect",
    "LEADTIGHT_SPILL_QUEUE_URL": f"{QUEUES}/spill",
    "LEADTIGHT_RETRY_QUEUE_URL": f"{QUEUES}/retries",
    "LEADTIGHT_ALARM_QUEUE_ARN": f"arn:aws:sqs:{REGION}:123456789012:alarms",
}


@dataclass
class Stage:
    """One deployment's worth of AWS in moto."""

    calls: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    queue_url: str = f"{QUEUES}/alarms"
    announced_url: str = f"{QUEUES}/collect"
    spill_url: str = f"{QUEUES}/spill"
    retries_url: str = f"{QUEUES}/retries"

    def items(self, prefix: str) -> list[dict[str, Any]]:
        """Return the table's raw items by prefix of sort key.

        They look as in a stream.
        """
        pages = client("dynamodb").get_paginator("scan").paginate(TableName="leadtight")
        return [item for page in pages for item in page["Items"] if item["sk"]["S"].startswith(prefix)]

    def inserted(self, prefix: str) -> dict[str, Any]:
        """Return a stream batch of items by sort-key prefix."""
        return {"Records": [stream_record(item) for item in self.items(prefix)]}

    def alarms(self) -> list[dict[str, Any]]:
        """Return the alarm queue's messages as a Lambda batch.

        The queue is emptied.
        """
        sqs = client("sqs")
        messages = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages", [])
        return [queue_record(message["Body"], message["MessageId"]) for message in messages]

    def schedules(self) -> list[str]:
        """Return the names of the schedules that are armed."""
        response = client("scheduler").list_schedules(GroupName="leadtight")
        return [schedule["Name"] for schedule in response["Schedules"]]

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """Collect the AWS calls that the product makes inside.

        Calls after the block are not among them.
        """
        self.calls = []
        try:
            yield self.calls
        finally:
            self.calls = []


def stream_record(image: dict[str, Any], kind: str = "INSERT") -> dict[str, Any]:
    """Return the stream record of an item."""
    keys = {"pk": image["pk"], "sk": image["sk"]}
    change = {"Keys": keys, "NewImage": image, "SequenceNumber": "1", "StreamViewType": "NEW_IMAGE"}
    return {"eventID": "1", "eventName": kind, "eventSource": "aws:dynamodb", "dynamodb": change}


def stored(lead_id: str) -> Lead:
    """Return a stored lead."""
    lead = bootstrap.ports().store.load(lead_id)
    assert lead is not None
    return lead


def queue_record(body: str, message_id: str = "m-1") -> dict[str, Any]:
    """Return the queue record of a body."""
    arn = f"arn:aws:sqs:{REGION}:123456789012:alarms"
    return {"messageId": message_id, "body": body, "eventSource": "aws:sqs", "eventSourceARN": arn, "attributes": {}}


@pytest.fixture(scope="session")
def roles(prod: Synthesised) -> Roles:
    """Return the deployed functions' roles."""
    return Roles(prod, SETTINGS, {"AWS::SES::EmailIdentity": SENDER})


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch, roles: Roles, operators_policy: IamPolicy) -> Iterator[Stage]:
    """Deploy everything; fail on calls that a role forbids."""
    monkeypatch.setattr(clock_and_ids, "clock", lambda: MONDAY_NINE)
    monkeypatch.setattr("moto.s3.models.utcnow", partial(next, _just_before(MONDAY_NINE)))
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        made = Stage()
        _deploy()
        bootstrap.forget()
        _listen(made, roles, operators_policy)
        yield made
        bootstrap.forget()
        assert made.denied == []


def _just_before(at: datetime) -> Iterator[datetime]:
    """Yield increasing times from a minute before.

    S3 notes them without a zone.
    """
    yield from (at.replace(tzinfo=None) + timedelta(minutes=-1, milliseconds=number) for number in count())


@cache
def client(service: str) -> Any:
    """Return an administrator's client.

    Moto's account is another with every test, and answers it all the same.
    """
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]  # any service, by name


def _deploy() -> None:
    TableRow._connection = None
    client("dynamodb").create_table(**declared())
    client("scheduler").create_schedule_group(Name="leadtight")
    client("ses").verify_email_identity(EmailAddress=SENDER)
    client("ses").create_configuration_set(ConfigurationSet={"Name": "leadtight"})
    secret = json.dumps({"current": "k1", "k1": "a-secret-for-tests"})
    client("secretsmanager").create_secret(Name="link-secret", SecretString=secret)
    webhooks = json.dumps(
        {"typeform": {"signing": ["new", "old"]}, "whatsapp": {"verify_token": "ours"}}
        | {"calls": {"signing": [CALLS_SECRET]}}
    )
    client("secretsmanager").create_secret(Name="webhook-secret", SecretString=webhooks)
    for name in ("api-secret", "alert-secret"):
        client("secretsmanager").create_secret(Name=name, SecretString="{}")
    for bucket in ("reports", "mails", "uploads"):
        client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for queue in ("alarms", "collect", "spill", "retries"):
        client("sqs").create_queue(QueueName=queue)


OPERATOR = "an operator"


@pytest.fixture(scope="session")
def operators_policy(prod: Synthesised) -> IamPolicy:
    """Return the policy of an operator of this stage."""
    names = {id_: _deployed_name(id_, resource) for id_, resource in prod.body["Resources"].items()}
    return References(prod, names).policy(managed_policy(prod, "OperatorPolicy")["PolicyDocument"]["Statement"])


def _deployed_name(id_: str, resource: Any) -> str:
    """Return a resource's name in these tests."""
    names = {"Leads": "leadtight", "BucketsMail": "mails", "BucketsReports": "reports", "BucketsUploads": "uploads"}
    secrets = {"ApiSecret": "api-secret", "WebhookSecret": "webhook-secret", "AlertSecret": "alert-secret"}
    found = [name for part, name in (names | secrets).items() if id_.startswith(part)]
    return found[0] if found else str(resource.get("Properties", {}).get("QueueName", id_))


def _listen(made: Stage, roles: Roles, operator: IamPolicy) -> None:
    def note(**call: Any) -> None:
        made.calls.append(f"{call['model'].service_model.service_name}:{call['model'].name}")

    def judge(**call: Any) -> None:
        if function := _calling():
            acts_ = acts(call["model"].service_model.service_name, call["model"].name, call["params"])
            may = operator.allows if function == OPERATOR else partial(roles.allow, function)
            made.denied += [f"{function}: {act}" for act in acts_ if not may(act)]
            call["context"]["params"] = call["params"]

    def conceal(**call: Any) -> None:
        function, params = _calling(), call["context"].get("params")
        missing = call["http_response"].status_code == 404 and function not in (None, OPERATOR) and params
        if missing and not roles.allow(str(function), that_shows_absence(params)):
            call["parsed"]["Error"] = {"Code": "403" if call["model"].name == "HeadObject" else "AccessDenied"}

    clients._session().register("after-call.s3", conceal)
    for events in (clients._session(), bootstrap.table().connection.client.meta.events):
        events.register("before-call", note)
        events.register("before-parameter-build", judge)


def _calling() -> str | None:
    """Return the function whose handler is running, if any.

    A command that is not answered by a function runs for an operator.
    """
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]  # the last frame has none
        name = frame.f_globals.get("__name__", "")
        if name.startswith("functions.") and name.endswith(".handler"):
            return str(name.split(".")[1])
        if name.startswith("leadtight.cli."):
            return OPERATOR
    return None


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture
def keys(stage: Stage) -> dict[str, str]:
    """Return a read-only key and a write-only key."""
    made = {scope.value: api_keys.make(f"crm-{scope}", [scope], MONDAY_NINE) for scope in Scope}
    secret = json.dumps(api_keys.write(key for _, key in made.values()))
    client("secretsmanager").put_secret_value(SecretId="api-secret", SecretString=secret)
    return {scope: text for scope, (text, _) in made.items()}
