"""Keep the promise: alarms by queue, the sweep by schedule, and re-arming when an operator asks for it."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from leadtight import wiring
from leadtight.adapters import stream
from leadtight.app.rearm import AT_ONCE, Chosen
from leadtight.domain.document import to_document

logger = Logger()
metrics = Metrics()
alarms = BatchProcessor(event_type=EventType.SQS)


@metrics.log_metrics
def handle(event: dict[str, Any], context: Any) -> PartialItemFailureResponse | dict[str, Any] | None:
    """Ring the leads of a queue batch, sweep, or re-arm. Raises when the sweep met a fault: its alarm must see it."""
    if "arm_again" in event:
        return _arm_again(after=event["after"], apply=event["arm_again"])
    if "rearm" in event:
        return _rearm(event["rearm"], apply=event["apply"])
    if event.get("sweep"):
        _sweep()
        return None
    metrics.add_metric(name="AlarmsRung", unit=MetricUnit.Count, value=len(event["Records"]))
    return process_partial_response(event=event, record_handler=_ring, processor=alarms, context=context)


def _ring(record: SQSRecord) -> None:
    alarm = stream.alarm(record.body)
    change = wiring.sla().alarm_rang(alarm, wiring.clock()())
    if change:
        logger.info("alarm_rang", lead_id=alarm.lead_id, events=[event.kind for event in change.events])


def _rearm(chosen: dict[str, Any], *, apply: bool) -> dict[str, Any]:
    """Answer `{"rearm": {"lead" | "pool" | "owner": ID} | {"everything": true}, "apply": BOOL}`."""
    metrics.add_metric(name="RearmsAsked", unit=MetricUnit.Count, value=1)
    answer = wiring.rearm().rearm(Chosen(**chosen), wiring.clock()(), apply=apply)
    logger.info("rearmed", applied=apply, leads=len(answer.leads), left=answer.left)
    told: dict[str, Any] = to_document(answer)
    return told


def _arm_again(*, after: int, apply: bool) -> dict[str, Any]:
    """Answer `{"arm_again": BOOL, "after": NUMBER}`: how many open leads there are, and how many one call arms."""
    metrics.add_metric(name="RearmsAsked", unit=MetricUnit.Count, value=1)
    return {"leads": wiring.rearm().arm_again(wiring.clock()(), after=after, apply=apply), "at_once": AT_ONCE}


def _sweep() -> None:
    now = wiring.clock()()
    swept = wiring.sla().sweep(now)
    metrics.add_metric(name="SweepRepairs", unit=MetricUnit.Count, value=swept.repairs)
    metrics.add_metric(name="ReviewMailsLost", unit=MetricUnit.Count, value=wiring.weekly_mail().lost(now))
    metrics.add_metric(name="SweepFaults", unit=MetricUnit.Count, value=len(swept.faults))
    logger.info(
        "swept",
        routed=swept.routed,
        rung=swept.rung,
        sent=swept.sent,
        covered=swept.covered,
        offered=swept.offered,
        faults=len(swept.faults),
    )
    if swept.faults:
        raise ExceptionGroup("sweep faults", [fault.error for fault in swept.faults])
