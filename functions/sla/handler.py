"""Keep the promise: alarms by queue, the sweep by schedule.

It also re-arms leads for an operator.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import message_metrics, queue_batches
from leadtight.adapters.aws.time_left import time_left
from leadtight.adapters.dynamodb import stream
from leadtight.app.scheduled_runs import ScheduledRun
from leadtight.app.sla.rearm import AT_ONCE, LeadSelection
from leadtight.app.sweep import Left, SweepResult, SweepTaskKind
from leadtight.domain.model.codec import to_document

logger = Logger()
metrics = Metrics()
IN_HAND = timedelta(seconds=20)
"""Time reserved for the current task and the sweep's report."""

WATCHED = (SweepTaskKind.UNOWNED, SweepTaskKind.OVERDUE, SweepTaskKind.DIGESTS, SweepTaskKind.MESSAGES)
"""Kinds that should never be due for long.

Leads wait for a place, and for cover, by design.
"""


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | dict[str, Any] | None:
    """Handle a batch of alarms, sweep, or re-arm.

    Raises when the sweep met a fault: its alarm must see it.
    """
    if "arm_again" in event:
        return _arm_again(after=event["after"], apply=event["arm_again"])
    if "rearm" in event:
        return _rearm(event["rearm"], apply=event["apply"])
    if event.get("sweep"):
        _sweep(time_left(context, IN_HAND))
        return None
    metrics.add_metric(name="AlarmsRung", unit=MetricUnit.Count, value=len(event["Records"]))
    return queue_batches.take(event, _ring, context)


def _ring(record: SQSRecord) -> None:
    alarm = stream.alarm(record.body)
    bootstrap.trace_lead(alarm.lead_id)
    with logger.append_context_keys(correlation_id=alarm.lead_id):
        change = bootstrap.app().sla.on_alarm(alarm, bootstrap.clock()())
        if change:
            logger.info("alarm_rang", lead_id=alarm.lead_id, events=[event.kind for event in change.events])


def _rearm(chosen: dict[str, Any], *, apply: bool) -> dict[str, Any]:
    """Answer a re-arming request.

    It is `{"rearm": {"lead" | "pool" | "owner": ID} | {"everything": true}, "apply": BOOL}`.
    """
    metrics.add_metric(name="RearmsAsked", unit=MetricUnit.Count, value=1)
    answer = bootstrap.app().rearm.rearm(LeadSelection(**chosen), bootstrap.clock()(), apply=apply)
    logger.info("rearmed", applied=apply, leads=len(answer.leads), left=answer.left)
    document: dict[str, Any] = to_document(answer)
    return document


def _arm_again(*, after: int, apply: bool) -> dict[str, Any]:
    """Answer `{"arm_again": BOOL, "after": NUMBER}`.

    The answer is how many open leads there are, and how many one call arms.
    """
    metrics.add_metric(name="RearmsAsked", unit=MetricUnit.Count, value=1)
    return {
        "leads": bootstrap.app().rearm.arm_again(bootstrap.clock()(), after=after, apply=apply),
        "at_once": AT_ONCE,
    }


def _sweep(left: Left) -> None:
    """Sweep, and report everything before raising the failures."""
    now = bootstrap.clock()()
    swept = bootstrap.app().sla.sweep(now, left)
    errors = [fault.error for fault in swept.faults]
    _measure(swept, now)
    for measure in (_measure_budgets, _measure_unconfirmed, _measure_reviews, _measure_runs):
        try:
            measure(now)
        except Exception as error:  # noqa: BLE001 - raised below, after everything has been told
            errors.append(error)
    for fault in swept.faults:
        logger.error("sweep_fault", kind=fault.kind, lead_id=fault.lead_id, exc_info=fault.error)
    logger.info(
        "swept",
        routed=swept.routed,
        rung=swept.rung,
        sent=swept.sent,
        covered=swept.covered,
        offered=swept.offered,
        faults=len(swept.faults),
        unfinished=sorted(swept.unfinished),
    )
    if errors:
        raise ExceptionGroup("sweep faults", errors)


def _measure_budgets(now: datetime) -> None:
    """Write the used share of today's budgets, in percent.

    The largest is a metric of its own, for the alarm.
    """
    used = {channel: 100 * share for channel, share in bootstrap.app().send_limits.used(now).items()}
    for channel, percent in used.items():
        metrics.add_metric(name=f"BudgetUsed{channel.title()}", unit=MetricUnit.Percent, value=percent)
    metrics.add_metric(name="BudgetUsed", unit=MetricUnit.Percent, value=max(used.values()))


def _measure_unconfirmed(now: datetime) -> None:
    """Write how many messages no provider has confirmed in time."""
    message_metrics.write_unconfirmed(bootstrap.app().unconfirmed.late(now))


def _measure_reviews(now: datetime) -> None:
    """Write how many readers lack the latest weekly review."""
    metrics.add_metric(name="ReviewMailsLost", unit=MetricUnit.Count, value=bootstrap.app().weekly_mail.lost(now))


def _measure_runs(now: datetime) -> None:
    """Write how many scheduled runs are overdue; note this sweep.

    The noted row also passes the stream, whose readers have something to poll with every sweep.
    """
    overdue = bootstrap.app().scheduled_runs.overdue(now)
    for run, last in overdue.items():
        logger.error("run_overdue", run=run, last=str(last))
    metrics.add_metric(name="RunsOverdue", unit=MetricUnit.Count, value=len(overdue))
    bootstrap.app().scheduled_runs.succeeded(ScheduledRun.SWEEP, now)


def _measure(swept: SweepResult, now: datetime) -> None:
    """Write the metrics of repairs, faults by kind, and backlogs."""
    metrics.add_metric(name="SweepRepairs", unit=MetricUnit.Count, value=swept.repairs)
    metrics.add_metric(name="SweepFaults", unit=MetricUnit.Count, value=len(swept.faults))
    metrics.add_metric(name="SweepUnfinished", unit=MetricUnit.Count, value=len(swept.unfinished))
    for kind, count in Counter(fault.kind for fault in swept.faults).items():
        metrics.add_metric(name=f"SweepFaults{kind.title()}", unit=MetricUnit.Count, value=count)
    for kind in WATCHED:
        backlog = swept.backlogs[kind]
        metrics.add_metric(name=f"Backlog{kind.title()}", unit=MetricUnit.Count, value=backlog.count)
        age = backlog.age(now).total_seconds()
        metrics.add_metric(name=f"BacklogAge{kind.title()}", unit=MetricUnit.Seconds, value=age)
