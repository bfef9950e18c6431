"""Operators: what `leadtight`'s commands and the runbook need."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access.statements import allow, arn

INVOKE = "lambda:InvokeFunction"
DEAD_LETTERS = (
    "sqs:GetQueueUrl sqs:GetQueueAttributes sqs:ReceiveMessage sqs:ChangeMessageVisibility sqs:DeleteMessage"
    " sqs:SendMessage"
)
ROWS = (
    "dynamodb:DescribeTable dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:Scan dynamodb:PutItem"
    " dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem"
)
LIST_FILES = "s3:ListBucket s3:ListBucketVersions"
ERASE_FILES = "s3:GetObject s3:GetObjectVersion s3:DeleteObject s3:DeleteObjectVersion"
SECRETS = "secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue"
LOGS = "logs:DescribeLogStreams logs:FilterLogEvents logs:GetLogEvents logs:StartQuery"
WATCH = (
    "cloudwatch:GetMetricData cloudwatch:ListMetrics logs:DescribeLogGroups logs:GetQueryResults logs:StopQuery"
    " scheduler:ListSchedules ses:GetAccount ses:GetSendQuota"
)
"""Reading actions that accept no resource."""


def operator(
    scope: Construct,
    *,
    stage: str,
    functions: Iterable[str],
    queues: Iterable[str],
    table: str,
    buckets: Iterable[str],
    secrets: Iterable[str],
) -> iam.ManagedPolicy:
    """Return the policy of who runs a stage.

    All are ARNs. An operator erases a person, and so deletes rows and versions of files;
    neither deploys nor reads the key of links, with which one could sign any link.
    """
    files = [*buckets]
    policy = iam.ManagedPolicy(scope, "OperatorPolicy", description="Run a stage of Leadtight: commands and runbook")
    policy.add_statements(
        allow("cloudformation:DescribeStacks", arn("cloudformation", f"stack/leadtight-{stage}/*")),
        allow(INVOKE, *functions),
        allow(DEAD_LETTERS, *queues),
        allow(ROWS, table, f"{table}/index/*"),
        allow(LIST_FILES, *files),
        allow(ERASE_FILES, *(f"{bucket}/*" for bucket in files)),
        allow(SECRETS, *secrets),
        allow("scheduler:GetSchedule scheduler:DeleteSchedule", arn("scheduler", f"schedule/leadtight-{stage}/lead-*")),
        allow("cloudwatch:DescribeAlarms cloudwatch:DescribeAlarmHistory", arn("cloudwatch", "alarm:*")),
        allow(
            LOGS, *(arn("logs", f"log-group:{name}/{stage}/*") for name in ("/leadtight", "/aws/vendedlogs/leadtight"))
        ),
        allow(WATCH, "*"),
    )
    return policy
