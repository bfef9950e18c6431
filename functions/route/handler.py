"""Give new leads their owner, and waiting ones whoever has a place again."""

from typing import Any

from aws_lambda_powertools import Logger

from leadtight import wiring
from leadtight.adapters import stream

logger = Logger()


def handle(event: dict[str, Any], context: object) -> None:
    """Route every new lead of a batch of stream records, and offer waiting ones on when a place became free.

    Raises when any failed: all of it may come again.
    """
    stream.process(event["Records"], _handle)


def _handle(record: stream.Record) -> None:
    person = stream.freed(record)
    if person:
        _offer_on(person)
    else:
        _route(record)


def _offer_on(person: str) -> None:
    for change in wiring.route().freed(person, wiring.clock()()):
        logger.info("lead_offered_on", lead_id=change.after.id, owner=change.after.owner_id)


def _route(record: stream.Record) -> None:
    lead = stream.lead(record)
    change = wiring.route().route(lead, wiring.clock()()) if lead else None
    if change:
        logger.info("lead_assigned", lead_id=change.after.id, owner=change.after.owner_id, pool=change.after.pool_id)
