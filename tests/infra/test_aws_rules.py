"""AWS accepts every resource, at run time too."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest

from leadtight.policy import loader
from leadtight.stages.stage_names import LONGEST
from tests.aws_rules import order, resources, stack
from tests.aws_rules.resolved import Resolver
from tests.infra.stage_files import ACCOUNT
from tests.infra.synth import Synthesised, synthesise

LONGEST_NAME = f"s-{'s' * (LONGEST - 2)}"
OPTIONS: dict[str, Any] = {
    "policy": "../calls.toml",
    "termination_protection": True,
    "mail": {"receive_domain": "inbox.firm.example"},
    "operators": {"url": "https://alerts.example.com/aws"},
    "api": {
        "domain": "leads.firm.example",
        "certificate": f"arn:aws:acm:eu-central-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555",
    },
    "front": {"host": "abc.execute-api.eu-central-1.amazonaws.com", "only": True, "countries": ["AT", "DE"]},
    "texts": {
        "by": "end_user_messaging",
        "origination": f"arn:aws:sms-voice:eu-central-1:{ACCOUNT}:phone-number/phone-0123456789abcdef0123456789abcdef",
    },
    "limits": {"leads_per_second": 300},
    "budget": {"monthly_usd": 50},
    "backup": {
        "keep_days": 35,
        "copy_to": f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:leadtight",
        "lock_days": 30,
        "compliance": True,
    },
}
"""Everything that a stage file can ask for."""

VOICE = """
[voice]
instance = "11111111-2222-3333-4444-555555555555"
contact_flow = "66666666-7777-8888-9999-000000000000"
source_number = "+4930901820"
"""


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory, prod: Synthesised) -> Mapping[str, Any]:
    """Return templates of stages by stack, with and without options."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "calls.toml").write_text(loader.SHIPPED.read_text(encoding="utf-8") + VOICE, encoding="utf-8")
    synthesise(folder, LONGEST_NAME, **OPTIONS)
    files = (folder / "out").glob("*.template.json")
    full = {file.name.partition(".")[0]: json.loads(file.read_text(encoding="utf-8")) for file in sorted(files)}
    return {"leadtight-prod": prod.body} | full


def test_aws_accepts_every_resource_of_a_stage(bodies: Mapping[str, Any]) -> None:
    assert [f"leadtight-{LONGEST_NAME}", f"leadtight-{LONGEST_NAME}-front"] == sorted(bodies)[1:]
    for name, body in bodies.items():
        assert stack.violations(body, name) == []


def test_each_resource_waits_for_those_that_its_creation_needs(bodies: Mapping[str, Any]) -> None:
    assert {name: order.missing(body) for name, body in bodies.items()} == {key: [] for key in bodies}
    assert bodies


def test_a_stack_is_within_the_limits_of_cloudformation(bodies: Mapping[str, Any]) -> None:
    assert bodies
    for name, body in bodies.items():
        assert len(name) <= 128
        assert len(json.dumps(body)) < 1_000_000
        assert len(body["Resources"]) <= 500
        assert len(body.get("Outputs", {})) <= 200
        assert all(id_.isalnum() and len(id_) <= 255 for id_ in body["Resources"])


