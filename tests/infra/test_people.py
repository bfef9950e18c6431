"""What people may do: the managed policies of a stage.

The suites of the commands hold the operator's policy to each call that a command makes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from leadtight.stages.doctor.account import ACTIONS
from tests.infra.roles import ACCOUNT, REGION, Act, IamPolicy, References
from tests.infra.synth import FUNCTIONS, Synthesised, as_list, managed_policy

HERE = f"{REGION}:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{HERE}:table/leadtight-prod"
POLICIES = ("OperatorPolicy", "DeployerPolicy", "RestorerPolicy", "Reader")
MOST_CHARACTERS = 6144
"""IAM's quota of a managed policy, white space not counted."""

CALL = re.compile(r"self\._(dynamodb|backup)\.(?!get_paginator)(\w+)\b|_(dynamodb|backup)\.get_paginator\(\"(\w+)\"")
TRANSACTION = {"dynamodb:TransactWriteItems"}
"""Authorised as the writes in it, which the policy allows."""

BY_NAME = re.compile(r"self\._call\(\"(\w+)\"")


@pytest.fixture(scope="module")
def policies(prod: Synthesised) -> dict[str, IamPolicy]:
    names = {id_: _name(prod, id_) for id_ in prod.body["Resources"]}
    references = References(prod, names)
    return {name: references.policy(managed_policy(prod, name)["PolicyDocument"]["Statement"]) for name in POLICIES}


def _name(template: Synthesised, id_: str) -> str:
    resource = template.body["Resources"][id_]
    settings = resource.get("Properties", {})
    given = settings.get("QueueName") or settings.get("TableName") or settings.get("FunctionName")
    name = given if isinstance(given, str) else "leadtight-prod" if "DynamoDB" in resource["Type"] else id_
    match resource["Type"]:
        case "AWS::Lambda::Function":
            return f"arn:aws:lambda:{HERE}:function:{name}"
        case "AWS::SecretsManager::Secret":
            return f"arn:aws:secretsmanager:{HERE}:secret:{name}"
        case "AWS::IAM::Role":
            return f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return name


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_fits_into_iam_and_is_attached_by_an_administrator(prod: Synthesised, name: str) -> None:
    policy = managed_policy(prod, name)
    references = References(prod, {id_: f"{_name(prod, id_)}-ABCDEFGHIJKL" for id_ in prod.body["Resources"]})
    written = json.dumps(references.resolved(policy["PolicyDocument"]), separators=(",", ":"))
    assert 100 < len(written) <= MOST_CHARACTERS
    assert not {"Users", "Groups", "Roles"} & {*policy}
    assert {"Ref": _id_of(prod, name)} in [output["Value"] for output in prod.body["Outputs"].values()]


def _id_of(template: Synthesised, name: str) -> str:
    return next(id_ for id_ in template.of_type("IAM::ManagedPolicy") if name in id_)


@pytest.mark.parametrize("name", POLICIES)
def test_no_policy_has_an_action_with_a_wildcard(prod: Synthesised, name: str) -> None:
    statements = managed_policy(prod, name)["PolicyDocument"]["Statement"]
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    assert len(actions) > 5
    assert not [action for action in actions if "*" in action]


def test_an_operator_finds_the_stack_and_invokes_its_functions(policies: dict[str, IamPolicy]) -> None:
    needed = [Act("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{HERE}:stack/leadtight-prod/1")] + [
        Act("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:leadtight-prod-{name}") for name in FUNCTIONS
    ]
    assert [act for act in needed if not policies["OperatorPolicy"].allows(act)] == []


