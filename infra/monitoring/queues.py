"""Alarms on queues, by how their metrics behave."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from infra.monitoring.alarms import FIVE_MINUTES, MINUTE, Advice, OperatorAlarms, Patience, total

HELD = Patience(of=10, at_least=6)
"""Six of ten minutes.

A post that is stored at its first or second try is gone before.
"""


def dead_letters(alarms: OperatorAlarms, name: str, queue: sqs.IQueue) -> None:
    """Ring on the first message that could not be handled."""
    metric = queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="max")
    advice = Advice(reason="a message could not be handled", see="dead-letters")
    alarms.above(f"{name}-dead-letters", metric, 0, advice)


def backlog(alarms: OperatorAlarms, name: str, queue: sqs.IQueue, *, older_than: Duration) -> None:
    """Ring when a queue's oldest message waits too long.

    SQS leaves out a message that was received three times, so that `older_than` and a period must pass before that:
    within twice the queue's visibility timeout.
    """
    metric = queue.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="max")
    advice = Advice(reason="messages are not handled in time", see="backlogs")
    alarms.above(f"{name}-backlog", metric, older_than.to_seconds(), advice)


def held(alarms: OperatorAlarms, name: str, queue: sqs.IQueue) -> None:
    """Ring while a queue that should be empty is not.

    It counts them instead of asking for their age, which leaves out what is tried again and again.
    """
    waiting = queue.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="max")
    in_flight = queue.metric_approximate_number_of_messages_not_visible(period=MINUTE, statistic="max")
    advice = Advice(reason="messages are not handled in time", see="backlogs")
    alarms.above(f"{name}-backlog", total([waiting, in_flight], period=MINUTE), 0, advice, HELD)