ALARM = {"EvaluationPeriods": 1, "MetricName": "m", "Namespace": "n", "Period": 60}
LIST = [{"name": "t", "type": "text"}]
PLANTED: dict[str, tuple[str, dict[str, Any]]] = {
    "alarm-periods": ("CloudWatch::Alarm", ALARM | {"Period": 900, "EvaluationPeriods": 97}),
    "alarm-datapoints": ("CloudWatch::Alarm", ALARM | {"DatapointsToAlarm": 2}),
    "alarm-metrics": ("CloudWatch::Alarm", ALARM | {"Metrics": [{"Id": "Sum", "ReturnData": False}]}),
    "alarm-missing-data": ("CloudWatch::Alarm", ALARM | {"TreatMissingData": "notbreaching"}),
    "alarm-actions": ("CloudWatch::Alarm", ALARM | {"AlarmActions": ["arn:aws:sns:x:y:z"] * 6}),
    "dashboards": (
        "CloudWatch::Dashboard",
        {"DashboardBody": '{"widgets": [{"type": "metric", "x": 18, "width": 12}]}'},
    ),
    "schedules": (
        "Scheduler::Schedule",
        {"ScheduleExpression": "rate(1 day)", "ScheduleExpressionTimezone": "Berlin", "Target": {}},
    ),
    "queue-names": ("SQS::Queue", {"QueueName": "leadtight.alarms"}),
    "queue-ranges": ("SQS::Queue", {"VisibilityTimeout": 43_201}),
    "queue-redrive": ("SQS::Queue", {"RedrivePolicy": {"maxReceiveCount": 1001}}),
    "topic-names": ("SNS::Topic", {"TopicName": "Meldungen für alle"}),
    "source-properties": (
        "Lambda::EventSourceMapping",
        {"EventSourceArn": "arn:aws:sqs:x:y:z", "StartingPosition": "LATEST", "FunctionName": "f"},
    ),
    "source-filters": (
        "Lambda::EventSourceMapping",
        {
            "EventSourceArn": "arn:aws:sqs:x:y:z",
            "FunctionName": "f",
            "FilterCriteria": {"Filters": [{"Pattern": "[]"}]},
        },
    ),
    "environment": ("Lambda::Function", {"Environment": {"Variables": {"AWS_REGION": "eu-central-1"}}}),
    "function-timeouts": ("Lambda::Function", {"Timeout": 901}),
    "managed-policies": ("IAM::ManagedPolicy", {"PolicyDocument": {"Statement": [{"Resource": ["a" * 99] * 70}]}}),
    "trust-policies": ("IAM::Role", {"AssumeRolePolicyDocument": {"Statement": [{"Resource": ["a" * 99] * 30}]}}),
    "bucket-policies": ("S3::BucketPolicy", {"PolicyDocument": {"Statement": [{"Resource": ["a" * 99] * 300}]}}),
    "statements": ("IAM::Policy", {"PolicyDocument": {"Statement": [{"Sid": "send-mail", "Action": "ses:Send"}]}}),
    "log-retention": ("Logs::LogGroup", {"RetentionInDays": 100}),
    "mail-names": ("SES::ConfigurationSet", {"Name": "leadtight.prod"}),
    "receipt-names": ("SES::ReceiptRuleSet", {"RuleSetName": "leadtight-"}),
    "mail-events": ("SES::ConfigurationSetEventDestination", {"EventDestination": {"MatchingEventTypes": ["sent"]}}),
    "glue-names": ("Glue::Database", {"DatabaseInput": {"Name": "leadtight-prod"}}),
    "secret-names": ("SecretsManager::Secret", {"Name": "leadtight-prod-abcdef"}),
    "firewall-rules": (
        "WAFv2::WebACL",
        {"Rules": [{"Name": "r", "Priority": 1, "Statement": {"RateBasedStatement": {"Limit": 9}}}]},
    ),
    "edge-functions": ("CloudFront::Function", {"FunctionCode": "x" * 10_241}),
    "throttles": ("ApiGatewayV2::Stage", {"DefaultRouteSettings": {"ThrottlingBurstLimit": 5_001}}),
    "payload-formats": ("ApiGatewayV2::Integration", {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2"}),
    "route-keys": ("ApiGatewayV2::Route", {"RouteKey": "GET leads"}),
    "budgets": ("Budgets::Budget", {"Budget": {"BudgetName": "leadtight: prod"}}),
    "backup-plans": (
        "Backup::BackupPlan",
        {
            "BackupPlan": {
                "BackupPlanRule": [
                    {"RuleName": "daily", "Lifecycle": {"MoveToColdStorageAfterDays": 7, "DeleteAfterDays": 35}}
                ]
            }
        },
    ),
    "vault-locks": ("Backup::BackupVault", {"LockConfiguration": {"MinRetentionDays": 90, "MaxRetentionDays": 35}}),
    "buckets": ("S3::Bucket", {"BucketName": "Leadtight_Reports"}),
    "tags": ("SQS::Queue", {"Tags": [{"Key": "aws:stage", "Value": "prod"}]}),
}
"""For each documented rule: a resource that breaks it."""

TOGETHER: dict[str, dict[str, Any]] = {
    "source-visibility": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "h", "Timeout": 120}},
        "Planted": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "FunctionName": {"Ref": "Function"},
            },
        },
    },
    "inline-policies": {
        name: {
            "Type": "AWS::IAM::Policy",
            "Properties": {"Roles": ["r"], "PolicyDocument": {"Statement": [{"Resource": ["a" * 99] * 60}]}},
        }
        for name in ("Other", "Planted")
    },
}
"""Resources that break a rule together, of which each alone is right."""

