"""Fetch what other systems announced, told by a queue and by the schedule; take mails, told by their bucket.

Four times a day, ask the systems that can say what they have had, and take what never arrived.
"""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import item_time, queue_batches
from leadtight.adapters.aws.time_left import time_left
from leadtight.adapters.dynamodb import stream
from leadtight.domain.model.errors import OutOfTime

logger = Logger()
metrics = Metrics()
ITEM_SECONDS = 30.0
"""What one delivery has in a sweep, as a mail of a full batch has."""

SWEEP_IN_HAND = timedelta(seconds=20)
"""What a sweep keeps of its time: to put off the delivery that it was at, and to count what waits."""


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | None:
    """Settle what a queue batch tells of, or fetch all that is due; or compare every source with what is here."""
    if event.get("sweep"):
        _sweep(context)
        return None
    if event.get("reconcile"):
        _reconcile()
        return None
    return queue_batches.take(event, _settle_one, context, give_up=_hold_slow)


def _settle_one(record: SQSRecord) -> None:
    with logger.append_context_keys(correlation_id=record.message_id):
        _settle(record)


def _settle(record: SQSRecord) -> None:
    files = stream.mail_files(record.body)
    if files is None:
        metrics.add_metric(name="AnnouncementsHinted", unit=MetricUnit.Count, value=1)
        _collect(record)
        return
    metrics.add_metric(name="MailsTold", unit=MetricUnit.Count, value=len(files))
    for file in files:
        settled = bootstrap.app().mails.take(file, bootstrap.clock()())
        logger.info("mail_taken", file=file, status=settled.status, lead_id=settled.id)


def _hold_slow(record: SQSRecord, error: OutOfTime) -> None:
    """Keep mails that take too long for a person; an announcement that does ends in the queue's dead letters."""
    files = stream.mail_files(record.body)
    if files is None:
        raise error
    for file in files:
        settled = bootstrap.app().mails.hold_unread(file, f"reading it takes too long: {error}", bootstrap.clock()())
        logger.warning("mail_out_of_time", file=file, status=settled.status, lead_id=settled.id)


def _collect(record: SQSRecord) -> None:
    delivery = bootstrap.app().collect.collect(stream.held_id(record.body), bootstrap.clock()())
    if delivery:
        logger.info("collected", held_id=delivery.id, state=delivery.state, reason=delivery.reason)


def _reconcile() -> None:
    webhooks = [webhook for webhook in bootstrap.policy().webhooks.values() if webhook.reconcile]
    results = bootstrap.reconcile().run(webhooks, bootstrap.clock()())
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
