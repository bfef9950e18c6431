"""Form posts that the table had not taken: taken now, as of when they were posted, by the door that saw them."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from leadtight import wiring
from leadtight.adapters import spill

logger = Logger(child=True)
metrics = Metrics()
posts = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@metrics.log_metrics
def take(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Take a queue batch; what the table still refuses comes again."""
    metrics.add_metric(name="SpilledTaken", unit=MetricUnit.Count, value=len(event["Records"]))
    return process_partial_response(event=event, record_handler=_take, processor=posts, context=context)


def _take(record: SQSRecord) -> None:
    spilled = spill.read(record.body)
    form = wiring.policy().forms[spilled.form]
    settled = wiring.form_door().take(form, spilled.posted, spilled.at, by_visitor=False)
    if settled:
        logger.info("spilled_taken", form=form.id, id=settled.id, status=settled.status)
