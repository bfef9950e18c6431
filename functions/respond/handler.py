"""Send what the outbox owes, and hear what became of it."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from leadtight import wiring
from leadtight.adapters import stream
from leadtight.domain.errors import SendFailed

logger = Logger()
reports = BatchProcessor(event_type=EventType.SQS)


def handle(event: dict[str, Any], context: Any) -> PartialItemFailureResponse | None:
    """Send the new messages of a stream batch, or store the delivery reports of a queue batch.

    Raises when a send failed that should be tried again at once: the stream delivers the batch again.
    """
    if event["Records"][0]["eventSource"] == "aws:sqs":
        return process_partial_response(event=event, record_handler=_report, processor=reports, context=context)
    stream.process(event["Records"], _deliver)
    return None


def _deliver(record: stream.Record) -> None:
    owed, now = stream.message(record), wiring.clock()()
    done = wiring.respond().deliver(owed.lead_id, owed.id, now) if owed else None
    if done is None:
        return
    told = {"instead_of": done.data["instead_of"]} if "instead_of" in done.data else {}
    logger.info("message_handled", lead_id=done.lead_id, message_id=done.id, status=done.status, **told)
    if wiring.respond().is_due_again(done, now):
        raise SendFailed(f"message {done.id} of lead {done.lead_id}: not sent yet")


def _report(record: SQSRecord) -> None:
    report = stream.delivery_report(record.body)
    if report is None:
        return
    stored = wiring.respond().reported(report, wiring.clock()())
    logger.info("message_reported", reported=report.reported, provider_id=report.provider_id, stored=stored)
