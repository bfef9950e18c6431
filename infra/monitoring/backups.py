"""Alarms on the table's daily backups."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.monitoring.alarms import Advice, OperatorAlarms, Patience, own_metric, total
from infra.stage import StageSettings

HOUR = Duration.hours(1)
WITHIN_HOURS = 31
"""A day, an hour to start and six to end."""


def failures(alarms: OperatorAlarms, vault: str, *, copied_to: str | None) -> None:
    """Ring on a backup that ended badly or uncopied."""
    ended = [_jobs(f"NumberOfBackupJobs{state}", vault) for state in ("Failed", "Expired", "Aborted")]
    advice = Advice(reason="a backup of the table did not complete", see="backups")
    alarms.above("backup-failed", total(ended, period=HOUR), 0, advice)
    if copied_to:
        copies = _jobs("NumberOfCopyJobsFailed", copied_to)
        alarms.above("backup-copy-failed", copies, 0, Advice(reason="a backup was not copied", see="backups"))


def missing(alarms: OperatorAlarms, stage: StageSettings, vault: str) -> None:
    """Ring when no backup was completed in a day.

    AWS Backup reports what is not zero. The sweeps count the hours that the stage has lived, so that a new stage has
    its time until the first backup.
    """
    metrics: dict[str, cloudwatch.IMetric] = {
        "completed": _jobs("NumberOfBackupJobsCompleted", vault),
        "sweeps": own_metric(stage, "SweepRepairs", "n", period=HOUR, service="sla"),
    }
    hours = cloudwatch.MathExpression(
        expression="SUM([completed, sweeps * 0])", using_metrics=metrics, period=HOUR, label="backups of an hour"
    )
    patience = Patience(of=WITHIN_HOURS, at_least=WITHIN_HOURS)
    advice = Advice(reason=f"no backup of the table in {WITHIN_HOURS} hours", see="backups")
    alarms.below("backup-missing", hours, 1, advice, patience)


def _jobs(name: str, vault: str) -> cloudwatch.Metric:
    """Return an hourly metric of AWS Backup about tables."""
    return cloudwatch.Metric(
        namespace="AWS/Backup",
        metric_name=name,
        dimensions_map={"BackupVaultName": vault, "ResourceType": "DynamoDB"},
        period=HOUR,
        statistic="sum",
    )
