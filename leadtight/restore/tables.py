"""The tables of a restore, as AWS describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from leadtight.restore.errors import RestoreStopped
from leadtight.restore.plan import RestorableWindow, RestorePlan
from leadtight.restore.waiting import Waiting, code_of

FAILED = ("FAILED", "ABORTED")
MOST_JOBS = 10
MOST_LOOKS = 30
"""Looks for a table that DynamoDB said it makes: five minutes."""

FORMER_TAG, MOMENT_TAG = "leadtight:restored-from", "leadtight:restored-to"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A table's description, as far as a restore needs it."""

    name: str
    arn: str
    status: str
    indexes: tuple[str, ...]
    stream_arn: str | None
    is_protected: bool
    is_encrypted: bool
    source: str | None
    created_at: datetime

    @classmethod
    def of(cls, table: dict[str, Any]) -> TableState:
        """Read DescribeTable's answer."""
        stream = table.get("StreamSpecification", {}).get("StreamEnabled")
        source = table.get("RestoreSummary", {}).get("SourceTableArn")
        return cls(
            name=table["TableName"],
            arn=table["TableArn"],
            status=table["TableStatus"],
            indexes=tuple(_index_state(index) for index in table.get("GlobalSecondaryIndexes", ())),
            stream_arn=table.get("LatestStreamArn") if stream else None,
            is_protected=bool(table.get("DeletionProtectionEnabled")),
            is_encrypted=table.get("SSEDescription", {}).get("Status") in ("ENABLED", "ENABLING", "UPDATING"),
            source=source.rpartition("/")[2] if source else None,
            created_at=table["CreationDateTime"].astimezone(UTC),
        )

    @property
    def waits_for(self) -> str | None:
        """Return what is not ready yet, or None."""
        if self.status != "ACTIVE":
            return self.status
        return next((f"index {state}" for state in self.indexes if state != "ACTIVE"), None)


def _index_state(index: dict[str, Any]) -> str:
    return "BACKFILLING" if index.get("Backfilling") else str(index.get("IndexStatus", "ACTIVE"))