def test_an_operator_reads_logs_and_alarms_and_deletes_a_leads_schedule(policies: dict[str, IamPolicy]) -> None:
    needed = [
        Act("logs:FilterLogEvents", f"arn:aws:logs:{HERE}:log-group:/leadtight/prod/sla"),
        Act("logs:StartQuery", f"arn:aws:logs:{HERE}:log-group:/aws/vendedlogs/leadtight/prod/http"),
        Act("scheduler:DeleteSchedule", f"arn:aws:scheduler:{HERE}:schedule/leadtight-prod/lead-1"),
        Act("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{HERE}:alarm:leadtight-prod-sla-errors"),
    ]
    assert [act for act in needed if not policies["OperatorPolicy"].allows(act)] == []


def test_a_restorer_may_make_each_call_of_the_command(prod: Synthesised, policies: dict[str, IamPolicy]) -> None:
    actions = {action for name in ("RestorerPolicy", "OperatorPolicy") for action in _actions(prod, name)}
    made = {f"{service}:{_operation(call)}" for service, call in _restore_calls()} - TRANSACTION
    assert "dynamodb:RestoreTableToPointInTime" in made
    assert "backup:StartRestoreJob" in made
    in_transactions = {"dynamodb:TransactWriteItems"}  # IAM asks for each write of one: PutItem, UpdateItem
    assert made - in_transactions <= actions
    restored = f"{TABLE}-restored-20261201"
    assert policies["RestorerPolicy"].allows(Act("dynamodb:PutItem", restored))
    passing = {"iam:PassedToService": "backup.amazonaws.com"}
    role = next(id_ for id_ in prod.of_type("IAM::Role") if "RestoreRole" in id_)
    assert policies["RestorerPolicy"].allows(Act("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{role}", passing))


def _actions(template: Synthesised, name: str) -> set[str]:
    statements = managed_policy(template, name)["PolicyDocument"]["Statement"]
    return {action for statement in statements for action in as_list(statement["Action"])}


