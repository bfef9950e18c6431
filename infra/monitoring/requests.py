"""Alarms on the public HTTP API."""

from __future__ import annotations

from aws_cdk import aws_logs as logs

from infra.http_api import PublicHttpApi
from infra.monitoring.alarms import FIVE_MINUTES, HALF_AN_HOUR, Advice, OperatorAlarms, own_metric
from infra.stage import StageSettings

REFUSED = 20
"""Refusals in five minutes beyond one impatient visitor's."""


def server_errors(alarms: OperatorAlarms, api: PublicHttpApi) -> None:
    """Ring on any server error, also for lack of capacity."""
    metric = api.api.metric_server_error(period=FIVE_MINUTES, statistic="sum")
    alarms.above("http-5xx", metric, 0, Advice(reason="a request received a 5xx response", see="http-5xx"))


def refusals(alarms: OperatorAlarms, api: PublicHttpApi, stage: StageSettings) -> None:
    """Ring when API Gateway refuses requests as too many.

    The log tells 429 apart; the metric of all 4xx is full of scanners.
    """
    logs.MetricFilter(
        api,
        "Refusals",
        log_group=api.logs,
        filter_pattern=logs.FilterPattern.string_value("$.status", "=", "429"),
        metric_namespace=stage.metrics_namespace,
        metric_name="RequestsRefused",
    )
    metric = own_metric(stage, "RequestsRefused", "sum")
    alarms.above("http-429", metric, REFUSED, Advice(reason="requests are refused as too many", see="http-429"))


def too_large(alarms: OperatorAlarms, api: PublicHttpApi, stage: StageSettings) -> None:
    """Ring when a provider's delivery was too large.

    Above 6 MB as an event API Gateway refuses it before any function, and its provider drops it in the end.
    """
    is_too_large = logs.FilterPattern.string_value("$.status", "=", "413")
    of_webhooks = logs.FilterPattern.string_value("$.route", "=", "POST /webhooks/{provider}")
    logs.MetricFilter(
        api,
        "TooLarge",
        log_group=api.logs,
        filter_pattern=logs.FilterPattern.all(is_too_large, of_webhooks),
        metric_namespace=stage.metrics_namespace,
        metric_name="DeliveriesTooLarge",
    )
    advice = Advice(reason="a provider's delivery was too large", see="http-413")
    alarms.above("http-413", own_metric(stage, "DeliveriesTooLarge", "sum"), 0, advice)


def client_errors(alarms: OperatorAlarms, api: PublicHttpApi) -> None:
    """Ring when a flood of rejected requests goes on."""
    metric = api.api.metric_client_error(period=FIVE_MINUTES, statistic="sum")
    advice = Advice(reason="a flood of requests is rejected", see="http-4xx")
    alarms.above("http-4xx", metric, 1_000, advice, HALF_AN_HOUR)
