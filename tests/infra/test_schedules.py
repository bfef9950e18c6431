"""Recurring runs happen every day, wherever clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra.schedules import first_hour
from tests.infra.synth import Synthesised

MIDNIGHT_CHANGES = (
    "Africa/Cairo",
    "America/Asuncion",
    "America/Havana",
    "America/Santiago",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Gaza",
)
"""Zones whose clocks have skipped the hour after midnight."""

RUNS = (2, 15, 30)
"""Minutes of reconciliation, night and review."""


def skipped(zone: ZoneInfo, hour: int, minute: int) -> list[date]:
    """Return days on which a local time does not exist."""
    days = (date(2008, 1, 1) + timedelta(days=number) for number in range(30 * 365))
    local = (datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone) for day in days)
    return [t.date() for t in local if t.astimezone(UTC).astimezone(zone).hour != hour]


@pytest.mark.parametrize("name", MIDNIGHT_CHANGES)
def test_no_run_falls_on_an_hour_that_a_clock_change_skips(name: str) -> None:
    zone = ZoneInfo(name)
    hour = first_hour(zone)
    assert skipped(zone, 0, 15) != []
    assert 0 < hour <= 3
    assert [skipped(zone, hour, minute) for minute in RUNS] == [[], [], []]


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_elsewhere_the_night_runs_just_after_midnight(name: str) -> None:
    assert first_hour(ZoneInfo(name)) == 0


def test_the_recurring_schedules_use_the_companys_zone(prod: Synthesised) -> None:
    cron = {s["Name"]: s["ScheduleExpression"] for s in prod.properties("Scheduler::Schedule")}
    assert cron == {
        "sweep": "rate(5 minutes)",
        "collect": "rate(5 minutes)",
        "reconcile": "cron(2 0/6 * * ? *)",
        "nightly": "cron(15 0 * * ? *)",
        "weekly": "cron(30 0 ? * MON *)",
    }
    assert {s["ScheduleExpressionTimezone"] for s in prod.properties("Scheduler::Schedule")} == {"Europe/Berlin"}
