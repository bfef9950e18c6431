"""Invented times and numbers are stored but not believed.

No clock, text or call believes them.
"""

import json

import pytest

from leadtight.domain.calendar.timestamps import format_timestamp
from tests.hostile.conftest import Door

TIMES = (
    *("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2031-01-01T00:00:00+14:00"),
    *("2026-11-23T07:00:00Z", "2026-11-22T08:00:00Z", "-1", "0", "1e999", "NaN", "now", "2026-13-45", "٢٠٢٦-١١-٢٣"),
)
NUMBERS = (
    "+88312345678901",
    "+882161234567",
    "+449012345678",
    "+19005551234",
    "+870123456789",
    "+9791234567890",
    "118",
)
"""Networks of no country, satellites, and numbers that charge the caller."""


@pytest.mark.parametrize("at", TIMES)
def test_a_strangers_receipt_time_moves_no_timer(door: Door, at: str) -> None:
    answer = door.post(name="Ada Obi", email="ada@example.com", message="Please call me today", received_at=at)
    assert answer["statusCode"] == 202
    lead = door.lead()
    assert lead.promise.deadline > door.stage.start, "a promise is never broken before it is made"
    assert abs((lead.received_at - door.stage.start).total_seconds()) < 60
    assert lead.wake_at is not None
    assert at in json.dumps(door.stage.table.items[f"LEAD#{lead.id}"]["LEAD"]["doc"]["S"], ensure_ascii=False)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_must_not_be_dialled_is_neither_texted_nor_called(door: Door, number: str) -> None:
    consent = {"sms": True, "calls": True, "text": "yes", "url": "https://www.example.com/"}
    answer = door.post(name="Ada Obi", email="ada@example.com", phone=number, message="call me", consent=consent)
    assert answer["statusCode"] == 202
    door.settle(600)
    assert door.stage.account.texts == []
    assert number in json.dumps(door.stage.table.items[f"LEAD#{door.lead_id}"]["LEAD"]["doc"]["S"])


@pytest.mark.parametrize("value", ["1e400", "-1", "NaN", "Infinity", "9" * 400, "0x10", "1,000,000.00.00", "€"])
def test_an_invalid_value_is_kept_and_the_lead_is_accepted(door: Door, value: str) -> None:
    answer = door.post(name="Ada Obi", email="ada@example.com", message="hello", value=value)
    assert answer["statusCode"] == 202
    assert door.lead().owner_id is not None
    assert format_timestamp(door.lead().promise.deadline)