REFUSED_BY_MODEL: list[tuple[str, dict[str, Any], str]] = [
    ("CloudWatch::Alarm", ALARM | {"AlarmName": "a" * 256}, "more than 255"),
    ("CloudWatch::Alarm", ALARM | {"ComparisonOperator": "GreaterThan"}, "is not one of"),
    ("Scheduler::Schedule", {"Name": "Nächte", "ScheduleExpression": "rate(1 day)", "Target": {}}, "does not match"),
    ("Scheduler::Schedule", {"Target": {"RetryPolicy": {"MaximumRetryAttempts": 186}}}, "more than 185"),
    ("Lambda::Function", {"MemorySize": 64}, "less than 128"),
    ("Lambda::Function", {"FunctionName": "leadtight sla"}, "does not match"),
    ("Lambda::Function", {"Description": "d" * 257}, "more than 256"),
    ("Lambda::EventSourceMapping", {"ScalingConfig": {"MaximumConcurrency": 1}}, "less than 2"),
    ("Logs::LogGroup", {"LogGroupName": "leadtight:prod"}, "does not match"),
    ("IAM::Role", {"RoleName": "r" * 65}, "more than 64"),
    ("SecretsManager::Secret", {"Description": "d" * 2_049}, "more than 2048"),
    ("Backup::BackupVault", {"BackupVaultName": "leadtight.prod"}, "does not match"),
    ("WAFv2::WebACL", {"Name": "leadtight.prod"}, "does not match"),
    ("ApiGatewayV2::Integration", {"TimeoutInMillis": 30_001}, "more than 30000"),
    ("DynamoDB::Table", {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "T"}]}, "is not one of"),
    ("Glue::Table", {"TableInput": {"Name": "facts"}}, "DatabaseName: missing"),
    ("Elsewhere::Thing", {}, "a type without a line in tests/aws_rules/resources.toml"),
]


def test_each_documented_rule_has_an_example_and_a_source() -> None:
    assert {*PLANTED, *TOGETHER} == resources.RULES.keys()
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in resources.RULES.values())


def broken(body: dict[str, Any], rule: str) -> list[object]:
    resolver = Resolver("leadtight-prod", body)
    properties = resolver.resource("Planted")
    return list(resources.RULES[rule].violations(properties, resolver))


@pytest.mark.parametrize("rule", PLANTED)
def test_a_resource_that_breaks_a_documented_rule_is_found(rule: str) -> None:
    kind, properties = PLANTED[rule]
    assert f"AWS::{kind}" in (resources.RULES[rule].kinds or {f"AWS::{kind}"})
    assert broken({"Planted": {"Type": f"AWS::{kind}", "Properties": properties}}, rule)


@pytest.mark.parametrize("rule", TOGETHER)
def test_resources_that_break_a_documented_rule_together_are_found(rule: str) -> None:
    assert broken(TOGETHER[rule], rule)
    assert not broken({"Planted": TOGETHER[rule]["Planted"]} | _without_others(TOGETHER[rule]), rule)


def _without_others(body: dict[str, Any]) -> dict[str, Any]:
    return {
        id_: {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 720}} for id_ in body if id_ != "Planted"
    }


@pytest.mark.parametrize(("kind", "properties", "problem"), REFUSED_BY_MODEL)
def test_a_resource_that_breaks_its_services_model_is_found(
    kind: str, properties: dict[str, Any], problem: str
) -> None:
    found = list(stack._of_the_model(f"AWS::{kind}", properties))
    assert any(problem in line for line in found), found


