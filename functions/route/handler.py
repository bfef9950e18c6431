"""Give new leads their owner."""

from typing import Any

from aws_lambda_powertools import Logger

from leadtight import wiring
from leadtight.adapters import stream

logger = Logger()


def handle(event: dict[str, Any], context: object) -> None:
    """Route every new lead of a batch of stream records. Raises when any failed: all of it may come again."""
    stream.process(event["Records"], _route)


def _route(record: stream.Record) -> None:
    lead = stream.lead(record)
    change = wiring.route().route(lead, wiring.clock()()) if lead else None
    if change:
        logger.info("lead_assigned", lead_id=change.after.id, owner=change.after.owner_id, pool=change.after.pool_id)
