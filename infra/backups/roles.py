"""Roles of AWS Backup: to back up, and to restore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

BACK_UP = "dynamodb:DescribeTable dynamodb:ListTagsOfResource dynamodb:StartAwsBackupJob dynamodb:CreateBackup"
OWN_BACKUP = "dynamodb:DescribeBackup dynamodb:DeleteBackup"
STORE = "backup:DescribeBackupVault backup:CopyIntoBackupVault"
RESTORE = (
    "dynamodb:RestoreTableFromAwsBackup dynamodb:RestoreTableFromBackup dynamodb:DescribeTable dynamodb:Scan"
    " dynamodb:Query dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem"
    " dynamodb:BatchWriteItem"
)
"""AWS may fill a restored table by ordinary writes."""

KEY = "kms:Decrypt kms:GenerateDataKey"


def backup_role(scope: Construct, table_arn: str, vault_arns: Iterable[str]) -> iam.Role:
    """Return the role that backs up one table."""
    points = f"arn:{Aws.PARTITION}:backup:{Aws.REGION}:{Aws.ACCOUNT_ID}:recovery-point:*"
    return _role(
        scope,
        "BackupRole",
        {
            (table_arn,): BACK_UP,
            (f"{table_arn}/backup/*",): OWN_BACKUP,
            tuple(vault_arns): STORE,
            (points,): "backup:TagResource",
        },
    )


def restore_role(scope: Construct, stack_name: str) -> iam.Role:
    """Return the role that restores into new tables.

    Never into the table in use: `leadtight restore` names a new one.
    """
    tables = f"arn:{Aws.PARTITION}:dynamodb:{Aws.REGION}:{Aws.ACCOUNT_ID}:table/{stack_name}-restored-*"
    backups = f"arn:{Aws.PARTITION}:dynamodb:{Aws.REGION}:{Aws.ACCOUNT_ID}:table/{stack_name}*/backup/*"
    return _role(scope, "RestoreRole", {(tables,): RESTORE, (backups,): "dynamodb:RestoreTableFromBackup"})


def _role(scope: Construct, id_: str, grants: Mapping[tuple[str, ...], str]) -> iam.Role:
    here = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
    role = iam.Role(scope, id_, assumed_by=iam.ServicePrincipal("backup.amazonaws.com", conditions=here))
    for resources, actions in grants.items():
        role.add_to_policy(iam.PolicyStatement(actions=actions.split(), resources=[*resources]))
    role.add_to_policy(
        iam.PolicyStatement(
            actions=KEY.split(),
            resources=[f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"],
            conditions={"StringEquals": {"kms:ViaService": f"dynamodb.{Aws.REGION}.amazonaws.com"}},
        )
    )
    return role
