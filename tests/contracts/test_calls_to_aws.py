"""AWS accepts every call of the product.

That is so whatever strangers and policies write. Each operation that the source calls has a case here, which calls it
with hostile names. The plugin tests/aws_rules/watching.py checks these calls, and those of all other tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.dead_letters import DeadLetterQueues
from leadtight.adapters.aws.fetch_queue import QueueHints
from leadtight.adapters.aws.retry_queue import QueueRetries
from leadtight.adapters.aws.s3 import S3Files, S3Mails, S3Uploads, S3Versions
from leadtight.adapters.aws.scheduler import AwsAlarms
from leadtight.adapters.aws.secret_store import ApiKeys
from leadtight.adapters.aws.senders import ConnectCaller, EndUserTexter, SesMailer, SnsTexter
from leadtight.adapters.aws.spill_queue import SpillQueue
from leadtight.app.intake.form_posts import FormPost, SpilledFormPost
from leadtight.app.ports.files import FileVersion
from leadtight.app.ports.messaging import Envelope, Mail
from leadtight.cli import api_key, redrive, stack_client
from leadtight.domain.calendar.week import Week
from leadtight.domain.model.errors import PolicyError
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.notifications.review_mail import PublishedReview, review_messages
from leadtight.domain.policy.messaging import Voice
from leadtight.policy import loader
from tests.aws_rules import source, watching
from tests.aws_rules.watching import ROOT
from tests.contracts.changes import NOW, arrival
from tests.contracts.conftest import REGION
from tests.permissions import to_lead

SENDER = "hello@leadtight.example"
HOSTILE = (
    *("mia.k", "Müller, José", "🦆/#?:%&=+", "a\nb\r\nBcc: x@example.com", "..", "../../etc", "b64_x", "-", "x" * 300),
    *("ü" * 150, "\u202eabc\u0000\u0007", "${jndi:x}", "'; drop table", "lead_id", "ﬁ\ufffe"),
)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def cloud() -> Iterator[None]:
    """Run one account for all cases."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        clients.forget_clients()
        _deploy()
        for service in ANSWERS:
            clients._session().register(f"before-call.{service}", cast(Any, _answer))
        yield
        clients.forget_clients()


OUTPUTS = {"ApiSecretArn": "api-secret", "SlaFunction": "leadtight-sla"}
ANSWERS: dict[str, Mapping[str, Any]] = {
    "connect": {"ContactId": "c-1"},
    "pinpoint-sms-voice-v2": {"MessageId": "m-1"},
    "lambda": {"Payload": SimpleNamespace(read=lambda: b"{}")},
    "cloudformation": {
        "Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS.items()]}]
    },
}
"""The answers of services that the emulator lacks, or has only with more packages."""


def _answer(**call: Any) -> tuple[object, Mapping[str, Any]]:
    return SimpleNamespace(status_code=200), ANSWERS[call["model"].service_model.service_name]


def _client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]  # any service, by name


def _deploy() -> None:
    _client("ses").verify_email_identity(EmailAddress=SENDER)
    _client("ses").create_configuration_set(ConfigurationSet={"Name": "leadtight"})
    _client("scheduler").create_schedule_group(Name="leadtight")
    for queue in ("alarms", *(f"stack-{name}{end}" for name in redrive.QUEUES for end in ("", "-dead"))):
        _client("sqs").create_queue(QueueName=queue)
    for queue in redrive.SWEPT:
        _client("sqs").create_queue(QueueName=f"stack-{queue}")
    _client("s3").create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    _client("secretsmanager").create_secret(Name="api-secret", SecretString="{}")


def url(queue: str) -> str:
    address: str = _client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    return address


def send_mail(text: str) -> None:
    mailer = SesMailer(
        sender=SENDER, sender_name=text, reply_to=SENDER, configuration_set="leadtight", clock=lambda: NOW
    )
    for template in Template:
        envelope = Envelope(lead_id=text, message_id=f"{template}-{text}", unsubscribe="https://leads.example.com/u/x")
        mailer.send_mail(
            to_lead(Channel.EMAIL, "ada@bücher.example"), Mail(subject=text, text=text, html=text), envelope
        )


