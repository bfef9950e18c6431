"""Assign new leads, and waiting ones when capacity was freed."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.dynamodb import stream
from leadtight.domain.model.lead import Lead

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> None:
    """Route a batch's new leads, and reassign freed capacity.

    Raises when any failed: all of it may come again.
    """
    arrived: list[Lead] = []
    try:
        stream.process(event["Records"], partial(_read, arrived))
    finally:
        _route(arrived)


def _read(arrived: list[Lead], record: stream.Record) -> None:
    person = stream.freed(record)
    if person:
        _offer_on(person)
    elif lead := stream.lead(record):
        arrived.append(lead)


def _offer_on(person: str) -> None:
    for change in bootstrap.app().route.freed(person, bootstrap.clock()()):
        bootstrap.trace_lead(change.after.id)
        with logger.append_context_keys(correlation_id=change.after.id):
            logger.info("lead_offered_on", lead_id=change.after.id, owner=change.after.owner_id)


def _route(leads: list[Lead]) -> None:
    for change in bootstrap.app().route.route_all(leads, bootstrap.clock()()) if leads else ():
        lead = change.after
        bootstrap.trace_lead(lead.id)
        with logger.append_context_keys(correlation_id=lead.id):
            logger.info("lead_assigned", lead_id=lead.id, owner=lead.owner_id, pool=lead.pool_id)
