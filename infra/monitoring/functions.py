"""Alarms on functions, and on what starts them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import IDependable

from infra.function import LeadFunction
from infra.monitoring.alarms import AT_ONCE, FIVE_MINUTES, MINUTE, RETRIES, Advice, OperatorAlarms, Patience, total


def errors(alarms: OperatorAlarms, unit: LeadFunction, patience: Patience = RETRIES) -> None:
    """Ring when a function keeps raising errors.

    Where a retry helps, one error is none. What fails for good ends in a queue, whose alarm rings at once.
    """
    period = FIVE_MINUTES if patience is AT_ONCE else MINUTE
    metric = unit.function.metric_errors(period=period, statistic="sum")
    alarms.above(f"{unit.name}-errors", metric, 0, Advice(reason="the function raises errors", see="errors"), patience)


def throttles(alarms: OperatorAlarms, units: Sequence[LeadFunction]) -> None:
    """Ring when a function could not start."""
    metrics = [unit.function.metric_throttles(period=FIVE_MINUTES, statistic="sum") for unit in units]
    alarms.above("throttles", total(metrics), 0, Advice(reason="no concurrency was left to start", see="throttles"))


def lost_starts(alarms: OperatorAlarms, units: Sequence[LeadFunction]) -> None:
    """Ring when the start of a scheduled function was lost.

    It was given up, or could not even be kept in its queue.
    """
    metrics = [
        unit.function.metric(name, period=FIVE_MINUTES, statistic="sum")
        for unit in units
        for name in ("AsyncEventsDropped", "DestinationDeliveryFailures")
    ]
    alarms.above("lost-starts", total(metrics), 0, Advice(reason="a scheduled run was given up", see="lost-starts"))


def stream_lag(alarms: OperatorAlarms, unit: LeadFunction) -> None:
    """Ring when a stream reader falls five minutes behind.

    Only the sweep keeps promises then.
    """
    metric = unit.function.metric("IteratorAge", period=FIVE_MINUTES, statistic="max")
    advice = Advice(reason="the stream reader is behind", see="stream-lag")
    alarms.above(f"{unit.name}-stream-lag", metric, 300_000, advice)


def stream_stopped(
    alarms: OperatorAlarms, unit: LeadFunction, reader: lambda_.EventSourceMapping, *, after: IDependable
) -> None:
    """Ring when a stream reader no longer polls.

    Every sweep writes a row, so that a reader has something to poll also in a night without leads.
    """
    metric = cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name="PolledEventCount",
        dimensions_map={"EventSourceMappingUUID": reader.event_source_mapping_id},
        period=FIVE_MINUTES,
        statistic="sum",
    )
    advice = Advice(reason="the stream reader does not poll", see="stream-stopped")
    alarms.silent(f"{unit.name}-stream-stopped", metric, advice, after=after)


def schedules(alarms: OperatorAlarms, groups: Sequence[str]) -> None:
    """Ring when Scheduler gives up an invocation, or keeps failing.

    A single failure is retried within minutes.
    """
    dropped = total([_of_scheduler("InvocationDroppedCount", group, FIVE_MINUTES) for group in groups])
    advice = Advice(reason="Scheduler gave up an invocation", see="schedules")
    alarms.above("schedules-dropped", dropped, 0, advice)
    failing = total([_of_scheduler("TargetErrorCount", group, MINUTE) for group in groups], period=MINUTE)
    advice = Advice(reason="Scheduler cannot reach its targets", see="schedules")
    alarms.above("schedules-failing", failing, 0, advice, RETRIES)


def _of_scheduler(name: str, group: str, period: Duration) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/Scheduler",
        metric_name=name,
        dimensions_map={"ScheduleGroup": group},
        period=period,
        statistic="sum",
    )
