"""Batches of a queue, handled item by item.

Each item has its share of the time: a slow one does not make the others fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight.adapters.aws import item_time
from leadtight.adapters.aws.time_left import time_left
from leadtight.domain.model.errors import OutOfTime

IN_HAND = timedelta(seconds=2)
"""The time of a function that items do not get.

The function writes its results and answers in it.
"""

LEAST = 7.0
"""Fewest seconds for an item while any time is left.

A slow table answers after six seconds.
"""

TRIES = 3
"""Time-outs of an item before a person decides.

The queue itself gives up after five tries.
"""


Take = Callable[[SQSRecord], None]
GiveUp = Callable[[SQSRecord, OutOfTime], None]


def take(
    event: Mapping[str, Any],
    handle: Take,
    context: LambdaContext,
    *,
    give_up: GiveUp | None = None,
    raises: bool = True,
) -> PartialItemFailureResponse:
    """Handle every message of a batch; return those to retry.

    The messages received most often come last. A message that ran out of time for the third time goes to `give_up`,
    which keeps it for a person; without `give_up`, it goes to the dead-letter queue. With `raises`, raises when every
    message failed.
    """
    records = sorted(event["Records"], key=_times_received)
    limits = item_time.shares(time_left(context, IN_HAND), LEAST)(len(records))

    def handle_in_time(record: SQSRecord) -> None:
        try:
            with next(limits):
                handle(record)
        except OutOfTime as error:
            if give_up is None or _times_received(record.raw_event) < TRIES:
                raise
            give_up(record, error)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=raises)
    return process_partial_response({**event, "Records": records}, handle_in_time, processor, context)


def _times_received(record: Mapping[str, Any]) -> int:
    return int(record["attributes"].get("ApproximateReceiveCount", 1))
