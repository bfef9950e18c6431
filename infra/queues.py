"""Queues that keep failed messages until a redrive."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stage import StageSettings


def dead_letter_queue(scope: Construct, id_: str, *, stage: StageSettings, name: str) -> sqs.Queue:
    """Create a dead-letter queue.

    It keeps failures for 14 days, the most that SQS allows. An alarm watches each such queue.
    """
    return sqs.Queue(
        scope,
        id_,
        queue_name=f"leadtight-{stage.name}-{name}",
        retention_period=Duration.days(14),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=stage.has_tls,
        removal_policy=RemovalPolicy.DESTROY,
    )


def work_queue(
    scope: Construct,
    id_: str,
    *,
    stage: StageSettings,
    name: str,
    handled_in: Duration,
    dead: sqs.IQueue,
    tries: int = 5,
) -> sqs.Queue:
    """Create a queue that feeds a function.

    `handled_in` is the function's timeout; a message is given up after `tries`.
    """
    return sqs.Queue(
        scope,
        id_,
        queue_name=f"leadtight-{stage.name}-{name}",
        retention_period=Duration.days(4),
        # AWS asks for six times the function's timeout, so that a batch being handled is not handed out twice.
        visibility_timeout=Duration.seconds(6 * handled_in.to_seconds()),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=stage.has_tls,
        dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=tries, queue=dead),
        removal_policy=RemovalPolicy.DESTROY,
    )
