"""“Call me next week”: a task at that time (G5).

The time is on the lead's own clock.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadtight.adapters.contact_points.timezones import local_time_of
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.compliance.timezone import TimezoneSource
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import Template
from tests.scenarios.world import MONDAY_NINE, World

NEXT_WEEK = "2026-11-30T09:00"
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = {"phone": "+1 212 555 0123", "country": "US"}
CLOCKS: list[tuple[dict[str, Any], str, TimezoneSource]] = [
    (NEW_YORK, "America/New_York", TimezoneSource.PHONE),
    ({"phone": "+44 7911 123456"}, "Europe/London", TimezoneSource.PHONE),  # four zones, one time
    ({"phone": "+1 800 555 0123"}, "Europe/Berlin", TimezoneSource.COMPANY),  # all of North America
    ({"country": "IN"}, "Asia/Kolkata", TimezoneSource.COUNTRY),
    ({"country": "US"}, "Europe/Berlin", TimezoneSource.COMPANY),
    ({"phone": "+61 412 345 678", "country": "AU"}, "Europe/Berlin", TimezoneSource.COMPANY),
    ({"fields": {"timezone": "Asia/Tokyo"}, **NEW_YORK}, "Asia/Tokyo", TimezoneSource.SAID),
    ({"fields": {"timezone": "../etc/passwd"}, **NEW_YORK}, "America/New_York", TimezoneSource.PHONE),
    ({"fields": {"timezone": "Mars/Olympus"}}, "Europe/Berlin", TimezoneSource.COMPANY),
    ({}, "Europe/Berlin", TimezoneSource.COMPANY),
]


@pytest.mark.proves("G5")
@pytest.mark.parametrize(("fields", "zone", "known_by"), CLOCKS)
def test_a_callback_is_a_task_at_the_leads_own_time_before_the_response(
    fields: dict[str, Any], zone: str, known_by: TimezoneSource
) -> None:
    world = World()
    lead_id = world.receive(name="Ada Obi", **fields)
    lead = world.lead(lead_id)
    local = local_time_of(BERLIN, lead.inquiry, world.now)
    callback_at = datetime(2026, 11, 30, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert local.known_by is known_by
    form = OutcomeForm(outcome="callback", submission=lead.version, follow_up=NEXT_WEEK)
    done = world.desk.record(world.link(lead_id), form, world.now).lead
    assert done.next_action is not None
    assert (done.next_action.what, done.next_action.due_at) == ("Call Ada Obi back", callback_at)
    assert done.next_action.agreed
    assert done.wake_at == callback_at
    assert world.lead(lead_id) == done
    assert any(armed.id == lead_id and armed.wake_at == callback_at for armed in world.alarms.armed.values())


@pytest.mark.proves("G5")
def test_the_task_rings_at_exactly_that_minute() -> None:
    world = World()
    lead_id = world.receive(**NEW_YORK)
    world.press(lead_id, "callback", follow_up=NEXT_WEEK)
    due = datetime(2026, 11, 30, 14, tzinfo=UTC)
    world.advance(seconds=(due - world.now).total_seconds() - 60)
    sent = len(world.mailer.sent)
    world.advance(minutes=1)
    [mail] = world.mailer.sent[sent:]
    assert (mail.permission.address, mail.permission.purpose) == ("ana@leadtight.example", Template.DEADLINE_MISSED)


@pytest.mark.proves("G5")
def test_a_callback_requires_a_time() -> None:
    world = World()
    lead_id = world.receive()
    with pytest.raises(InvalidInquiry) as caught:
        world.press(lead_id, "callback")
    assert [p.field for p in caught.value.problems] == ["follow_up"]
    assert world.lead(lead_id).last_outcome is None


def test_a_time_with_a_zone_is_that_instant() -> None:
    world = World()
    lead_id = world.receive(**NEW_YORK)
    action = world.press(lead_id, "callback", follow_up="2026-11-30T09:00+01:00").lead.next_action
    assert action is not None
    assert action.due_at == MONDAY_NINE + timedelta(days=7)


@pytest.mark.proves("G5")
def test_the_page_names_the_zone_of_the_time() -> None:
    world = World()
    lead_id, unknown = world.receive(**NEW_YORK), world.receive()
    pages = Pages(world.policy)
    form = pages.outcome(world.desk.show(world.link(lead_id), world.now), world.now)
    assert "In their local time: it is now Mon 23 Nov, 03:00, New York time (by their number)." in form
    assert "Needed for: Call me at …" in form
    form = pages.outcome(world.desk.show(world.link(unknown), world.now), world.now)
    assert "Berlin time (ours: their location is not known)" in form
    done = world.press(lead_id, "callback", follow_up=NEXT_WEEK)
    assert "by Mon 30 Nov, 15:00 (Mon 30 Nov, 09:00, New York time)" in pages.outcome(done, world.now)


def test_an_invalid_number_implies_no_zone() -> None:
    assert local_time_of(BERLIN, Inquiry(phone="0", country="XX"), MONDAY_NINE).known_by is TimezoneSource.COMPANY