class Tables:
    """Describes, restores and deletes tables."""

    def __init__(self, dynamodb: Any, backup: Any, waiting: Waiting) -> None:
        """Take the clients of DynamoDB and of AWS Backup."""
        self._dynamodb = dynamodb
        self._backup = backup
        self._waiting = waiting

    def find(self, name: str) -> TableState | None:
        """Return a table, or None when there is none."""
        try:
            answer = self._waiting.attempt(lambda: self._dynamodb.describe_table(TableName=name))
        except ClientError as error:
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise
        return TableState.of(answer["Table"])

    def existing(self, name: str) -> TableState:
        """Return a table. Raises RestoreStopped without it."""
        table = self.find(name)
        if table is None:
            raise RestoreStopped(f"there is no table {name}")
        return table

    def window(self, name: str) -> RestorableWindow:
        """Return the moments to which a table can be restored.

        Raises RestoreStopped where point-in-time recovery is off.
        """
        try:
            answer = self._waiting.attempt(lambda: self._dynamodb.describe_continuous_backups(TableName=name))
        except ClientError as error:
            if code_of(error) != "TableNotFoundException":
                raise
            raise RestoreStopped(
                f"the table {name} is gone, and with it point-in-time recovery; DynamoDB keeps a backup named"
                f" {name}$DeletedTableBackup for 35 days: restore it, or one of AWS Backup, with --from-backup ARN",
                code=2,
            ) from error
        recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
            raise RestoreStopped(f"{name}: point-in-time recovery is off; use --from-backup ARN", code=2)
        return RestorableWindow(
            earliest=recovery["EarliestRestorableDateTime"].astimezone(UTC),
            latest=recovery["LatestRestorableDateTime"].astimezone(UTC),
        )

    def made_at(self, backup: str, vault: str | None) -> datetime:
        """Return when a backup was made.

        Raises RestoreStopped when there is none, or it is not complete.
        """
        if ":dynamodb:" in backup:
            answer = self._waiting.attempt(lambda: self._dynamodb.describe_backup(BackupArn=backup))
            made_at = answer["BackupDescription"]["BackupDetails"]["BackupCreationDateTime"]
        else:
            made_at = self._recovery_point(backup, vault)["CreationDate"]
        return _whole_seconds(made_at)

    def start(self, plan: RestorePlan, source: str, role_arn: str | None) -> str | None:
        """Begin to restore into the plan's target.

        Returns the job of AWS Backup, if it is one.
        """
        if plan.backup is None:
            self._restore_to_moment(plan, source)
        elif ":dynamodb:" in plan.backup:
            self._waiting.attempt(
                lambda: self._dynamodb.restore_table_from_backup(TargetTableName=plan.target, BackupArn=plan.backup)
            )
        else:
            return self._restore_recovery_point(plan, plan.backup, role_arn)
        return None

    def wait_until_ready(self, name: str, job: str | None = None) -> TableState:
        """Wait for a table and its indexes; return the table.

        Raises RestoreStopped when the job that makes it failed, or when it does not appear without one.
        """
        looks = count(1)

        def look() -> tuple[bool, str]:
            table = self.find(name)
            waits_for = table.waits_for if table else self._state_without_table(name, job, next(looks))
            return waits_for is None, waits_for or ""

        self._waiting.until(name, look)
        return self.existing(name)

    def _state_without_table(self, name: str, job: str | None, looks: int) -> str:
        if job is None:
            if looks > MOST_LOOKS:
                raise RestoreStopped(f"the table {name} does not appear: run the same command again")
            return "not there yet"
        state = self._job(job)
        if state["Status"] in FAILED:
            raise RestoreStopped(f"AWS Backup could not restore: {state.get('StatusMessage') or state['Status']}")
        return f"AWS Backup's job is {state['Status']}, {state.get('PercentDone', '0')}"

    def delete(self, name: str) -> None:
        """Delete a table that is not protected, and wait."""
        table = self.find(name)
        if table and table.status != "DELETING":
            self.wait_until_ready(name)
            self._waiting.attempt(lambda: self._dynamodb.delete_table(TableName=name))

        def look() -> tuple[bool, str]:
            left = self.find(name)
            return left is None, left.status if left else ""

        self._waiting.until(name, look)

    def _restore_to_moment(self, plan: RestorePlan, source: str) -> None:
        self._waiting.attempt(
            lambda: self._dynamodb.restore_table_to_point_in_time(
                SourceTableName=source, TargetTableName=plan.target, RestoreDateTime=plan.at
            )
        )

    def _restore_recovery_point(self, plan: RestorePlan, backup: str, role_arn: str | None) -> str:
        """Start AWS Backup's job, and return it.

        Its token names the target, so that another run is given the same job; after a failed one, the next.
        """
        if role_arn is None:
            raise RestoreStopped("the stack has no RestoreRoleArn: deploy it with this version first", code=2)
        metadata = self._waiting.attempt(
            lambda: self._backup.get_recovery_point_restore_metadata(
                BackupVaultName=self._vault_of(backup), RecoveryPointArn=backup
            )
        )["RestoreMetadata"]
        wanted = {
            "RecoveryPointArn": backup,
            "Metadata": {"encryptionType": "Default", **metadata, "targetTableName": plan.target},
            "IamRoleArn": role_arn,
            "ResourceType": "DynamoDB",
        }
        for number in range(1, MOST_JOBS):
            job = self._start_job(f"{plan.target}-{number}", wanted)
            if self._job(job)["Status"] not in FAILED:
                return job
        raise RestoreStopped(f"AWS Backup failed {MOST_JOBS - 1} times to restore {backup}")

    def _start_job(self, token: str, wanted: Mapping[str, Any]) -> str:
        job = self._waiting.attempt(lambda: self._backup.start_restore_job(**wanted, IdempotencyToken=token))
        return str(job["RestoreJobId"])

    def _job(self, job: str) -> dict[str, Any]:
        state: dict[str, Any] = self._waiting.attempt(lambda: self._backup.describe_restore_job(RestoreJobId=job))
        return state

    def _recovery_point(self, backup: str, vault: str | None) -> dict[str, Any]:
        name = vault or self._vault_of(backup)
        point: dict[str, Any] = self._waiting.attempt(
            lambda: self._backup.describe_recovery_point(BackupVaultName=name, RecoveryPointArn=backup)
        )
        if point["Status"] != "COMPLETED":
            raise RestoreStopped(f"{backup}: {point['Status'].lower()}, {point.get('StatusMessage', '')}", code=2)
        return point

    def _vault_of(self, backup: str) -> str:
        """Return the vault that holds a recovery point.

        Its ARN does not say.
        """
        for page in self._backup.get_paginator("list_backup_vaults").paginate():
            for vault in page["BackupVaultList"]:
                name = str(vault["BackupVaultName"])
                if self._holds(name, backup):
                    return name
        raise RestoreStopped(f"{backup}: no vault of this account and region holds it", code=2)

    def _holds(self, vault: str, backup: str) -> bool:
        try:
            self._waiting.attempt(
                lambda: self._backup.describe_recovery_point(BackupVaultName=vault, RecoveryPointArn=backup)
            )
        except ClientError as error:
            if code_of(error) in ("ResourceNotFoundException", "InvalidParameterValueException"):
                return False
            raise
        return True


def _whole_seconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