def send_text(text: str) -> None:
    SnsTexter().send_text(to_lead(Channel.SMS, "+4930901820"), text, Envelope(lead_id=text, message_id=text))


def send_end_user_text(text: str) -> None:
    texter = EndUserTexter(origination="+4930901820", configuration_set="leadtight")
    texter.send_text(to_lead(Channel.SMS, "+4930901820"), text[:1600], Envelope(lead_id="L1", message_id=text))


def place_call(text: str) -> None:
    voice = Voice(instance="i-1", contact_flow="f-1", source_number="+4930901820")
    envelope = Envelope(lead_id="L1", message_id=text)  # ids of leads are ours
    ConnectCaller(voice).place_call(to_lead(Channel.VOICE, "+4930901820"), envelope)


def arm(text: str) -> None:
    role, queue = "arn:aws:iam::123456789012:role/scheduler", f"arn:aws:sqs:{REGION}:123456789012:alarms"
    alarms = AwsAlarms(queue_url=url("alarms"), queue_arn=queue, schedule_group="leadtight", role_arn=role)
    for wait in (timedelta(), timedelta(minutes=5), timedelta(days=900)):
        lead = replace(arrival().after, pool_id=text, wake_at=NOW + wait)
        alarms.arm(lead, NOW)
        alarms.disarm(lead)


def spill(text: str) -> None:
    posted = FormPost(fields={"name": text, text: [text]}, page=text)
    SpillQueue(url("alarms")).put(SpilledFormPost(form=text, posted=posted, at=NOW))


def hint(text: str) -> None:
    QueueHints(url("alarms"))(*(f"{text}{number}" for number in range(25)))


def retry(_: str) -> None:
    QueueRetries(url("alarms")).at(NOW + timedelta(minutes=15), NOW)


def drop_dead_letters(_: str) -> None:
    for body in ("one", "two"):
        _client("sqs").send_message(QueueUrl=url("stack-mails-dead"), MessageBody=body)
    DeadLetterQueues("stack-mails-dead").drop(lambda body: body == "one", apply=True)


def redrive_all(_: str) -> None:
    _client("sqs").send_message(QueueUrl=url("stack-alarms-dead"), MessageBody="late")
    redrive.redrive(stack="stack", queue=None, apply=True, as_json=True)


def keep_files(text: str) -> None:
    S3Files("files").put("metrics/2026-11-23.json", b"{}", "application/json")
    S3Files("files").list("metrics/")
    S3Files("files").get("metrics/none.json")
    S3Files("files").presign("metrics/2026-11-23.json", HOUR)
    S3Mails("files").keep("webhooks/m-1", b"mail", f"multipart/form-data; boundary={text}")
    S3Mails("files").fetch("webhooks/m-1")
    assert [*S3Mails("files").stored_between(NOW, NOW)] == []
    assert S3Uploads("files").keep("uploads/u-1", b"file", text)
    S3Uploads("files").address("uploads/u-1", text, HOUR)


def erase_versions(_: str) -> None:
    S3Files("files").put("leads/l-1", b"{}", "application/json")
    S3Versions("files").versions("leads/")
    version = FileVersion(key="leads/l-1", id="null", is_latest=True, is_mark=False)
    S3Versions("files").read(version)
    S3Versions("files").delete(version)


def read_keys(_: str) -> None:
    ApiKeys("api-secret")()


def add_key(_: str) -> None:
    secret = api_key._Secret("stack")
    secret.put(secret.keys())


def ask(text: str) -> None:
    stack_client.StackClient.find("test", "stack").ask("SlaFunction", {"lead_id": text})


