"""Reports of programs about mails and meetings.

RFC 3464 (delivery), 8098 (receipts), 5965 (complaints), 5546 (calendars).
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Any

from leadtight.adapters.email.headers import parameter, raw_header
from leadtight.domain.intake.inbound_email import (
    CORRELATION_HEADER,
    Attachment,
    Complaint,
    DeliveryStatusNotification,
    ReportKind,
)
from leadtight.domain.text.sanitizing import sanitize

LONGEST_ID = 500
LONGEST_CALENDAR = 100_000
_ID = re.compile(r"<([^<>\s]{1,500})>")
_KINDS = {
    "message/delivery-status": ReportKind.DELIVERY,
    "message/global-delivery-status": ReportKind.DELIVERY,
    "message/disposition-notification": ReportKind.RECEIPT,
    "message/global-disposition-notification": ReportKind.RECEIPT,
    "message/feedback-report": ReportKind.COMPLAINT,
}
_MAILS = ("message/rfc822", "message/global")
_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_CALENDAR_ANSWER = re.compile(r"(?im)^METHOD:[ \t]*REPLY[ \t\r]*$")


def report_kind(message: Message, parts: Sequence[Message]) -> ReportKind | None:
    """Return the kind of report, None for any other mail.

    It is known by the mail's type, else by the reporting part. A message of Exchange says so in its class
    (`REPORT.IPM.Note.IPNRN`) when it has lost its type. A gateway puts a report beside its own words as the first part
    of a mail.
    """
    if (inner := _first_part(message)) is not None and inner.get_content_type() == "multipart/report":
        return report_kind(inner, parts)
    if message.get_content_type() == "multipart/report":
        report_type = parameter(message, "content-type", "report-type").lower()
        if report_type in set(ReportKind):
            return ReportKind(report_type)
        return next((_KINDS[p.get_content_type()] for p in parts if p.get_content_type() in _KINDS), None)
    if message.get_content_type() in _KINDS:
        return _KINDS[message.get_content_type()]
    if any(_is_calendar_answer(part) for part in parts):
        return ReportKind.CALENDAR
    return _of_class(message)


def kind_of_types(message: Message, attachments: Sequence[Attachment]) -> ReportKind | None:
    """Return a report's kind by types alone.

    They are the types of a mail and its parts, which a provider took apart.
    """
    content_type = raw_header(message, "x-leadtight-content-type").lower()
    report = re.search(r"report-type\s*=\s*\"?([\w-]{1,40})", content_type)
    if report and report[1] in set(ReportKind):
        return ReportKind(report[1])
    if re.match(r"text/calendar\b.*method\s*=\s*\"?reply", content_type):
        return ReportKind.CALENDAR
    return next((_KINDS[a.kind.lower()] for a in attachments if a.kind.lower() in _KINDS), _of_class(message))


def delivery_report(parts: Sequence[Message]) -> DeliveryStatusNotification:
    """Return the delivery status of a report."""
    status_part = next((p for p in parts if _KINDS.get(p.get_content_type()) is ReportKind.DELIVERY), None)
    fields = _fields(status_part) if status_part is not None else {}
    status = fields.get("status", "")
    failed = fields.get("action", "").casefold() == "failed" and not status.startswith("4")
    detail = fields.get("diagnostic-code") or status or "returned"
    return DeliveryStatusNotification(message_ids=tuple(_reported_ids(parts)), failed=failed, detail=detail[:300])


def complaint(parts: Sequence[Message]) -> Complaint:
    """Return the complaint of a feedback report."""
    report = next((p for p in parts if p.get_content_type() == "message/feedback-report"), None)
    fields = _fields(report) if report is not None else {}
    return Complaint(
        message_ids=tuple(_reported_ids(parts)),
        mark=next(filter(None, _headers_of(parts, CORRELATION_HEADER)), ""),
        feedback_type=fields.get("feedback-type", "").strip().casefold(),
    )


def first_id(text: str) -> str:
    """Return the first Message-ID of a header, or its substitute."""
    match = _ID.search(text)
    return match[1] if match else text.strip("<> ")[:LONGEST_ID]


def _first_part(message: Message) -> Message | None:
    """Return the first part of a mail of mixed parts."""
    children: Any = message.get_payload() if message.get_content_type() == "multipart/mixed" else None
    first = children[0] if isinstance(children, list) and children else None
    return first if isinstance(first, Message) else None


def _of_class(message: Message) -> ReportKind | None:
    message_class = next(
        (
            value
            for name in ("x-message-class", "message-class", "x-ms-exchange-message-class")
            if (value := raw_header(message, name))
        ),
        "",
    ).upper()
    if re.fullmatch(r"REPORT\..*\.IPNN?RN", message_class):
        return ReportKind.RECEIPT
    if re.fullmatch(r"REPORT\..*\.(N?DR|DELAYED)", message_class):
        return ReportKind.DELIVERY
    return None


def _is_calendar_answer(part: Message) -> bool:
    """Check whether a part answers an invitation.

    It says yes, no or perhaps, by the press of a button.
    """
    if part.get_content_type() not in ("text/calendar", "application/ics"):
        return False
    if method := parameter(part, "content-type", "method"):
        return method.upper() == "REPLY"
    content: Any = part.get_payload(decode=True)
    return bool(_CALENDAR_ANSWER.search(bytes(content or b"")[:LONGEST_CALENDAR].decode("utf-8", "replace")))


def _fields(report: Message) -> dict[str, str]:
    """Return the fields of the report and its first recipient."""
    blocks: Any = report.get_payload()
    if isinstance(blocks, str):
        content: Any = report.get_payload(decode=True)
        lines = bytes(content or b"").decode("utf-8", "replace").splitlines()
        return {
            name.strip().lower(): sanitize(value) for name, colon, value in (x.partition(":") for x in lines) if colon
        }
    pairs = [(n.lower(), sanitize(str(v))) for b in blocks if isinstance(b, Message) for n, v in b.raw_items()]
    if not any(pairs) and blocks and isinstance(blocks[0], Message):
        return _fields(blocks[0])
    return dict(reversed(pairs))


def _reported_ids(parts: Sequence[Message]) -> Iterator[str]:
    """Yield the ids of the reported mail.

    It may be only partly in the report.
    """
    for value in _headers_of(parts, "message-id"):
        if message_id := first_id(value):
            yield message_id


def _headers_of(parts: Sequence[Message], name: str) -> Iterator[str]:
    """Yield a header's values in the mails within a report.

    The mails may be whole or partial.
    """
    for part in parts:
        if part.get_content_type() in _MAILS:
            inner: Any = part.get_payload()
            yield from (raw_header(m, name) for m in inner if isinstance(m, Message))
        elif part.get_content_type() in _HEADERS:
            content: Any = part.get_payload(decode=True) or part.get_payload()
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
            yield from (
                sanitize(v) for v in re.findall(rf"(?im)^{re.escape(name)}:[ \t]*(\S[^\r\n]{{0,600}})", text[:100_000])
            )
