"""Reports use the hours and days of their named zone."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from leadtight.reporting.metrics.patterns import WEEKDAYS
from tests.unit.reporting.history import History, utc

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def around_the_clock(zone: str) -> Policy:
    """Return the shipped policy with a calendar that never closes.

    The company is in `zone`.
    """
    text = policies.SHIPPED.read_text(encoding="utf-8")
    company, rest = text.split("[company]", 1)
    rest = rest.replace('timezone = "Europe/Berlin"', f'timezone = "{zone}"', 1)
    return policies.parse(f'{company}[company]{rest}calendar = "always"\n'.encode())


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(zone=st.sampled_from(ZONES), hours=st.lists(st.integers(0, 24 * 26), min_size=1, max_size=6, unique=True))
def test_leads_are_in_the_heat_map_at_the_companys_local_hour(zone: str, hours: list[int]) -> None:
    h = History(around_the_clock(zone))
    came = [utc("2026-03-03 00:41") + timedelta(hours=n) for n in hours]
    for n, at in enumerate(came):
        h.receive(f"l{n}", f"{at:%Y-%m-%d %H:%M}")
    h.reports().nightly(date(2026, 3, 29), utc("2026-03-30 14:00"))
    night = json.loads(h.files.files["metrics/dt=2026-03-29/metrics.json"])
    local = [at.astimezone(ZoneInfo(zone)) for at in came]
    expected = {(WEEKDAYS[at.weekday()], at.hour) for at in local if at.date() >= date(2026, 3, 2)}
    assert {(cell["weekday"], cell["hour"]) for cell in night["heat"] if cell["leads"]} == expected


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_the_calendar_that_never_closes_uses_the_companys_zone_every_day(zone: str) -> None:
    policy = around_the_clock(zone)
    assert policy.report_calendar.zone.key == zone
    h = History(policy)
    for day in (3, 10):
        h.receive(f"l{day}", f"2026-03-{day:02d} 12:00")
    h.reports().nightly(date(2026, 3, 29), utc("2026-03-30 14:00"))
    night = json.loads(h.files.files["metrics/dt=2026-03-29/metrics.json"])
    assert night["segments"]["business_hours"]["leads"] == 2
    assert night["segments"]["after_hours"]["leads"] == night["segments"]["weekend"]["leads"] == 0
