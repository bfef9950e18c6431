"""A queue's batch, item by item, each within its share of the time: a slow one does not take the others along."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

IN_HAND = 2.0
"""Seconds of a function that no item gets: for what it writes at its end, and answers to the queue."""

LEAST = 7.0
"""Seconds that an item gets while there are any: a table that is slow answers after six."""

AGAIN = 2.0
"""Seconds after which an item that did not end is told again."""

TRIES = 3
"""How often an item may run out of its time before a person is asked; the queue itself gives up after five tries."""


class OutOfTime(Exception):
    """An item of a batch took longer than its share of the function's time."""


Take = Callable[[SQSRecord], None]
GiveUp = Callable[[SQSRecord, OutOfTime], None]


def take(
    event: Mapping[str, Any], handle: Take, context: Any, *, give_up: GiveUp | None = None, raises: bool = True
) -> PartialItemFailureResponse:
    """Handle every message of a queue's batch and answer which must come again.

    Those that came most often are last. One that ran out of its time for the third time is handed to `give_up`, which
    keeps it for a person; without that the queue's dead letters do. Raises when every message failed, if it `raises`.
    """
    records = sorted(event["Records"], key=_times_received)
    seconds = _shares(context, len(records))

    def handle_in_time(record: SQSRecord) -> None:
        try:
            with time_limit(next(seconds)):
                handle(record)
        except OutOfTime as error:
            _count_out_of_time()
            if give_up is None or _times_received(record.raw_event) < TRIES:
                raise
            give_up(record, error)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=raises)
    return process_partial_response({**event, "Records": records}, handle_in_time, processor, context)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime in what runs for longer, again and again until it ends; None is no limit.

    A signal interrupts also a pattern, a loop and a call without an answer. It comes to the main thread alone, in
    which Lambda calls its handlers; in any other there is no limit.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    if seconds <= 0:
        raise OutOfTime("there was no time left to begin")

    def interrupt(*_: object) -> None:
        raise OutOfTime(f"it took over {seconds:.1f} s")

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _shares(context: Any, items: int) -> Iterator[float | None]:
    """Yield how many seconds each item gets: an equal part of what is left, and what quick ones leave to the others."""
    for waiting in range(items, 0, -1):
        if context is None:
            yield None
            continue
        left = context.get_remaining_time_in_millis() / 1000 - IN_HAND
        yield max(left / waiting, min(LEAST, left))


def _times_received(record: Mapping[str, Any]) -> int:
    return int(record["attributes"].get("ApproximateReceiveCount", 1))


def _count_out_of_time() -> None:
    if not os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        return
    with single_metric(name="ItemsOutOfTime", unit=MetricUnit.Count, value=1):
        pass
