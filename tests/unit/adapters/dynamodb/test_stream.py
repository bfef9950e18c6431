"""Parsing of stream and queue records.

A record of another kind yields no lead, message or mail.
"""

import json
from typing import Any

import pytest

from leadtight.adapters.dynamodb import stream
from leadtight.adapters.dynamodb.rows import BoardIndexRow, EventRow, LeadRow, MessageRow, TableRow
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport
from leadtight.app.sla.sla import Alarm
from tests.contracts.changes import arrival

CHANGE = arrival("L1")


def record(row: TableRow) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"NewImage": row.serialize()}}


def test_each_reader_takes_only_its_own_kind_of_row() -> None:
    message, event = CHANGE.messages[0], CHANGE.events[0]
    of_lead, of_message = record(LeadRow.of(CHANGE.after)), record(MessageRow.of(message))
    of_event, of_board = record(EventRow.of(event, frees="ana")), record(BoardIndexRow.of(CHANGE.after))
    removed = {"eventName": "REMOVE", "dynamodb": {"OldImage": LeadRow.of(CHANGE.after).serialize()}}
    every = [of_lead, of_message, of_event, of_board, removed]
    assert [stream.lead(each) for each in every] == [CHANGE.after, None, None, None, None]
    assert [stream.message(each) for each in every] == [None, message, None, None, None]
    assert [stream.freed(each) for each in every] == [None, None, "ana", None, None]


def test_every_record_is_processed_and_all_failures_are_raised() -> None:
    handled = []

    def handle(record: stream.Record) -> None:
        handled.append(record["n"])
        if record["n"] in (1, 3):
            raise ValueError(str(record["n"]))

    with pytest.raises(ExceptionGroup) as failed:
        stream.process([{"n": n} for n in range(5)], handle)
    assert handled == [0, 1, 2, 3, 4]
    assert failed.value.message == "records failed"
    assert [str(error) for error in failed.value.exceptions] == ["1", "3"]


def test_without_a_failure_nothing_is_raised() -> None:
    handled: list[stream.Record] = []
    stream.process([{"n": 1}, {"n": 2}], handled.append)
    assert handled == [{"n": 1}, {"n": 2}]


def test_an_alarm_carries_lead_token_and_pool() -> None:
    assert stream.alarm('{"lead_id": "L1", "token": "t", "pool_id": "inbound"}') == Alarm(
        lead_id="L1", token="t", pool_id="inbound"
    )
    with pytest.raises(KeyError):
        stream.alarm('{"lead_id": "L1", "token": "t"}')


@pytest.mark.parametrize(
    ("body", "is_retry"),
    [
        ('{"schema": "leadtight.retry/1"}', True),
        ('{"schema": "leadtight.alarm/1"}', False),
        ('{"schema": null}', False),
        ("{}", False),
        ('["leadtight.retry/1"]', False),
    ],
)
def test_a_retry_is_recognised_by_its_schema(body: str, is_retry: bool) -> None:
    assert stream.is_retry(body) is is_retry


def test_a_hint_names_the_held_delivery() -> None:
    assert stream.held_id('{"held_id": "H1"}') == "H1"
    assert stream.held_id('{"held_id": 7}') == "7"


def notification(*files: tuple[str, str]) -> str:
    return json.dumps({"Records": [{"eventName": name, "s3": {"object": {"key": key}}} for name, key in files]})


@pytest.mark.parametrize(
    ("body", "files"),
    [
        (notification(("ObjectCreated:Put", "ses/a+b%26c"), ("ObjectCreated:Copy", "ses/2")), ("ses/a b&c", "ses/2")),
        (notification(("ObjectRemoved:Delete", "ses/1"), ("ObjectCreated:Put", "ses/2")), ("ses/2",)),
        (notification(("ObjectCreated:Put", "ses/AMAZON_SES_SETUP_NOTIFICATION")), ()),
        ('{"Event": "s3:TestEvent"}', ()),
        ('{"Event": "s3:Other"}', None),
        ('{"held_id": "H1"}', None),
        ("[1]", None),
    ],
    ids=[
        "names are quoted",
        "removed ones are none",
        "a trial of SES",
        "a trial of S3",
        "another event",
        "a hint",
        "a list",
    ],
)
def test_a_notification_names_the_new_mails(body: str, files: tuple[str, ...] | None) -> None:
    assert stream.mail_files(body) == files


