"""Texts wait until the recipient's location permits them (H3)."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from leadtight.domain.model.errors import SendFailed
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Status, Template
from leadtight.policy import loader as policies
from tests.scenarios.world import World

TEXTS: dict[str, Any] = {"consent": {"sms": True}, "country": "US"}
BEFORE = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
"""Saturday night in San Francisco, Sunday elsewhere: half past one in New York, half past seven in Berlin."""


@pytest.mark.proves("E3")
@pytest.mark.parametrize(
    ("phone", "sent_at"),
    [
        ("+13055551234", datetime(2026, 11, 22, 13, 0, tzinfo=UTC)),  # Miami, 8 in the morning of Sunday
        ("+14155551234", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),  # San Francisco, 8 in the morning
        ("+14015551234", datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),  # Providence: no hour on a Sunday, then from nine
        ("+12145551234", datetime(2026, 11, 22, 18, 0, tzinfo=UTC)),  # Dallas: from noon on a Sunday
    ],
)
def test_a_text_waits_for_the_recipients_morning_however_long(phone: str, sent_at: datetime) -> None:
    world = World(now=BEFORE)
    lead_id = world.receive(phone=phone, **TEXTS)
    assert world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS).status is Status.PENDING
    world.advance(seconds=(sent_at - BEFORE).total_seconds() - 1)
    assert world.texter.sent == []
    world.advance(minutes=5)
    [sent] = world.texter.sent
    assert sent.permission.address == phone
    assert len(sent.permission.zones) == 1


def test_the_companys_own_hours_apply_in_the_recipients_zone() -> None:
    shipped = policies.shipped()
    later = replace(shipped, messaging=replace(shipped.messaging, sms_from=time(10), sms_until=time(18)))
    world = World(policy=later, now=datetime(2026, 11, 23, 17, 0, tzinfo=UTC))  # 9:00 in San Francisco
    lead_id = world.receive(phone="+14155551234", **TEXTS)
    world.advance(minutes=59)
    assert world.texter.sent == []
    world.advance(minutes=5)
    [sent] = world.texter.sent
    assert sent.permission.zones == ("America/Los_Angeles",)
    assert world.events(lead_id, Kind.MESSAGE_SENT)[-1].at == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.proves("H3")
def test_a_lead_with_a_stated_location_is_texted_by_its_local_time() -> None:
    world = World(now=datetime(2026, 11, 23, 20, 30, tzinfo=UTC))  # 21:30 in Berlin, 15:30 in New York
    world.receive(phone="+4930901820", country="DE", consent={"sms": True}, fields={"timezone": "America/New_York"})
    [sent] = world.texter.sent
    assert sent.permission.zones == ("America/New_York",)


def test_check_wait_and_send_are_in_the_history_with_policy_version_zone_and_reason() -> None:
    world = World(now=BEFORE)
    lead_id = world.receive(phone="+13055551234", **TEXTS)
    [waits] = world.events(lead_id, Kind.MESSAGE_PUT_OFF)
    assert (waits.data["channel"], waits.data["template"]) == ("sms", "acknowledge")
    assert waits.data["detail"] == "outside permitted hours"
    assert waits.data["decision"] == {
        "policy_version": world.policy.version,
        "verdict": "wait",
        "until": "2026-11-22T13:00:00.000000Z",
        "zones": ["America/New_York"],
    }
    world.advance(hours=14)
    sent = next(e for e in world.events(lead_id, Kind.MESSAGE_SENT) if e.data["channel"] == "sms")
    assert sent.data["decision"] == {
        "policy_version": world.policy.version,
        "verdict": "permitted",
        "person": person_key("+13055551234"),
        "basis": "consent",
        "zones": ["America/New_York"],
    }


def test_a_text_without_any_permitted_time_is_refused_with_its_reason() -> None:
    world = World()
    lead_id = world.receive(phone="+4930901820", **TEXTS)  # a number of Berlin, and any state of America
    refused = world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS)
    assert refused.status is Status.REFUSED
    assert refused.detail == "no hour is permitted in all possible time zones of the number"
    [event] = world.events(lead_id, Kind.MESSAGE_REFUSED)
    assert event.data["decision"]["policy_version"] == world.policy.version
    assert {"Europe/Berlin", "America/New_York", "Pacific/Honolulu"} <= set(event.data["decision"]["zones"])


def test_after_a_long_wait_a_text_still_has_its_full_retry_time() -> None:
    world = World(now=BEFORE)
    world.texter.failures = [SendFailed("busy")] * 3
    lead_id = world.receive(phone="+14015551234", **TEXTS)
    world.advance(hours=39)
    [sent] = world.texter.sent
    assert sent.permission.address == "+14015551234"
    assert world.message(lead_id, Template.ACKNOWLEDGE, Channel.SMS).status is Status.SENT
