"""Receive spilled form posts as of when they were posted.

The table could not store them then.
"""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import queue_batches, spill_queue
from leadtight.app.intake import large_posts

logger = Logger()  # not a child: without its parent it could not append keys, and would fail
metrics = Metrics()


@metrics.log_metrics
def take(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Receive a queue batch; posts refused again come back."""
    metrics.add_metric(name="SpilledTaken", unit=MetricUnit.Count, value=len(event["Records"]))
    return queue_batches.take(event, _take_one, context, raises=False)


def _take_one(record: SQSRecord) -> None:
    with logger.append_context_keys(correlation_id=record.message_id):
        _take(record)


def _take(record: SQSRecord) -> None:
    spilled = spill_queue.read(record.body)
    form = bootstrap.policy().forms[spilled.form]
    large_posts.take_turn(bootstrap.ports().outbox, large_posts.size_of(spilled.posted.fields), bootstrap.clock()())
    settled = bootstrap.form_intake().take(form, spilled.posted, spilled.at, by_visitor=False)
    if settled:
        logger.info("spilled_taken", form=form.id, lead_id=settled.id, status=settled.status)