def event(kind: str, *, key: str = "eventType", **more: Any) -> dict[str, Any]:
    tags = {"lead_id": ["L1"], "message_id": ["ack"]}
    return {key: kind, "mail": {"messageId": "p-1", "tags": tags}} | more


def bounce(kind: str, *codes: str | None) -> dict[str, Any]:
    recipients = [{"diagnosticCode": code} if code else {"emailAddress": "ada@example.com"} for code in codes]
    return {"bounceType": kind, "bouncedRecipients": recipients}


@pytest.mark.parametrize(
    ("notification", "reported", "detail"),
    [
        (event("Send"), DeliveryReceipt.ACCEPTED, ""),
        (event("Delivery"), DeliveryReceipt.ACCEPTED, ""),
        (event("Delivery", key="notificationType"), DeliveryReceipt.ACCEPTED, ""),
        (event("Reject"), DeliveryReceipt.BOUNCED, "reject"),
        (event("Rendering Failure"), DeliveryReceipt.BOUNCED, "rendering failure"),
        (event("Complaint"), DeliveryReceipt.COMPLAINED, "complaint"),
        (event("Complaint", complaint={"complaintFeedbackType": "abuse"}), DeliveryReceipt.COMPLAINED, "complaint"),
        (
            event("Bounce", bounce=bounce("Permanent", None, "550 no such user")),
            DeliveryReceipt.BOUNCED,
            "550 no such user",
        ),
        (event("Bounce", bounce=bounce("Permanent", None)), DeliveryReceipt.BOUNCED, "bounced"),
        (event("Bounce", bounce={"bounceType": "Permanent"}), DeliveryReceipt.BOUNCED, "bounced"),
    ],
    ids=lambda value: value.get("eventType") if isinstance(value, dict) else str(value),
)
@pytest.mark.parametrize("is_wrapped", [True, False], ids=["in a notification", "bare"])
def test_a_report_gives_the_result_of_a_message(
    notification: dict[str, Any], reported: DeliveryReceipt, detail: str, is_wrapped: bool
) -> None:
    body = json.dumps({"Message": json.dumps(notification)} if is_wrapped else notification)
    ours = DeliveryReport(provider_id="p-1", reported=reported, detail=detail, lead_id="L1", message_id="ack")
    assert stream.delivery_report(body) == ours


def test_a_report_without_our_tags_is_matched_by_provider_id() -> None:
    for mail in (
        {"messageId": "p-1"},
        {"messageId": "p-1", "tags": {"lead_id": [], "ses:from-domain": ["example.com"]}},
    ):
        body = json.dumps({"eventType": "Delivery", "mail": mail})
        assert stream.delivery_report(body) == DeliveryReport(provider_id="p-1", reported=DeliveryReceipt.ACCEPTED)


@pytest.mark.parametrize(
    "notification",
    [
        event("Open"),
        event("DeliveryDelay"),
        event("Bounce", bounce=bounce("Transient", "452 full")),
        event("Bounce", bounce=bounce("Undetermined")),
        event("Complaint", complaint={"complaintFeedbackType": "Not-Spam"}),
    ],
    ids=["opened", "delayed", "soft", "undetermined", "no spam"],
)
def test_an_irrelevant_event_is_not_a_report(notification: dict[str, Any]) -> None:
    assert stream.delivery_report(json.dumps(notification)) is None


def test_an_event_of_something_else_is_an_error() -> None:
    with pytest.raises(KeyError):
        stream.delivery_report('{"mail": {"messageId": "p-1"}}')
