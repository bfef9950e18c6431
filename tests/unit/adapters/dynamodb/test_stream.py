"""Parsing of stream and queue records.

A record of another kind yields no lead, message or mail.
"""

from typing import Any

import pytest

from leadtight.adapters.dynamodb import stream
from leadtight.adapters.dynamodb.rows import BoardIndexRow, EventRow, LeadRow, MessageRow, TableRow
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