def _restore_calls() -> set[tuple[str, str]]:
    """Return the calls to DynamoDB and AWS Backup."""
    calls = set()
    for file in sorted(Path("leadtight/restore").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        calls |= {(match[1] or match[3], match[2] or match[4]) for match in CALL.finditer(source)}
        calls |= {("dynamodb", match[1]) for match in BY_NAME.finditer(source)}
    return calls


def _operation(call: str) -> str:
    return "".join(part.capitalize() for part in call.split("_"))


def test_a_deployer_acts_by_the_roles_of_the_cdk(policies: dict[str, IamPolicy]) -> None:
    for role in ("deploy", "file-publishing", "lookup"):
        name = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-{role}-role-{ACCOUNT}-{REGION}"
        assert policies["DeployerPolicy"].allows(Act("sts:AssumeRole", name))


SCOPES = {
    "cloudformation": f"arn:aws:cloudformation:{HERE}:stack/leadtight-prod/1",
    "dynamodb": TABLE,
    "secretsmanager": f"arn:aws:secretsmanager:{HERE}:secret:leadtight-prod-front-AbCdEf",
    "ses": f"arn:aws:ses:{HERE}:identity/firm.example",
}
"""What a call of the stage's commands is about, by the service's prefix in IAM."""

STAGE_CALL = re.compile(
    r"client\(\"(\w+)\", region_name=[\w.]+\)"
    r"|client\.(?!get_paginator)(\w+)\(|get_paginator\(\"(\w+)\"|(?<=\))\.(\w+_\w+)\(\)"
)


def _stage_calls() -> set[str]:
    """Return the IAM actions of what scripts/stage calls."""
    service, actions = "", set()
    for match in STAGE_CALL.finditer(Path("scripts/stage/account.py").read_text(encoding="utf-8")):
        service = match[1] or service
        if call := match[2] or match[3] or match[4]:
            actions.add(f"{service.replace('sesv2', 'ses')}:{_operation(call)}")
    return actions


def test_a_deployer_may_make_every_call_of_the_stages_commands(policies: dict[str, IamPolicy]) -> None:
    calls = _stage_calls()
    assert {"cloudformation:ListStackResources", "ses:SetActiveReceiptRuleSet", "dynamodb:DescribeTable"} <= calls
    anyone = {"sts:GetCallerIdentity"}
    scopes = {
        call: "*" if call.endswith("ReceiptRuleSet") else SCOPES[call.partition(":")[0]] for call in calls - anyone
    }
    denied = {call for call, scope in scopes.items() if not policies["DeployerPolicy"].allows(Act(call, scope))}
    assert denied == set()


def test_a_deployer_may_ask_all_that_the_doctor_asks(policies: dict[str, IamPolicy]) -> None:
    bootstrap = f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/hnb659fds/version"
    anyone = {"sts:GetCallerIdentity"}
    asked = set(ACTIONS.values()) - anyone
    scopes = {**SCOPES, "ssm": bootstrap}
    denied = {
        call
        for call in asked
        if not policies["DeployerPolicy"].allows(Act(call, "*"))
        and not policies["DeployerPolicy"].allows(Act(call, scopes.get(call.partition(":")[0], "*")))
    }
    assert denied == set()


NEVER = {
    "takes a role of the account": Act("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    "makes a role": Act("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/mine"),
    "attaches a policy": Act("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/me"),
    "passes a role to Lambda": Act(
        "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {"iam:PassedToService": "lambda.amazonaws.com"}
    ),
    "changes a function": Act("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:leadtight-prod-sla"),
    "deletes the table": Act("dynamodb:DeleteTable", TABLE),
    "ends its backups": Act("dynamodb:UpdateContinuousBackups", TABLE),
    "writes to another stage": Act("dynamodb:PutItem", f"{TABLE}-eu"),
    "invokes another stage": Act("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:leadtight-prod-eu-sla"),
    "opens a bucket": Act("s3:PutBucketPolicy", "arn:aws:s3:::BucketsMail"),
    "switches off an alarm": Act("cloudwatch:DisableAlarmActions", f"arn:aws:cloudwatch:{HERE}:alarm:leadtight-prod-x"),
    "deletes logs": Act("logs:DeleteLogGroup", f"arn:aws:logs:{HERE}:log-group:/leadtight/prod/sla"),
    "deletes a backup": Act("backup:DeleteRecoveryPoint", f"arn:aws:backup:{HERE}:recovery-point:1"),
    "sends mail": Act("ses:SendRawEmail", f"arn:aws:ses:{HERE}:identity/leadtight.example"),
}


def test_no_policy_allows_what_is_an_administrators(policies: dict[str, IamPolicy]) -> None:
    allowed = {f"{name} {does}" for name in POLICIES for does, act in NEVER.items() if policies[name].allows(act)}
    assert allowed == set()


def test_each_policy_is_denied_what_another_is_for(prod: Synthesised, policies: dict[str, IamPolicy]) -> None:
    link, api = (next(id_ for id_ in prod.of_type("SecretsManager::Secret") if name in id_) for name in ("Link", "Api"))
    mails = next(id_ for id_ in prod.of_type("S3::Bucket") if "Mail" in id_)
    only = {
        Act("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:{link}"): set(),
        Act("secretsmanager:PutSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:{api}"): {"OperatorPolicy"},
        Act("dynamodb:DeleteItem", TABLE): {"OperatorPolicy"},
        Act("s3:DeleteObjectVersion", f"arn:aws:s3:::{mails}/ses/1"): {"OperatorPolicy"},
        Act("dynamodb:DeleteTable", f"{TABLE}-restored-drill-1"): {"RestorerPolicy"},
        Act("dynamodb:RestoreTableToPointInTime", TABLE): {"RestorerPolicy"},
        Act("sqs:SendMessage", f"arn:aws:sqs:{HERE}:leadtight-prod-alarms"): {"OperatorPolicy"},
        Act("ses:GetAccount", "*"): {"OperatorPolicy", "DeployerPolicy"},
    }
    may = {act: {name for name in POLICIES if policies[name].allows(act)} for act in only}
    assert may == only
