"""The policy with which CloudFormation can deploy a stage.

Each resource type's own schema, as cfn-lint ships it, lists the actions that creating, changing and deleting take.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.infra.roles import ACCOUNT, REGION, Act, IamPolicy
from tests.infra.synth import Synthesised

FILE = Path("infra/access/execution_policy.json")
HERE = f"{REGION}:{ACCOUNT}"
OWN: Mapping[str, tuple[str, ...]] = {
    "apigateway": (f"arn:aws:apigateway:{REGION}::/apis/abc",),
    "athena": (f"arn:aws:athena:{HERE}:workgroup/leadtight-prod",),
    "backup": (f"arn:aws:backup:{HERE}:backup-vault:leadtight-prod-1", f"arn:aws:backup:{HERE}:backup-plan:1"),
    "budgets": (f"arn:aws:budgets::{ACCOUNT}:budget/leadtight-prod-{REGION}",),
    "cloudwatch": (
        f"arn:aws:cloudwatch:{HERE}:alarm:leadtight-prod-x",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/leadtight-x",
    ),
    "dynamodb": (f"arn:aws:dynamodb:{HERE}:table/leadtight-prod",),
    "glue": (f"arn:aws:glue:{HERE}:table/leadtight_prod/facts",),
    "iam": (
        f"arn:aws:iam::{ACCOUNT}:role/leadtight-prod-SlaRole-1",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway",
    ),
    "lambda": (f"arn:aws:lambda:{HERE}:function:leadtight-prod-sla", f"arn:aws:lambda:{HERE}:event-source-mapping:1"),
    "logs": (f"arn:aws:logs:{HERE}:log-group:/leadtight/prod/sla", f"arn:aws:logs:{HERE}:log-group:*"),
    "s3": ("arn:aws:s3:::leadtight-prod-bucketsmail-1", "arn:aws:s3:::cdk-hnb659fds-assets-1/bundle.zip"),
    "scheduler": (f"arn:aws:scheduler:{HERE}:schedule/leadtight-prod-recurring/sweep",),
    "secretsmanager": (
        f"arn:aws:secretsmanager:{HERE}:secret:ApiSecret-1",
        f"arn:aws:secretsmanager:{HERE}:secret:leadtight-prod-front-1",
    ),
    "sns": (f"arn:aws:sns:{HERE}:leadtight-prod-operators",),
    "sqs": (f"arn:aws:sqs:{HERE}:leadtight-prod-alarms",),
    "ssm": (f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/hnb659fds/version",),
}
"""What a stage has, by service; of the others any resource."""

UNUSED_SERVICES = {
    "billing",
    "cassandra",
    "ec2",
    "elasticfilesystem",
    "firehose",
    "kinesis",
    "lakeformation",
    "payments",
} | {
    "s3files",
    "s3tables",
}
"""Services of options that no stage has: VPCs, file systems, streams to Kinesis, Lake Formation's tags."""

UNUSED_ACTIONS = ("Group", "User", "RolePermissionsBoundary", "AttachRolePolicy", "DetachRolePolicy")
"""IAM's actions for what no stage has: policies of users and groups, boundaries, policies that AWS manages."""


@pytest.fixture(scope="module")
def execution() -> IamPolicy:
    return IamPolicy(json.loads(FILE.read_text(encoding="utf-8"))["Statement"])


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """Return the resource types' schemas by type."""
    folder = Path(cfnlint.__file__).parent / "data" / "schemas" / "resources"
    found = (json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json")))
    return {schema["typeName"]: schema for schema in found}


def needed(template: Synthesised) -> set[str]:
    """Return the actions that a template's resource types take."""
    types = {resource["Type"] for resource in template.body["Resources"].values()} - {"AWS::CDK::Metadata"}
    handlers = [handler for each in types for handler in schemas()[each]["handlers"].values()]
    actions = {action for handler in handlers for action in handler["permissions"]}
    return {action for action in actions if _is_used(action)}


def _is_used(action: str) -> bool:
    service, _, name = action.partition(":")
    is_action = name.replace("REST.PUT.OBJECT", "") == name  # a log's word, not an action
    return (
        is_action
        and service not in UNUSED_SERVICES
        and not (service == "iam" and any(part in name for part in UNUSED_ACTIONS))
    )


@pytest.mark.parametrize("stage", ["prod", "receiving", "texting"])
def test_it_allows_every_action_that_the_stages_resources_take(
    request: pytest.FixtureRequest, execution: IamPolicy, stage: str
) -> None:
    actions = needed(request.getfixturevalue(stage))
    assert {"iam:CreateRole", "dynamodb:CreateTable", "lambda:CreateFunction", "s3:CreateBucket"} <= actions
    assert sorted(action for action in actions if not _allows(execution, action)) == []


def _allows(policy: IamPolicy, action: str) -> bool:
    service = action.partition(":")[0]
    passing = {"iam:PassedToService": "lambda.amazonaws.com"}
    return any(policy.allows(Act(action, resource, passing)) for resource in OWN.get(service, ("*",)))


def test_it_deploys_nothing_that_is_not_a_stages(execution: IamPolicy) -> None:
    foreign = {
        Act("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
        Act("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/leadtight-prod-SlaRole-1"),
        Act("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
        Act("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me"),
        Act("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/billing"),
        Act("s3:DeleteBucket", "arn:aws:s3:::backups"),
        Act("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:billing"),
        Act("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:database"),
        Act("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin"),
        Act("ec2:RunInstances", "*"),
    }
    assert {act for act in foreign if execution.allows(act)} == set()


def test_it_fits_into_one_managed_policy() -> None:
    written = json.dumps(json.loads(FILE.read_text(encoding="utf-8")), separators=(",", ":"))
    assert 1000 < len(written) <= 6144
