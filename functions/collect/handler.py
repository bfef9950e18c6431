"""Fetch announced leads, receive stored mails, and reconcile sources.

A queue and a schedule announce leads; the bucket announces mails. Four times a day the sources that can list their
leads are asked, and missing ones are received.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import item_time, notifications, queue_batches
from leadtight.adapters.aws.notifications import Unread
from leadtight.adapters.aws.time_left import time_left
from leadtight.app.scheduled_runs import ScheduledRun
from leadtight.domain.intake.reconciliation import Reconciliation
from leadtight.domain.model.errors import OutOfTime

logger = Logger()
metrics = Metrics()
ITEM_SECONDS = 30.0
"""Seconds for one delivery of a sweep.

A mail of a full batch has the same.
"""

SWEEP_IN_HAND = timedelta(seconds=20)
"""Time reserved at the end of a sweep.

It is for postponing the current delivery, and for counting what waits.
"""


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | None:
    """Settle a queue batch, sweep due deliveries, or reconcile sources."""
    if event.get("sweep"):
        _sweep(context)
        return None
    if event.get("reconcile"):
        _reconcile(context)
        return None
    return queue_batches.take(event, _settle_one, context, give_up=_hold_slow)


def _settle_one(record: SQSRecord) -> None:
    with logger.append_context_keys(correlation_id=record.message_id):
        _settle(record)


def _settle(record: SQSRecord) -> None:
    files = _announced(record)
    metrics.add_metric(name="MailsTold", unit=MetricUnit.Count, value=len(files))
    for file in files:
        settled = bootstrap.mail_bucket().take(file, bootstrap.clock()())
        bootstrap.trace_lead(settled.id)
        logger.info("mail_taken", file=file, status=settled.status, lead_id=settled.id)


def _announced(record: SQSRecord) -> tuple[str, ...]:
    """Return the mails that a body announces.

    A body that hints at a delivery is settled here, and one that is not understood is dropped: both announce none.
    """
    event = notifications.content(record.body)
    if not isinstance(event, Unread) and "held_id" in event:
        metrics.add_metric(name="AnnouncementsHinted", unit=MetricUnit.Count, value=1)
        _collect(str(event["held_id"]))
        return ()
    files = event if isinstance(event, Unread) else notifications.mail_files(event)
    if isinstance(files, Unread):
        notifications.drop(record.body, files)
        return ()
    return files


def _hold_slow(record: SQSRecord, error: OutOfTime) -> None:
    """Hold mails that take too long to read.

    An announcement that takes too long ends in the dead-letter queue.
    """
    event = notifications.content(record.body)
    files = event if isinstance(event, Unread) else notifications.mail_files(event)
    if isinstance(files, Unread):
        raise error
    for file in files:
        settled = bootstrap.mail_bucket().hold_unread(file, f"reading it takes too long: {error}", bootstrap.clock()())
        logger.warning("mail_out_of_time", file=file, status=settled.status, lead_id=settled.id)


def _collect(held_id: str) -> None:
    delivery = bootstrap.app().collect.collect(held_id, bootstrap.clock()())
    if delivery:
        logger.info("collected", held_id=delivery.id, state=delivery.state, reason=delivery.reason)


def _reconcile(context: LambdaContext) -> None:
    """Compare the mail bucket and every listable source.

    Both have their turn, whatever becomes of the other.
    """
    faults: list[Exception] = []
    for compare in (_reconcile_mails, _reconcile_sources):
        try:
            compare(context)
        except Exception as error:  # noqa: BLE001 - raised below
            faults.append(error)
    if faults:
        raise ExceptionGroup("reconciliation faults", faults)
    bootstrap.app().scheduled_runs.succeeded(ScheduledRun.RECONCILE, bootstrap.clock()())


def _reconcile_mails(context: LambdaContext) -> None:
    left = time_left(context, SWEEP_IN_HAND)
    _count_missed(bootstrap.mail_bucket().reconcile(bootstrap.clock()(), left, item_time.at_most(ITEM_SECONDS, left)))


def _reconcile_sources(context: LambdaContext) -> None:
    webhooks = [webhook for webhook in bootstrap.policy().webhooks.values() if webhook.reconcile]
    _count_missed(bootstrap.reconcile().run(webhooks, bootstrap.clock()()))


def _count_missed(results: Sequence[Reconciliation]) -> None:
    metrics.add_metric(name="DeliveriesMissed", unit=MetricUnit.Count, value=sum(len(r.missed) for r in results))
    for result in results:
        logger.info(
            "reconciled", channel=result.channel, day=str(result.day), listed=result.listed, missed=len(result.missed)
        )


def _sweep(context: LambdaContext) -> None:
    left = time_left(context, SWEEP_IN_HAND)
    collected = bootstrap.app().collect.sweep(bootstrap.clock()(), left, item_time.at_most(ITEM_SECONDS, left))
    metrics.add_metric(name="SweepUnfinished", unit=MetricUnit.Count, value=int(collected.unfinished > 0))
    metrics.add_metric(name="QuarantineWaiting", unit=MetricUnit.Count, value=collected.waiting_for_a_person)
    logger.info(
        "swept",
        fetched=collected.fetched,
        put_off=collected.put_off,
        waiting_for_a_person=collected.waiting_for_a_person,
        unfinished=collected.unfinished,
        faults=len(collected.faults),
    )
    if collected.faults:
        raise ExceptionGroup("sweep faults", collected.faults)
    bootstrap.app().scheduled_runs.succeeded(ScheduledRun.COLLECT, bootstrap.clock()())