CASES: dict[Callable[[str], None], str] = {
    send_mail: "ses:SendRawEmail",
    send_text: "sns:Publish",
    send_end_user_text: "pinpoint-sms-voice-v2:SendTextMessage",
    place_call: "connect:StartOutboundVoiceContact",
    arm: "scheduler:CreateSchedule scheduler:DeleteSchedule sqs:SendMessage",
    spill: "sqs:SendMessage",
    hint: "sqs:SendMessageBatch",
    retry: "sqs:SendMessage",
    drop_dead_letters: "sqs:GetQueueUrl sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility",
    redrive_all: "sqs:GetQueueUrl sqs:GetQueueAttributes sqs:ReceiveMessage sqs:SendMessageBatch"
    " sqs:DeleteMessageBatch cloudformation:DescribeStacks",
    keep_files: "s3:PutObject s3:HeadObject s3:GetObject s3:ListObjectsV2",
    erase_versions: "s3:PutObject s3:ListObjectVersions s3:GetObject s3:DeleteObject",
    read_keys: "secretsmanager:GetSecretValue",
    add_key: "cloudformation:DescribeStacks secretsmanager:GetSecretValue secretsmanager:PutSecretValue",
    ask: "cloudformation:DescribeStacks lambda:Invoke",
}
"""What makes the product call AWS, and the operations that it then calls."""


@pytest.mark.parametrize("call", CASES, ids=lambda call: call.__name__)
def test_each_operation_accepts_hostile_values(call: Callable[[str], None]) -> None:
    for text in HOSTILE:
        with watching.heard() as operations:
            call(text)
        assert operations == set(CASES[call].split())
        assert watching.taken() == (), text


FILES = [file for folder in ("leadtight", "functions") for file in sorted((ROOT / folder).rglob("*.py"))]
APART = ("leadtight/devstage", "leadtight/stages", "leadtight/cli/smoke")
"""Calls of the local stage's console ask the local cloud alone; doctor and smoke make theirs in suites of their own."""

DEPLOYED = tuple(file for file in FILES if not file.relative_to(ROOT).as_posix().startswith(APART))
"""Code that customers' stages run, and the commands that they type."""


def test_each_operation_of_the_source_has_a_case() -> None:
    called = frozenset[str]().union(*(source.operations(file) for file in DEPLOYED))
    cases = {operation for operations in CASES.values() for operation in operations.split()}
    assert called == cases
    assert len(cases) > 20


def test_each_call_in_the_source_fits_its_operation() -> None:
    services = frozenset[str]().union(*(source.services(file.read_text(encoding="utf-8")) for file in FILES))
    calls = [call for file in FILES for call in source.written_calls(file)]
    assert len(calls) > 30
    assert [misfit for call in calls for misfit in source.misfits(call, services)] == []


@pytest.mark.parametrize(
    ("written", "misfit"),
    [
        ("send_message(QueueUrl='q', Body='b')", "SendMessage has no Body"),
        ("send_message(QueueUrl='q')", "SendMessage needs MessageBody"),
        ("create_schedule(**rest, ActionAfterCompletion='REMOVE')", "'REMOVE' is not one of NONE, DELETE"),
        ("put_secret_value(SecretId='s', SecretString='')", "0 characters is less than 1"),
    ],
)
def test_a_call_that_fits_no_operation_is_found(written: str, misfit: str) -> None:
    file = ROOT / "leadtight" / "unwritten.py"
    [call] = source.written_calls(file, f"client.{written}")
    misfits = source.misfits(call, frozenset({"sqs", "scheduler", "secretsmanager"}))
    assert any(misfit in each for each in misfits), misfits


def with_manager(name: str) -> bytes:
    """Return the shipped policy with another id for the manager."""
    content = loader.SHIPPED.read_text(encoding="utf-8")
    quoted = json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")
    return content.replace("[people.mia]", f"[people.{quoted}]").replace('"mia"', quoted).encode()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
@example("mia.k")
@example("Müller, José")
@example("x" * 300)
@example("mia\r\nBcc: x@example.com")
def test_a_person_of_any_accepted_id_gets_the_review(name: str) -> None:
    try:
        policy = loader.parse(with_manager(name))
    except PolicyError:
        return
    review = PublishedReview(week=Week.of(NOW.date()), path="reports/x", headline=("All well",))
    mailer = SesMailer(
        sender=SENDER, sender_name="Firm", reply_to=None, configuration_set="leadtight", clock=lambda: NOW
    )
    for message in review_messages(policy, review, NOW):
        envelope = Envelope(lead_id=message.lead_id, message_id=message.id)
        mailer.send_mail(to_lead(Channel.EMAIL, "ada@example.com"), Mail(subject="R", text="R", html="R"), envelope)
    assert watching.taken() == ()
