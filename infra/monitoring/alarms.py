"""Named alarms, which tell operators when they ring and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct, IDependable

from infra.stage import StageSettings

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
RUNBOOK = "docs/guides/runbook.md"
ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many of the latest periods must be bad."""

    of: int = 1
    at_least: int = 1


AT_ONCE = Patience()
HALF_AN_HOUR = Patience(of=6, at_least=3)
"""Three of six periods of five minutes: it goes on."""

RETRIES = Patience(of=15, at_least=3)
"""Three of fifteen minutes.

A retry that succeeds, within one or two minutes or after a queue's pause, stays below.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What an alarm means, and its section in the runbook."""

    reason: str
    see: str


class OperatorAlarms:
    """Creates the alarms of one stage.

    Each has a fixed name, and publishes to the operators' topic both when it rings and when it is over.
    """

    def __init__(self, scope: Construct, *, stage: StageSettings, topic: sns.ITopic) -> None:
        self._scope, self._stage, self._topic = scope, stage, topic

    def above(
        self, name: str, metric: cloudwatch.IMetric, most: float, advice: Advice, patience: Patience = AT_ONCE
    ) -> None:
        """Ring when a metric is above its most.

        Most metrics have no datapoint while all is well: missing data is good.
        """
        self._watch_values(name, metric, most, advice, patience, ABOVE)

    def below(self, name: str, metric: cloudwatch.IMetric, least: float, advice: Advice, patience: Patience) -> None:
        """Ring when a metric is below its least."""
        self._watch_values(name, metric, least, advice, patience, BELOW)

    def _watch_values(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        advice: Advice,
        patience: Patience,
        comparison: cloudwatch.ComparisonOperator,
    ) -> None:
        if self._stage.local and isinstance(metric, cloudwatch.MathExpression):
            return  # the emulator's CloudFormation refuses an alarm on several metrics
        self._alarm(
            name,
            metric,
            advice,
            patience,
            threshold=threshold,
            comparison_operator=comparison,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def silent(self, name: str, metric: cloudwatch.IMetric, advice: Advice, *, after: IDependable) -> None:
        """Ring when a metric stops: a dead-man's switch.

        Missing data is bad, and so is none in two periods. The alarm is created after what writes the metric.
        """
        alarm = self._alarm(
            name,
            metric,
            advice,
            Patience(of=2, at_least=2),
            threshold=0,
            comparison_operator=BELOW,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.node.add_dependency(after)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        advice: Advice,
        patience: Patience,
        *,
        threshold: float,
        comparison_operator: cloudwatch.ComparisonOperator,
        treat_missing_data: cloudwatch.TreatMissingData,
    ) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self._scope,
            name,
            alarm_name=f"leadtight-{self._stage.name}-{name}",
            alarm_description=f"{name}: {advice.reason}. What to do: {RUNBOOK}#{advice.see}",
            metric=metric,
            evaluation_periods=patience.of,
            datapoints_to_alarm=patience.at_least,
            threshold=threshold,
            comparison_operator=comparison_operator,
            treat_missing_data=treat_missing_data,
        )
        tell = actions.SnsAction(self._topic)
        alarm.add_alarm_action(tell)
        alarm.add_ok_action(tell)
        return alarm


def own_metric(
    stage: StageSettings, name: str, statistic: str, *, period: Duration = FIVE_MINUTES, **dimensions: str
) -> cloudwatch.Metric:
    """Return a metric that the product's functions write.

    `dimensions` are those it is written with, such as `service`.
    """
    return cloudwatch.Metric(
        namespace=stage.metrics_namespace,
        metric_name=name,
        dimensions_map=dimensions,
        period=period,
        statistic=statistic,
    )


def total(metrics: Sequence[cloudwatch.IMetric], *, period: Duration = FIVE_MINUTES) -> cloudwatch.MathExpression:
    """Return the sum of those metrics that have a datapoint."""
    using = {f"m{number}": metric for number, metric in enumerate(metrics)}
    return cloudwatch.MathExpression(expression="SUM(METRICS())", using_metrics=using, period=period)
