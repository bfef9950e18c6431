"""Deadlines under shipped targets and any calendar.

C10, F1, F2, F4 and F8.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadtight.domain.model.event import EventKind
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.policy import loader as policies
from tests.scenarios.reports import reports
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World

OFFICE = """timezone = "Europe/Berlin"
hours = { mon-thu = ["09:00-12:30", "13:30-18:00"], fri = ["09:00-12:30", "13:30-16:00"] }
closed = ["2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01", "2027-03-26", "2027-03-29"]
"""
NINE_TO_FIVE = 'hours = { mon-fri = ["09:00-17:00"] }'
ALL_HOURS = 'hours = { mon-sun = ["00:00-24:00"] }'


@pytest.mark.proves("C10", "F8")
@pytest.mark.parametrize(
    ("body", "task"),
    [
        ({"message": HOT, "phone": "+49 30 901820"}, "Call Ada Obi"),
        ({"message": WARM}, "Write to Ada Obi"),
        ({"email": "ada(at)example.com"}, "Find a way to reach Ada Obi, or close the lead"),
    ],
)
def test_owner_timer_and_next_action_with_the_same_due_time_are_one_write(body: dict[str, str], task: str) -> None:
    world = World(stream_down=True, sweeping=False)
    lead_id = world.receive(name="Ada Obi", **body)
    before = world.lead(lead_id)
    assert (before.owner_id, before.next_action, before.clocks) == (None, None, ())
    world.advance(minutes=1)
    world.sweep()
    [assigned] = world.events(lead_id, EventKind.LEAD_ASSIGNED)
    assert {"owner_id", "next_action", "clocks"} <= assigned.changes.keys()
    lead = world.lead(lead_id)
    timer = lead.clock(FIRST_RESPONSE)
    assert lead.owner_id is not None
    assert timer is not None
    assert lead.next_action is not None
    assert lead.next_action.what == task
    assert lead.next_action.due_at == timer.deadline == lead.promise.deadline


@pytest.mark.proves("F1")
def test_lead_keeps_the_target_of_its_source_or_tier_and_the_policy_version() -> None:
    policy = policies.shipped()
    warm = replace(policy.tiers[-1], target_by_source={"fair": "same_day"})
    world = World(policy=replace(policy, tiers=(*policy.tiers[:-1], warm), version="7"))
    due = {"fair": ("warm", "same_day", timedelta(hours=9)), "api": ("warm", "warm", timedelta(hours=1))}
    for source, (tier, target, within) in due.items():
        promise = world.lead(world.receive(message=WARM, source=source)).promise
        assert (promise.tier, promise.target, promise.policy_version) == (tier, target, "7")
        assert promise.deadline == MONDAY_NINE + within


@pytest.mark.proves("F2")
def test_hot_lead_is_due_in_five_minutes_and_the_share_reached_by_then_is_reported() -> None:
    world = World()
    quick, late = world.receive(message=HOT), world.receive(message=HOT)
    lead = world.lead(quick)
    assert (lead.promise.tier, lead.promise.deadline) == ("hot", MONDAY_NINE + timedelta(minutes=5))
    assert not lead.is_breached(MONDAY_NINE + timedelta(minutes=5))
    world.advance(minutes=4, seconds=59)
    world.press(quick, "connected")
    world.advance(seconds=1)
    world.press(late, "connected")
    report = reports(world).nightly(MONDAY_NINE.date(), world.now + timedelta(days=1))
    assert (report["leads"], report["buckets"]["under_5m"]) == (2, 1)


@pytest.mark.proves("F4")
@pytest.mark.parametrize(
    ("calendar", "arrived", "due"),
    [
        (NINE_TO_FIVE, "2026-11-20T16:30", "2026-11-23T09:30"),  # over the weekend
        (NINE_TO_FIVE, "2026-11-20T16:00", "2026-11-20T17:00"),
        (NINE_TO_FIVE, "2026-11-22T03:00", "2026-11-23T10:00"),
        ('hours = { mon-fri = ["09:00-12:30", "13:30-17:00"] }', "2026-11-23T12:00", "2026-11-23T14:00"),
        (f'{NINE_TO_FIVE}\nclosed = ["2026-11-24"]', "2026-11-23T16:30", "2026-11-25T09:30"),
        (f'{NINE_TO_FIVE}\nholidays = ["DE-HH"]', "2026-12-31T16:30", "2027-01-04T09:30"),  # New Year's Day
        (f'{NINE_TO_FIVE}\nholidays = ["US"]', "2026-11-25T16:30", "2026-11-27T09:30"),  # Thanksgiving
        (f'{NINE_TO_FIVE}\nopen = {{ "2026-11-21" = ["10:00-12:00"] }}', "2026-11-20T16:30", "2026-11-21T10:30"),
        (ALL_HOURS, "2026-03-29T01:30", "2026-03-29T03:30"),  # the clock goes forward from two to three
        ('hours = { sun = ["02:30-06:00"] }', "2026-03-29T00:30", "2026-03-29T04:00"),  # and so opens at three
        (ALL_HOURS, "2026-10-25T01:30", "2026-10-25T02:30"),
        (ALL_HOURS, "2026-10-25T02:30", "2026-10-25T02:30+01:00"),  # and back from three to two
    ],
)
def test_lead_is_due_after_an_hour_that_the_calendar_counts(calendar: str, arrived: str, due: str) -> None:
    shipped = policies.SHIPPED.read_text()
    assert OFFICE in shipped
    everyone = shipped.replace(OFFICE, f'timezone = "Europe/Berlin"\n{calendar}\n')
    without_evenings = everyone.replace('target = "next_morning"', 'target = "warm"')
    world = World(policy=policies.parse(without_evenings.encode()), now=berlin(arrived))
    lead = world.lead(world.receive(message=WARM))
    assert lead.promise.target == "warm"
    assert lead.promise.deadline == berlin(due)


def berlin(text: str) -> datetime:
    """Return an instant, by Berlin's clock without an offset."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Europe/Berlin"))).astimezone(UTC)
