"""What smoke reads, changes and restores, over moto."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from leadtight.adapters.aws import clients
from leadtight.adapters.dynamodb import keys
from leadtight.cli import app
from leadtight.domain.compliance.send_limits import recipient_key
from leadtight.domain.model.message import Channel
from leadtight.policy import loader as policies
from leadtight.stages import stage_file
from leadtight.stages.smoke.deployed_stage import FUNCTIONS, DeployedStage
from leadtight.stages.smoke.disturbances import POLICY, Disturbances
from leadtight.stages.smoke.stores import StageStores

STACK = "leadtight-trial"
QUEUES = ("alarms", "alarms-dead", "spill")
Client = Any


def client(service: str) -> Client:
    return boto3.client(service, region_name="eu-central-1")  # type: ignore[call-overload]  # any service, by name


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployedStage]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    clients.forget_clients()
    with mock_aws():
        yield _deployed()
    clients.forget_clients()


def test_a_resource_is_found_by_the_start_of_its_logical_id(stage: DeployedStage) -> None:
    assert stage.physical("Mail") == stage.outputs["MailBucket"]
    with pytest.raises(KeyError, match="has no LinkSecret"):
        stage.physical("LinkSecret")


def test_an_alarm_is_read_and_set(stage: DeployedStage) -> None:
    alarm = stage.alarms()[f"{STACK}-slow-items"]
    assert (alarm.enabled, alarm.topics) == (True, (stage.outputs["OperatorsTopicArn"],))
    stage.set_alarm(alarm.name, "ALARM", "leadtight smoke: a test")
    assert stage.alarms()[alarm.name].state == "ALARM"
    client("cloudwatch").delete_alarms(AlarmNames=[alarm.name])
    assert dict(stage.alarms()) == {}


def test_only_dead_letters_are_counted(stage: DeployedStage) -> None:
    sqs = client("sqs")
    for name in ("alarms", "alarms-dead"):
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"], MessageBody="{}")
    assert stage.dead_letters() == {f"{STACK}-alarms-dead": 1}


def test_a_subscription_says_whether_it_is_confirmed(stage: DeployedStage) -> None:
    topic = stage.outputs["OperatorsTopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    [subscription] = stage.subscriptions()
    assert subscription.address == "ops@example.com"
    assert subscription.confirmed is True  # moto confirms at once


def test_schedules_are_listed_by_prefix_and_deleted(stage: DeployedStage) -> None:
    scheduler = client("scheduler")
    scheduler.create_schedule_group(Name=STACK)
    for name in ("lead-one-1", "lead-two-1"):
        _schedule(scheduler, STACK, name)
    assert stage.schedules("lead-one") == ("lead-one-1",)
    stage.drop_schedules("lead-one")
    assert stage.schedules() == ("lead-two-1",)


def test_events_are_tapped_and_the_tap_leaves_nothing(stage: DeployedStage) -> None:
    stores = StageStores(stage, "r1", lambda _: None)
    tap = stores.tap_events()
    event = {"eventType": "Bounce", "mail": {"messageId": "m1"}}
    topic = stage.outputs["ReceiptsTopicArn"]
    client("sns").publish(TopicArn=topic, Message=json.dumps(event))
    client("sns").publish(TopicArn=topic, Message="Successfully validated SNS topic for Amazon SES event publishing.")
    assert list(stores.tapped(tap)) == [event]
    [left] = stores.taps_left()
    assert left == tap
    stores.close_tap(left)
    assert stores.taps_left() == ()
    assert client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_every_version_of_a_runs_mails_is_deleted_and_no_other(stage: DeployedStage) -> None:
    ours, other = StageStores(stage, "r1", lambda _: None), StageStores(stage, "r2", lambda _: None)
    ours.put_mail("in", b"From: a")
    ours.put_mail("in", b"From: b")
    kept = other.put_mail("in", b"From: c")
    assert (ours.drop_mails(), ours.mails_left(), other.mails_left()) == (2, (), (kept,))


def test_the_count_of_sends_to_the_simulator_is_forgotten(stage: DeployedStage) -> None:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="leads",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    for address in ("success@simulator.amazonses.com", "ada@example.com"):
        partition = keys.sent(recipient_key(Channel.EMAIL, address))
        dynamodb.put_item(TableName="leads", Item={"pk": {"S": partition}, "sk": {"S": keys.SENT_SK}})
    of_leads = DeployedStage(stack=STACK, outputs={**stage.outputs, "TableName": "leads"})
    StageStores(of_leads, "r1", lambda _: None).forget_sends(("success+r1-a@simulator.amazonses.com",))
    [left] = dynamodb.scan(TableName="leads")["Items"]
    assert left["pk"]["S"] == keys.sent(recipient_key(Channel.EMAIL, "ada@example.com"))


def test_a_denial_ends_with_its_block_also_when_that_fails(stage: DeployedStage) -> None:
    role = _function(stage)
    iam = client("iam")

    def is_denied() -> None:
        denial = iam.get_role_policy(RoleName=role, PolicyName=POLICY)["PolicyDocument"]["Statement"][0]
        assert (denial["Effect"], denial["Action"]) == ("Deny", "dynamodb:*")

    interrupted(Disturbances(stage, "r1").denied("sla", "dynamodb:*"), is_denied)
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == []


def test_the_sweep_is_enabled_again_as_it_was(stage: DeployedStage) -> None:
    scheduler, group = client("scheduler"), f"{STACK}-recurring"
    scheduler.create_schedule_group(Name=group)
    _schedule(scheduler, group, "sweep")
    before = scheduler.get_schedule(GroupName=group, Name="sweep")

    def is_disabled() -> None:
        assert scheduler.get_schedule(GroupName=group, Name="sweep")["State"] == "DISABLED"

    interrupted(Disturbances(stage, "r1").without_sweep(), is_disabled)
    after = scheduler.get_schedule(GroupName=group, Name="sweep")
    changing = ("LastModificationDate", "ResponseMetadata")
    assert {key: value for key, value in after.items() if key not in changing} == {
        key: value for key, value in before.items() if key not in changing
    }


def test_a_queue_has_its_time_back_and_other_dead_letters_stay(stage: DeployedStage) -> None:
    sqs = client("sqs")
    url, dead = (sqs.get_queue_url(QueueName=f"{STACK}-{name}")["QueueUrl"] for name in ("alarms", "alarms-dead"))
    name, disturbances = "VisibilityTimeout", Disturbances(stage, "r1")

    def is_quick() -> None:
        assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name] == "7"

    interrupted(disturbances.tried_quickly("alarms", 7), is_quick)
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name] == "30"
    disturbances.send_unreadable("alarms")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.send_message(QueueUrl=dead, MessageBody=message["Body"])
    sqs.send_message(QueueUrl=dead, MessageBody="another")
    assert disturbances.drop_unreadable("alarms") == 1
    [left] = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10)["Messages"]
    assert left["Body"] == "another"


def test_what_a_killed_run_has_left_is_undone_once(stage: DeployedStage) -> None:
    role, scheduler, group = _function(stage), client("scheduler"), f"{STACK}-recurring"
    scheduler.create_schedule_group(Name=group)
    _schedule(scheduler, group, "sweep")
    disturbances = Disturbances(stage, "r1")
    assert disturbances.mend() == ("quick tries of alarms", "quick tries of spill")  # SQS's default is too short
    denial = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}}
    client("iam").put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(denial))
    target = scheduler.get_schedule(GroupName=group, Name="sweep")["Target"]
    every = {"ScheduleExpression": "rate(5 minutes)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    scheduler.update_schedule(GroupName=group, Name="sweep", State="DISABLED", **every)
    spill = client("sqs").get_queue_url(QueueName=f"{STACK}-spill")["QueueUrl"]
    client("sqs").set_queue_attributes(QueueUrl=spill, Attributes={"VisibilityTimeout": "1"})
    assert disturbances.mend() == ("a denial of intake", "a disabled sweep", "quick tries of spill")  # one role for all
    assert disturbances.mend() == ()
    assert client("iam").list_role_policies(RoleName=role)["PolicyNames"] == []
    assert scheduler.get_schedule(GroupName=group, Name="sweep")["State"] == "ENABLED"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("dev", "the credentials are of 123456789012, the stage is in 111122223333"),
        ("other", "no stage file"),
        ("local", "no stage file"),
    ],
)
def test_a_stage_that_cannot_be_asked_ends_the_command_before_anything_is_sent(
    stage: DeployedStage, name: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAGES", str(tmp_path))
    text = (stage_file.ROOT / "stages" / "example.toml").read_text(encoding="utf-8")
    policy = text.replace("../leadtight/policy.toml", str(policies.SHIPPED))
    (tmp_path / "dev.toml").write_text(policy, encoding="utf-8")
    done = CliRunner().invoke(app, ["smoke", name])
    assert (done.exit_code, why in done.output) == (2, True), done.output
    assert "QueueUrls" not in client("sqs").list_queues(QueueNamePrefix=f"{stage.stack}-smoke")


def test_a_metric_that_was_never_written_is_no_zero(stage: DeployedStage) -> None:
    now = datetime.now(UTC)
    assert stage.metric_sum("Leadtight", "SweepRepairs", now, now, service="sla") is None


def interrupted(block: AbstractContextManager[None], see: Callable[[], None]) -> None:
    """Interrupt a block after looking at what it changed."""
    with pytest.raises(KeyboardInterrupt):
        _interrupt(block, see)


def _interrupt(block: AbstractContextManager[None], see: Callable[[], None]) -> None:
    with block:
        see()
        raise KeyboardInterrupt


def _deployed() -> DeployedStage:
    """Create the stack's resources, as moto's CloudFormation cannot."""
    topics = [client("sns").create_topic(Name=f"{STACK}-{name}")["TopicArn"] for name in ("operators", "receipts")]
    queues = [client("sqs").create_queue(QueueName=f"{STACK}-{name}")["QueueUrl"] for name in QUEUES]
    region = {"LocationConstraint": "eu-central-1"}
    client("s3").create_bucket(Bucket="mails", CreateBucketConfiguration=region)
    client("s3").put_bucket_versioning(Bucket="mails", VersioningConfiguration={"Status": "Enabled"})
    client("cloudwatch").put_metric_alarm(
        AlarmName=f"{STACK}-slow-items",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="ItemsOutOfTime",
        Namespace="Leadtight",
        Period=60,
        Statistic="Sum",
        Threshold=0,
        AlarmActions=topics[:1],
    )
    return DeployedStage(
        stack=STACK,
        outputs={
            "OperatorsTopicArn": topics[0],
            "ReceiptsTopicArn": topics[1],
            "MailBucket": "mails",
            **{f"{name.capitalize()}Function": f"{STACK}-sla" for name in FUNCTIONS},
            "ScheduleGroup": STACK,
        },
        resources={"AWS::CloudWatch::Alarm": (f"{STACK}-slow-items",), "AWS::SQS::Queue": tuple(queues)},
        logical_ids={"MailBucket1A2B": "mails"},
    )


def _schedule(scheduler: Client, group: str, name: str) -> None:
    scheduler.create_schedule(
        GroupName=group,
        Name=name,
        ScheduleExpression="rate(5 minutes)",
        ScheduleExpressionTimezone="Europe/Berlin",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": f"arn:aws:lambda:eu-central-1:123456789012:function:{STACK}-sla",
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": '{"sweep": true}',
            "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 5},
        },
    )


def _function(stage: DeployedStage) -> str:
    """Create a function; return its role's name."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = client("iam").create_role(RoleName="sla-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("a.py", "")
    client("lambda").create_function(
        FunctionName=stage.outputs["SlaFunction"],
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="a.b",
        Timeout=20,
        Code={"ZipFile": code.getvalue()},
    )
    return str(role["RoleName"])
