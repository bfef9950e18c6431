"""The vault and the plan of daily backups."""

from __future__ import annotations

from aws_cdk import Aws, Duration, Fn
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from constructs import Construct

from infra.backups.roles import backup_role, restore_role
from infra.stage import StageSettings

COOLING_OFF_DAYS = 3
"""Days until a compliance lock is final.

The least that AWS accepts.
"""

START_WITHIN, COMPLETE_WITHIN = Duration.hours(1), Duration.hours(6)
"""A job that misses one of them alarms."""


class Backups(Construct):
    """Daily backups, in a vault that outlives the stack."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, table_arn: str) -> None:
        super().__init__(scope, id_)
        self._settings = settings = stage.file.backup
        self.vault = self._vault(stage)
        self.copies = self._copies()
        vaults = [self.vault.backup_vault_arn, *([settings.copy_to] if settings.copy_to else [])]
        self.backup_role = backup_role(self, table_arn, vaults)
        self.restore_role = restore_role(self, f"leadtight-{stage.name}")
        self._plan(stage, table_arn)

    def _vault(self, stage: StageSettings) -> backup.BackupVault:
        """Return the vault, named for the stack's creation.

        It outlives the stack, so a fixed name would be taken when the stage is deployed again.
        """
        creation = Fn.select(4, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))))
        return backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=f"leadtight-{stage.name}-{creation}",
            block_recovery_point_deletion=True,
            lock_configuration=self._lock(),
            removal_policy=stage.keep,
        )

    def _lock(self) -> backup.LockConfiguration | None:
        """Return the lock: governance, or compliance after a cooling-off."""
        if self._settings.lock_days is None:
            return None
        cooling_off = Duration.days(COOLING_OFF_DAYS) if self._settings.compliance else None
        return backup.LockConfiguration(
            min_retention=Duration.days(self._settings.lock_days), changeable_for=cooling_off
        )

    def _copies(self) -> backup.IBackupVault | None:
        if self._settings.copy_to is None:
            return None
        return backup.BackupVault.from_backup_vault_arn(self, "Copies", self._settings.copy_to)

    def _plan(self, stage: StageSettings, table_arn: str) -> None:
        keep = Duration.days(self._settings.keep_days)
        rule = backup.BackupPlanRule(
            rule_name="daily",
            schedule_expression=events.Schedule.cron(hour="3", minute="0"),
            start_window=START_WITHIN,
            completion_window=COMPLETE_WITHIN,
            delete_after=keep,
            copy_actions=self._copy_actions(keep),
        )
        self._add_plan(stage, table_arn, rule)

    def _copy_actions(self, keep: Duration) -> list[backup.BackupPlanCopyActionProps]:
        if self.copies is None:
            return []
        return [backup.BackupPlanCopyActionProps(destination_backup_vault=self.copies, delete_after=keep)]

    def _add_plan(self, stage: StageSettings, table_arn: str, rule: backup.BackupPlanRule) -> None:
        plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=f"leadtight-{stage.name}",
            backup_vault=self.vault,
            backup_plan_rules=[rule],
        )
        plan.add_selection(
            "Table",
            backup_selection_name="table",
            resources=[backup.BackupResource.from_arn(table_arn)],
            role=self.backup_role,
            disable_default_backup_policy=True,
        )
