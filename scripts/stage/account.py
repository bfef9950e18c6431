"""Read what an account holds of a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.edge import REGION as FRONT_REGION
from infra.edge import secret_name
from leadtight.stages.stage_settings import StageFile

IDENTITY, RULE_SET = "AWS::SES::EmailIdentity", "AWS::SES::ReceiptRuleSet"
NEW = (None, "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "CREATE_FAILED")
"""Statuses before a first deployment, or after a failed one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """A stack: its status, outputs and resources by type.

    A stack that is not there has the status None.
    """

    status: str | None = None
    is_protected: bool = False
    outputs: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Return whether nothing was ever deployed by it."""
        return self.status in NEW

    def has(self, kind: str) -> bool:
        """Return whether it has a resource of a type."""
        return bool(self.resources.get(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """Everything of an account that a deployment can meet.

    `table_stream` is the stream of the table with the stage's name, None where that is not there.
    """

    stack: StackState
    front: StackState
    table_stream: str | None = None
    identity_is_there: bool = False
    active_rule_set: str | None = None
    front_secret_is_there: bool = False


def account_of_credentials(region: str) -> str:
    """Return the account of the shell's credentials."""
    return str(boto3.client("sts", region_name=region).get_caller_identity()["Account"])


def read_account(stage: StageFile) -> AccountState:
    """Return what the account holds; it reads only."""
    return AccountState(
        stack=_stack(stage.stack, stage.region),
        front=_stack(stage.front_stack, FRONT_REGION),
        table_stream=_table_stream(stage),
        identity_is_there=_identity_is_there(stage),
        active_rule_set=_active_rule_set(stage.region),
        front_secret_is_there=_front_secret(stage) is not None,
    )


def _stack(name: str, region: str) -> StackState:
    client = boto3.client("cloudformation", region_name=region)
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return StackState()
        raise
    resources: dict[str, tuple[str, ...]] = {}
    for page in client.get_paginator("list_stack_resources").paginate(StackName=name):
        for each in page["StackResourceSummaries"]:
            if not each["ResourceStatus"].startswith("DELETE_COMPLETE"):
                id_ = each.get("PhysicalResourceId", "")
                resources[each["ResourceType"]] = (*resources.get(each["ResourceType"], ()), id_)
    return StackState(
        status=stack["StackStatus"],
        is_protected=stack.get("EnableTerminationProtection", False),
        outputs={each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])},
        resources=resources,
    )


def _table_stream(stage: StageFile) -> str | None:
    client = boto3.client("dynamodb", region_name=stage.region)
    try:
        table = client.describe_table(TableName=stage.stack)["Table"]
    except client.exceptions.ResourceNotFoundException:
        return None
    return str(table.get("LatestStreamArn", ""))


def _identity_is_there(stage: StageFile) -> bool:
    client = boto3.client("sesv2", region_name=stage.region)
    try:
        client.get_email_identity(EmailIdentity=stage.mail.identity)
    except client.exceptions.NotFoundException:
        return False
    return True


def _active_rule_set(region: str) -> str | None:
    """Return the region's active rule set.

    None also in a region where SES receives no mail.
    """
    try:
        active = boto3.client("ses", region_name=region).describe_active_receipt_rule_set()
    except ClientError:
        return None
    name = active.get("Metadata", {}).get("Name")
    return str(name) if name else None


def _front_secret(stage: StageFile) -> dict[str, Any] | None:
    client = boto3.client("secretsmanager", region_name=stage.region)
    try:
        return dict(client.describe_secret(SecretId=secret_name(stage.name)))
    except client.exceptions.ResourceNotFoundException:
        return None


def front_secret_is_replicated(stage: StageFile) -> bool:
    """Return whether CloudFront's stack can read its secret."""
    secret = _front_secret(stage) or {}
    replicas = {each["Region"]: each["Status"] for each in secret.get("ReplicationStatus", [])}
    return stage.region == FRONT_REGION or replicas.get(FRONT_REGION) == "InSync"


def stop_receiving(stage: StageFile) -> None:
    """Switch off the active rule set."""
    boto3.client("ses", region_name=stage.region).set_active_receipt_rule_set()


def unprotect(stack: str, region: str) -> None:
    """Switch off a stack's termination protection."""
    client = boto3.client("cloudformation", region_name=region)
    client.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
