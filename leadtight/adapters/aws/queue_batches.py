"""A queue's batch, item by item, each within its share of the time: a slow one does not take the others along."""

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
"""What no item gets of a function's time: it is for what the function writes at its end, and for its answer."""

LEAST = 7.0
"""Seconds that an item gets while there are any: a table that is slow answers after six."""

TRIES = 3
"""How often an item may run out of its time before a person is asked; the queue itself gives up after five tries."""


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
    """Handle every message of a queue's batch and answer which must come again.

    Those that came most often are last. One that ran out of its time for the third time is handed to `give_up`, which
    keeps it for a person; without that the queue's dead letters do. Raises when every message failed, if it `raises`.
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