def test_a_planted_property_is_found_in_the_whole_template(prod: Synthesised) -> None:
    body = copy.deepcopy(prod.body)
    [(id_, table)] = [(id_, r) for id_, r in body["Resources"].items() if r["Type"] == "AWS::Glue::Table"]
    table["Properties"]["TableInput"]["Name"] = "facts-of-leads"
    [problem] = stack.violations(body, "leadtight-prod")
    assert problem.startswith(f"{id_} (AWS::Glue::Table): Athena reads names of")


IN_ORDER: dict[str, dict[str, Any]] = {
    "notifications": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"NotificationConfiguration": {"Q": {"Fn::GetAtt": ["Queue", "Arn"]}}},
        },
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Queue"}], "P": "s3.amazonaws.com"},
        },
    },
    "mail events": {
        "Events": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "Properties": {"EventDestination": {"SnsDestination": {"TopicARN": {"Ref": "Topic"}}}},
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Policy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "P": "ses.amazonaws.com"},
        },
    },
    **{
        name: {
            "Source": {"Type": f"AWS::Lambda::{kind}", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
            "Role": {"Type": "AWS::IAM::Role"},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}]}},
        }
        for name, kind in {"sources": "EventSourceMapping", "destinations": "EventInvokeConfig"}.items()
    },
    "receiving": {
        "Rule": {
            "Type": "AWS::SES::ReceiptRule",
            "Properties": {"Rule": {"Actions": [{"S3Action": {"BucketName": {"Ref": "Bucket"}}}]}},
        },
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Bucket"}, "P": "ses.amazonaws.com"},
        },
    },
    "domains": {
        "Mapping": {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": {"ApiId": {"Ref": "Api"}}},
        "Api": {"Type": "AWS::ApiGatewayV2::Api"},
        "Policy": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "Api"}}},
    },
    **{
        name: {
            "Dependent": {"Type": f"AWS::{dependent}", "Properties": named},
            "Policy": {"Type": f"AWS::{needed}", "Properties": of_needed},
        }
        for name, dependent, named, needed, of_needed in (
            ("tables", "Glue::Table", {"DatabaseName": "d"}, "Glue::Database", {"DatabaseInput": {"Name": "d"}}),
            ("filters", "Logs::MetricFilter", {"LogGroupName": "l"}, "Logs::LogGroup", {"LogGroupName": "l"}),
            (
                "logs",
                "Lambda::Function",
                {"LoggingConfig": {"LogGroup": "l"}},
                "Logs::LogGroup",
                {"LogGroupName": "l"},
            ),
            ("schedules", "Scheduler::Schedule", {"GroupName": "g"}, "Scheduler::ScheduleGroup", {"Name": "g"}),
        )
    },
}
"""For each rule: its dependent resource first, then others, and last the one to wait for, without a dependency."""


def test_each_rule_of_order_has_an_example_and_a_source() -> None:
    by_reference = {"backups"}  # a selection without its role cannot be written down
    assert {*IN_ORDER, *by_reference} == order.RULES.keys()
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in order.RULES.values())


@pytest.mark.parametrize("rule", IN_ORDER)
def test_a_missing_dependency_is_found(rule: str) -> None:
    body = {"Resources": IN_ORDER[rule]}
    dependent = next(iter(IN_ORDER[rule]))
    [problem] = order.missing(body)
    assert problem.startswith(f"{dependent} does not wait for Policy: {order.RULES[rule].says}")
    waiting = {**IN_ORDER[rule], dependent: {**IN_ORDER[rule][dependent], "DependsOn": ["Policy"]}}
    assert order.missing({"Resources": waiting}) == []


def test_a_dependency_that_is_taken_away_is_found_in_the_template(prod: Synthesised) -> None:
    body = copy.deepcopy(prod.body)
    mappings = [r for r in body["Resources"].values() if r["Type"] == "AWS::Lambda::EventSourceMapping"]
    functions = [r for r in body["Resources"].values() if r["Type"] == "AWS::Lambda::Function"]
    for resource in (*mappings, *functions):
        resource.pop("DependsOn", None)
    assert len([line for line in order.missing(body) if "may read the source" in line]) == len(mappings)
