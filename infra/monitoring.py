"""Alarms for everything that may endanger a promise.

All of them publish to one topic.
"""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.function import LeadFunction
from infra.stage import StageSettings

FIVE_MINUTES = Duration.minutes(5)
RUNBOOK = "docs/guides/runbook.md"
BACKUP_WITHIN_HOURS = 31
"""A day, an hour to start and six to end."""

OVERDUE_AFTER = {"unowned": 10, "overdue": 10, "messages": 15, "digests": 30}
"""Minutes after which the oldest item of a kind alarms.

By then two sweeps have seen it, or providers keep refusing.
"""


class Watch(Construct):
    """The operators' topic and the alarms that publish to it."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        self.operators = sns.Topic(
            self, "Operators", topic_name=f"leadtight-{stage.name}-operators", enforce_ssl=stage.has_tls
        )
        # A custom policy replaces the default one, which lets the account's alarms publish.
        self.operators.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.operators.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if stage.operators_email:
            self.operators.add_subscription(subscriptions.EmailSubscription(stage.operators_email))

    def dead_letters(self, name: str, queue: sqs.IQueue) -> None:
        """Alarm on the first message that could not be handled."""
        metric = queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="max")
        self._alarm(
            f"{name}-dead-letters", metric, above=0, reason="a message could not be handled", see="dead-letters"
        )

    def backlog(self, name: str, queue: sqs.IQueue, *, older_than: Duration) -> None:
        """Alarm on a queue whose oldest message waits too long."""
        metric = queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="max")
        reason = "messages are not handled in time"
        self._alarm(f"{name}-backlog", metric, above=older_than.to_seconds(), reason=reason, see="backlogs")

    def errors(self, unit: LeadFunction) -> None:
        """Alarm on any raised error and any refused start."""
        function = unit.function
        errors = function.metric_errors(period=FIVE_MINUTES, statistic="sum")
        self._alarm(f"{unit.name}-errors", errors, above=0, reason="the function raised an error", see="errors")
        throttles = function.metric_throttles(period=FIVE_MINUTES, statistic="sum")
        self._alarm(
            f"{unit.name}-throttles", throttles, above=0, reason="no concurrency was left to start it", see="throttles"
        )

    def stream_lag(self, unit: LeadFunction) -> None:
        """Alarm when a stream reader falls five minutes behind.

        Only the sweep keeps promises then.
        """
        metric = unit.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="max")
        self._alarm(
            f"{unit.name}-stream-lag", metric, above=300_000, reason="the stream reader is behind", see="stream-lag"
        )

    def http_errors(self, api: apigw.HttpApi) -> None:
        """Alarm on any server error."""
        metric = api.metric_server_error(period=FIVE_MINUTES, statistic="sum")
        self._alarm("http-5xx", metric, above=0, reason="a request received a 5xx response", see="http-5xx")

    def sweep_repairs(self) -> None:
        """Alarm when sweeps keep repairing.

        One repair is the safety net at work, half an hour of them is a bug.
        """
        metric = _metric("SweepRepairs", service="sla", statistic="sum")
        reason = "the sweep keeps repairing lost events"
        self._alarm("sweep-repairs", metric, above=0, of=6, at_least=3, reason=reason, see="sweep-repairs")

    def unreadable_rows(self) -> None:
        """Alarm on a stored row that this version cannot read.

        Other rows are processed; the lead of this one stands still.
        """
        metric = _metric("UnreadableRows", service="all", statistic="sum")
        self._alarm("unreadable-rows", metric, above=0, reason="stored rows cannot be read", see="unreadable-rows")

    def slow_items(self) -> None:
        """Alarm when an item took longer than its time share.

        A reader of mails, rows or deliveries is slow, or the table is.
        """
        metric = _metric("ItemsOutOfTime", service="all", statistic="sum")
        self._alarm("slow-items", metric, above=0, reason="an item took longer than its share", see="slow-items")

    def sweep_backlogs(self) -> None:
        """Alarm when work due within seconds has waited long.

        The sweeps measure it.
        """
        for kind, minutes in OVERDUE_AFTER.items():
            metric = _metric(f"BacklogAge{kind.title()}", service="sla", statistic="max")
            reason = "work due within seconds is waiting"
            self._alarm(
                f"{kind}-waiting", metric, above=60 * minutes, of=3, at_least=2, reason=reason, see="work-waits"
            )
        reason = "sweeps have more work than time"
        for name, service in (("sweep-unfinished", "sla"), ("fetches-unfinished", "collect")):
            unfinished = _metric("SweepUnfinished", service=service, statistic="max")
            self._alarm(name, unfinished, above=0, of=6, at_least=3, reason=reason, see="work-waits")

    def review_mails(self) -> None:
        """Alarm while a recipient lacks their weekly review."""
        metric = _metric("ReviewMailsLost", service="sla", statistic="max")
        reason = "the weekly review has not reached every recipient"
        self._alarm("review-mails", metric, above=0, reason=reason, see="review-mails")

    def budgets(self) -> None:
        """Alarm before a daily budget of messages is used up.

        At nine tenths of the budget for mails, texts or calls, answers begin to wait.
        """
        metric = _metric("BudgetUsed", service="sla", statistic="max")
        reason = "most of a daily sending budget is used"
        self._alarm("budgets", metric, above=80, reason=reason, see="budgets")

    def quarantine(self) -> None:
        """Alarm while a delivery awaits review.

        An authentic delivery that is not a lead yet must not be forgotten.
        """
        metric = _metric("QuarantineWaiting", service="collect", statistic="max")
        self._alarm("quarantine", metric, above=0, reason="deliveries await review", see="quarantine")

    def backups(self, vault: str, *, copied_to: str | None) -> None:
        """Alarm on a failed and on a missing backup."""
        for state in ("Failed", "Expired", "Aborted"):
            metric = _backup_jobs(f"NumberOfBackupJobs{state}", vault)
            reason = f"a backup of the table {state.lower()}"
            self._alarm(f"backup-{state.lower()}", metric, above=0, reason=reason, see="backups")
        if copied_to:
            metric = _backup_jobs("NumberOfCopyJobsFailed", copied_to)
            self._alarm("backup-copy-failed", metric, above=0, reason="a backup was not copied", see="backups")
        self._alarm(
            "backup-missing",
            _backup_jobs("NumberOfBackupJobsCompleted", vault),
            below=1,
            of=BACKUP_WITHIN_HOURS,
            at_least=BACKUP_WITHIN_HOURS,
            reason=f"no backup of the table in {BACKUP_WITHIN_HOURS} hours",
            see="backups",
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.Metric,
        *,
        above: float = 0,
        below: float | None = None,
        reason: str,
        see: str,
        of: int = 1,
        at_least: int = 1,
    ) -> None:
        """Alarm above a value, or `below` one.

        Missing data alarm in the second case only.
        """
        operators, missing = cloudwatch.ComparisonOperator, cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=above if below is None else below,
            comparison_operator=operators.GREATER_THAN_THRESHOLD if below is None else operators.LESS_THAN_THRESHOLD,
            evaluation_periods=of,
            datapoints_to_alarm=at_least,
            treat_missing_data=missing.NOT_BREACHING if below is None else missing.BREACHING,
            alarm_description=f"{name}: {reason}. What to do: {RUNBOOK}#{see}",
        )
        alarm.add_alarm_action(actions.SnsAction(self.operators))


def _metric(name: str, *, service: str, statistic: str) -> cloudwatch.Metric:
    """Return a metric that the product's functions write."""
    return cloudwatch.Metric(
        namespace="Leadtight",
        metric_name=name,
        dimensions_map={"service": service},
        period=FIVE_MINUTES,
        statistic=statistic,
    )


def _backup_jobs(name: str, vault: str) -> cloudwatch.Metric:
    """Return an hourly metric of AWS Backup about tables.

    It is reported while it is not zero.
    """
    return cloudwatch.Metric(
        namespace="AWS/Backup",
        metric_name=name,
        dimensions_map={"BackupVaultName": vault, "ResourceType": "DynamoDB"},
        period=Duration.hours(1),
        statistic="sum",
    )
