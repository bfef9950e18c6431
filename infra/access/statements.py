"""Statements of policies, and ARNs of this account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam


def allow(actions: str, *resources: str, conditions: Mapping[str, Any] | None = None) -> iam.PolicyStatement:
    """Return the statement of space-separated exact actions."""
    return iam.PolicyStatement(actions=actions.split(), resources=[*resources], conditions=conditions)


def allow_passing(role: str, *, to_service: str) -> iam.PolicyStatement:
    """Return the statement of passing a role to one service."""
    return allow("iam:PassRole", role, conditions={"StringEquals": {"iam:PassedToService": to_service}})


def arn(service: str, name: str) -> str:
    """Return an ARN of this account, region and partition."""
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{name}"
