"""Send owed messages, and record providers' reports on them."""

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import notifications, queue_batches, receipts
from leadtight.adapters.aws.notifications import Unread
from leadtight.adapters.aws.time_left import time_left
from leadtight.adapters.dynamodb import stream
from leadtight.app.messaging.delivery_reports import DeliveryReport
from leadtight.domain.model.errors import SendFailed
from leadtight.domain.model.message import Message

logger = Logger()
metrics = Metrics()
IN_HAND = timedelta(seconds=15)
"""Time reserved for the message being sent."""


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | None:
    """Send new messages, record reports, or work the outbox.

    A stream batch brings new messages, a queue batch reports; anything else asks for the messages that are due again.
    Raises when a failed send should be tried again at once: the stream delivers the batch again.
    """
    first = event["Records"][0]
    if first["eventSource"] == "aws:sqs" and _is_retry(first["body"]):
        _work_outbox(event, context)
        return {"batchItemFailures": []}
    if first["eventSource"] == "aws:sqs":
        return queue_batches.take(event, _report, context)
    stream.process(event["Records"], _deliver)
    return None


def _deliver(record: stream.Record) -> None:
    if owed := stream.message(record):
        bootstrap.trace_lead(owed.lead_id)
        with logger.append_context_keys(correlation_id=owed.lead_id):
            _send(owed, bootstrap.clock()())


def _send(owed: Message, now: datetime) -> None:
    done = bootstrap.app().respond.deliver(owed.lead_id, owed.id, now)
    if done is None:
        return
    extra = {"instead_of": done.data["instead_of"]} if "instead_of" in done.data else {}
    logger.info("message_handled", lead_id=done.lead_id, message_id=done.id, status=done.status, **extra)
    if bootstrap.app().respond.is_due_again(done, now):
        raise SendFailed(f"message {done.id} of lead {done.lead_id}: not sent yet")


def _is_retry(body: str) -> bool:
    try:
        return stream.is_retry(body)
    except (ValueError, RecursionError):
        return False


@metrics.log_metrics
def _work_outbox(event: dict[str, Any], context: LambdaContext) -> None:
    """Send due messages once for a batch of retries.

    Failures are logged and left to the sweep.
    """
    done = bootstrap.app().dispatch.work(bootstrap.clock()(), time_left(context, IN_HAND))
    for fault in done.faults:
        logger.error("send_fault", kind=fault.kind, lead_id=fault.lead_id, exc_info=fault.error)
    metrics.add_metric(name="SendFaults", unit=MetricUnit.Count, value=len(done.faults))
    logger.info("outbox_worked", backlogs={kind: backlog.count for kind, backlog in done.backlogs.items()})


def _report(record: SQSRecord) -> None:
    report = receipts.read(record.body)
    if isinstance(report, Unread):
        notifications.drop(record.body, report)
    if not isinstance(report, DeliveryReport):
        return
    bootstrap.trace_lead(report.lead_id)
    with logger.append_context_keys(correlation_id=report.lead_id or record.message_id):
        stored = bootstrap.app().delivery_reports.record(report, bootstrap.clock()())
        logger.info("message_reported", reported=report.reported, provider_id=report.provider_id, stored=stored)
