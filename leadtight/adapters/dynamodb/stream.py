"""Records of the stream and bodies of queues, as values."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadtight.adapters.dynamodb.rows import EventRow, LeadRow, MessageRow, TableRow
from leadtight.app.sla.sla import Alarm
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message

Record = Mapping[str, Any]


def process(records: Iterable[Record], handle: Callable[[Record], None]) -> None:
    """Handle every record, then raise all failures together.

    The whole batch comes again, which is harmless; AWS bisects it until a poison record stands alone and goes to the
    failure queue. Partial answers would do on AWS, but the local cloud takes them for success.
    """
    failures: list[Exception] = []
    for record in records:
        try:
            handle(record)
        except Exception as error:  # noqa: BLE001 - raised below, after the other records had their turn
            failures.append(error)
    if failures:
        raise ExceptionGroup("records failed", failures)


def lead(record: Record) -> Lead | None:
    """Return the lead in a stream record, else None."""
    row = _row(record)
    return row.value() if isinstance(row, LeadRow) else None


def freed(record: Record) -> str | None:
    """Return the person whose open leads an event reduces.

    None for any other event.
    """
    row = _row(record)
    return row.frees if isinstance(row, EventRow) else None


def message(record: Record) -> Message | None:
    """Return the message in a stream record, else None."""
    row = _row(record)
    return row.value() if isinstance(row, MessageRow) else None


def _row(record: Record) -> TableRow | None:
    image = record["dynamodb"].get("NewImage")
    return TableRow.from_raw_data(image) if image else None


def alarm(body: str) -> Alarm:
    """Parse an alarm.

    Raises KeyError or ValueError for an invalid body.
    """
    content = json.loads(body)
    return Alarm(lead_id=content["lead_id"], token=content["token"], pool_id=content["pool_id"])


def is_retry(body: str) -> bool:
    """Check whether a message asks for an outbox retry.

    Raises ValueError when it is not JSON.
    """
    content = json.loads(body)
    return isinstance(content, dict) and str(content.get("schema", "")).startswith("leadtight.retry/")
