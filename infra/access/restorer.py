"""Restorers: what `leadtight restore` needs besides the other policies."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.access.statements import allow, allow_passing, arn

LOOK = (
    "dynamodb:DescribeTable dynamodb:DescribeContinuousBackups dynamodb:DescribeTimeToLive dynamodb:ListTagsOfResource"
)
START = "dynamodb:RestoreTableToPointInTime"
FILL = (
    "dynamodb:RestoreTableToPointInTime dynamodb:RestoreTableFromBackup dynamodb:GetItem dynamodb:BatchGetItem"
    " dynamodb:Query dynamodb:Scan dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem"
    " dynamodb:ConditionCheckItem"
)
"""DynamoDB restores in the name of who asks for it, who needs to write every item."""

SET = (
    "dynamodb:UpdateTable dynamodb:UpdateContinuousBackups dynamodb:UpdateTimeToLive dynamodb:TagResource"
    " dynamodb:DeleteTable"
)
BACKUPS = "dynamodb:DescribeBackup dynamodb:RestoreTableFromBackup"
POINTS = "backup:DescribeRecoveryPoint backup:GetRecoveryPointRestoreMetadata backup:StartRestoreJob"


def restorer(scope: Construct, *, stack: str, table: str, role: iam.IRole) -> iam.ManagedPolicy:
    """Return the policy of who restores a stage's table.

    `table` is the ARN of the one in use, which is never written: restoring makes a new one, and only those are deleted.
    Once that is in use, the former one is still read: the stage's first, or one restored earlier.
    """
    first = arn("dynamodb", f"table/{stack}")
    restored = arn("dynamodb", f"table/{stack}-restored-*")
    backups = arn("dynamodb", f"table/{stack}*/backup/*")
    policy = iam.ManagedPolicy(
        scope, "RestorerPolicy", description="Restore a stage's table: also needs the operator's"
    )
    policy.add_statements(
        allow(f"{LOOK} {START} dynamodb:Scan", table, first),
        allow(f"{LOOK} {FILL} {SET}", restored, f"{restored}/index/*"),
        allow(BACKUPS, backups),
        allow(POINTS, backups, arn("backup", "recovery-point:*")),
        allow("backup:ListBackupVaults backup:DescribeRestoreJob dynamodb:ListTables", "*"),
        allow_passing(role.role_arn, to_service="backup.amazonaws.com"),
    )
    return policy
