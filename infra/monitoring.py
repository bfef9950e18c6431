"""What wakes a person: alarms on everything that means a promise may be slipping, all to one topic."""

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
OVERDUE_AFTER = {"unowned": 10, "overdue": 10, "messages": 15, "digests": 30}
"""After how many minutes the oldest of a kind is an alarm: two sweeps have seen it, or providers refuse for long."""


class Watch(Construct):
    """Hold the operators' topic and the alarms that publish to it."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings) -> None:
        super().__init__(scope, id_)
        self.operators = sns.Topic(
            self, "Operators", topic_name=f"leadtight-{stage.name}-operators", enforce_ssl=stage.has_tls
        )
        # A topic with a policy of its own no longer has the default one that lets the account's alarms publish.
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
        """Alarm on the first message nobody could handle."""
        metric = queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="max")
        self._alarm(f"{name}-dead-letters", metric, above=0, why="a message could not be handled", see="dead-letters")

    def backlog(self, name: str, queue: sqs.IQueue, *, older_than: Duration) -> None:
        """Alarm on a queue whose oldest message waits too long."""
        metric = queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="max")
        reason = "messages wait instead of being handled"
        self._alarm(f"{name}-backlog", metric, above=older_than.to_seconds(), why=reason, see="backlogs")

    def errors(self, unit: LeadFunction) -> None:
        """Alarm on any raised error and on any refused start."""
        function = unit.function
        errors = function.metric_errors(period=FIVE_MINUTES, statistic="sum")
        self._alarm(f"{unit.name}-errors", errors, above=0, why="the function raised", see="errors")
        throttles = function.metric_throttles(period=FIVE_MINUTES, statistic="sum")
        self._alarm(
            f"{unit.name}-throttles", throttles, above=0, why="no capacity was left to start it", see="throttles"
        )

    def stream_lag(self, unit: LeadFunction) -> None:
        """Alarm when a stream reader falls five minutes behind: only the sweep keeps promises then."""
        metric = unit.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="max")
        self._alarm(
            f"{unit.name}-stream-lag", metric, above=300_000, why="the stream reader is behind", see="stream-lag"
        )

    def http_errors(self, api: apigw.HttpApi) -> None:
        """Alarm on any answer that blames us."""
        metric = api.metric_server_error(period=FIVE_MINUTES, statistic="sum")
        self._alarm("http-5xx", metric, above=0, why="a request got a 5xx answer", see="http-5xx")

    def sweep_repairs(self) -> None:
        """Alarm when sweeps keep repairing: one repair is the net at work, half an hour of them is a bug."""
        metric = _own("SweepRepairs", service="sla", statistic="sum")
        reason = "the sweep keeps repairing what events lost"
        self._alarm("sweep-repairs", metric, above=0, of=6, at_least=3, why=reason, see="sweep-repairs")

    def unreadable_rows(self) -> None:
        """Alarm on a stored row that this version cannot read: the others go on, and what it is about stands still."""
        metric = _own("UnreadableRows", service="all", statistic="sum")
        self._alarm("unreadable-rows", metric, above=0, why="stored rows cannot be read", see="unreadable-rows")

    def slow_items(self) -> None:
        """Alarm when a mail, row or delivery took longer than its share of the time: a reader is slow, or the table."""
        metric = _own("ItemsOutOfTime", service="all", statistic="sum")
        self._alarm("slow-items", metric, above=0, why="an item took longer than its share", see="slow-items")

    def sweep_backlogs(self) -> None:
        """Alarm when something that should be done in seconds has been due for long, as sweeps find it."""
        for kind, minutes in OVERDUE_AFTER.items():
            metric = _own(f"BacklogAge{kind.title()}", service="sla", statistic="max")
            reason = "what should be done within seconds waits"
            self._alarm(f"{kind}-waiting", metric, above=60 * minutes, of=3, at_least=2, why=reason, see="work-waits")
        reason = "sweeps have more to do than they have time for"
        for name, service in (("sweep-unfinished", "sla"), ("fetches-unfinished", "collect")):
            unfinished = _own("SweepUnfinished", service=service, statistic="max")
            self._alarm(name, unfinished, above=0, of=6, at_least=3, why=reason, see="work-waits")

    def review_mails(self) -> None:
        """Alarm while somebody has not got the weekly review that is theirs."""
        metric = _own("ReviewMailsLost", service="sla", statistic="max")
        reason = "the weekly review has not reached everybody"
        self._alarm("review-mails", metric, above=0, why=reason, see="review-mails")

    def budgets(self) -> None:
        """Alarm before a day's budget of mails, texts or calls is used up: answers begin to wait at nine tenths."""
        metric = _own("BudgetUsed", service="sla", statistic="max")
        reason = "most of what may go to leads in a day is used up"
        self._alarm("budgets", metric, above=80, why=reason, see="budgets")

    def quarantine(self) -> None:
        """Alarm while a delivery waits for a person: what is authentic and no lead yet must not be forgotten."""
        metric = _own("QuarantineWaiting", service="collect", statistic="max")
        self._alarm("quarantine", metric, above=0, why="deliveries wait for a person", see="quarantine")

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.Metric,
        *,
        above: float,
        why: str,
        see: str,
        of: int = 1,
        at_least: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=of,
            datapoints_to_alarm=at_least,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{name}: {why}. What to do: {RUNBOOK}#{see}",
        )
        alarm.add_alarm_action(actions.SnsAction(self.operators))


def _own(name: str, *, service: str, statistic: str) -> cloudwatch.Metric:
    """Return a metric that one of our functions writes."""
    return cloudwatch.Metric(
        namespace="Leadtight",
        metric_name=name,
        dimensions_map={"service": service},
        period=FIVE_MINUTES,
        statistic=statistic,
    )
