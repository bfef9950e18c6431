"""Records of the stream and bodies of queues, as values."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from leadtight.adapters.dynamodb.rows import EventRow, LeadRow, MessageRow, TableRow
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.app.sla.sla import Alarm
from leadtight.domain.intake.inbound_email import Complaint
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message

Record = Mapping[str, Any]

_REPORTED = {
    "Send": DeliveryReceipt.ACCEPTED,
    "Delivery": DeliveryReceipt.ACCEPTED,
    "Bounce": DeliveryReceipt.BOUNCED,
    "Reject": DeliveryReceipt.BOUNCED,
    "Rendering Failure": DeliveryReceipt.BOUNCED,
    "Complaint": DeliveryReceipt.COMPLAINED,
}


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


def held_id(body: str) -> str:
    """Return the id of the delivery that a hint names.

    Raises KeyError or ValueError for an invalid body.
    """
    return str(json.loads(body)["held_id"])


def mail_files(body: str) -> tuple[str, ...] | None:
    """Return the mails that a bucket notification announces.

    None for any other body. The mail with which SES tests a new rule does not count, nor does the notification with
    which S3 tests a new queue.
    """
    content = json.loads(body)
    if not isinstance(content, dict) or not ("Records" in content or content.get("Event") == "s3:TestEvent"):
        return None
    created = [r for r in content.get("Records", ()) if str(r["eventName"]).startswith("ObjectCreated")]
    files = (unquote_plus(record["s3"]["object"]["key"]) for record in created)
    return tuple(file for file in files if not file.endswith(SES_TRIAL))


SES_TRIAL = "AMAZON_SES_SETUP_NOTIFICATION"


def delivery_report(body: str) -> DeliveryReport | None:
    """Return the report of an SES event within SNS.

    None for events that change nothing: opens, delays and soft bounces, after which SES tries again. Reads both event
    publishing (`eventType`) and identity notifications (`notificationType`). Raises KeyError or ValueError for any
    other body.
    """
    content = json.loads(body)
    event = json.loads(content["Message"]) if "Message" in content else content
    kind = event.get("eventType") or event["notificationType"]
    if kind not in _REPORTED or _is_soft_bounce(event) or _is_no_complaint(event):
        return None
    tags = event["mail"].get("tags", {})
    return DeliveryReport(
        provider_id=event["mail"]["messageId"],
        reported=_REPORTED[kind],
        detail=_detail(event, kind),
        lead_id=next(iter(tags.get("lead_id", ())), None),
        message_id=next(iter(tags.get("message_id", ())), None),
    )


def _is_soft_bounce(event: Mapping[str, Any]) -> bool:
    return "bounce" in event and event["bounce"].get("bounceType") != "Permanent"


def _is_no_complaint(event: Mapping[str, Any]) -> bool:
    """Check whether a feedback report is not a complaint.

    It takes a mail out of the spam folder, or is about a signature.
    """
    feedback_type = str(event.get("complaint", {}).get("complaintFeedbackType") or "").casefold()
    return not Complaint(message_ids=(), feedback_type=feedback_type).ends_mail


def _detail(event: Mapping[str, Any], kind: str) -> str:
    if "bounce" in event:
        recipients = event["bounce"].get("bouncedRecipients", ())
        return next((r["diagnosticCode"] for r in recipients if r.get("diagnosticCode")), "bounced")
    return "" if _REPORTED[kind] is DeliveryReceipt.ACCEPTED else kind.lower()
