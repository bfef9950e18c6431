"""Event sources besides HTTP: the table's stream and the queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs

from infra.function import LeadFunction
from infra.limits import Limits
from infra.table import LeadTable


def read_streams(
    units: Mapping[str, LeadFunction], *, table: LeadTable, failed: sqs.IQueue, limits: Limits
) -> dict[str, lambda_.EventSourceMapping]:
    """Feed the two readers of the table's stream."""
    return {
        # One at a time per shard: the rotation position is one item, and parallel writers only contend for it.
        "route": read_stream(
            units["route"],
            table=table,
            # New leads, and events that free capacity, after which waiting leads can be assigned.
            new=[{"Keys": {"sk": {"S": ["LEAD"]}}}, {"NewImage": {"frees": {"S": [{"exists": True}]}}}],
            failed=failed,
            at_once=limits.routing,
        ),
        "respond": read_stream(
            units["respond"],
            table=table,
            new=[{"Keys": {"sk": {"S": [{"prefix": "MSG#"}]}}}],
            failed=failed,
            at_once=limits.sending,
        ),
    }


def read_stream(
    unit: LeadFunction,
    *,
    table: LeadTable,
    new: list[dict[str, Any]],
    failed: sqs.IQueue,
    at_once: int,
) -> lambda_.EventSourceMapping:
    """Feed a function newly inserted items that match a pattern.

    `new` lists the patterns. A poison record is isolated by bisecting, given up after five tries or an hour and kept in
    `failed`; the sweep does its work meanwhile.
    """
    table.table.grant_stream_read(unit.role)
    return lambda_.EventSourceMapping(
        unit,
        "Stream",
        target=unit.function,
        event_source_arn=table.stream_arn,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=10,
        parallelization_factor=at_once,
        retry_attempts=5,
        max_record_age=Duration.hours(1),
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        filters=[lambda_.FilterCriteria.filter({"eventName": ["INSERT"], "dynamodb": pattern}) for pattern in new],
        on_failure=event_sources.SqsDlq(failed),
        metrics_config=lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT]),  # proves that it polls
    )


def read_queue(unit: LeadFunction, id_: str, *, queue: sqs.IQueue, at_once: int, batch_size: int = 10) -> None:
    """Feed a function a queue's messages.

    `at_once` batches of at most `batch_size` are handled at a time. Messages that it reports as failed come again.
    """
    queue.grant_consume_messages(unit.role)
    lambda_.EventSourceMapping(
        unit,
        id_,
        target=unit.function,
        event_source_arn=queue.queue_arn,
        batch_size=batch_size,
        max_concurrency=at_once,
        report_batch_item_failures=True,
    )
