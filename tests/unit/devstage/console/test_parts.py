"""People and parts in the console, with the cloud gone.

The table is in memory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.adapters.memory.table import MemoryTable
from leadtight.devstage.console.deployed import LocalStack, QueueDepth
from leadtight.devstage.console.health import Health, HealthCheck
from leadtight.devstage.console.people import PersonStates
from leadtight.devstage.deployment import POLICY
from leadtight.devstage.info import DevInfo
from leadtight.domain.policy.people import Absence
from leadtight.policy import loader as policies
from tests.scenarios.world import World

DEV = policies.load(POLICY)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"
INFO = DevInfo(
    api_url=NOWHERE,
    aws_endpoint=NOWHERE,
    region="us-east-1",
    table="t",
    reports_bucket="r",
    mail_bucket="m",
    console_url=NOWHERE,
    stack="leadtight-local",
)


class Gone(LocalStack):
    """A stack on a cloud that does not answer."""

    def last_log(self, function: str, message: str, now: datetime) -> tuple[datetime, dict[str, Any]] | None:
        raise OSError("connection refused")


class Answering(LocalStack):
    """A stack with one queue and a last sweep."""

    def __init__(self, swept_at: datetime | None, faults: int = 0, dead: int = 0) -> None:
        super().__init__(INFO)
        self._swept_at = swept_at
        self._faults = faults
        self._dead = dead

    def last_log(self, function: str, message: str, now: datetime) -> tuple[datetime, dict[str, Any]] | None:
        log = {"routed": 1, "rung": 2, "sent": 0, "faults": self._faults}
        return (self._swept_at, log) if self._swept_at else None

    def queues(self) -> tuple[QueueDepth, ...]:
        return (
            QueueDepth(name="alarms", waiting=0, later=2),
            QueueDepth(name="alarms-dead", waiting=self._dead, later=0),
        )


def parts(deployed: LocalStack, now: datetime) -> dict[str, HealthCheck]:
    return {part.name: part for part in Health(INFO, MemoryTable(), deployed, NOW).parts(now)}


def test_an_unresponsive_part_is_unhealthy_and_hides_no_other() -> None:
    statuses = parts(Gone(INFO), NOW)
    assert {name: part.is_healthy for name, part in statuses.items()} == {
        "API": False,
        "Table": True,
        "Sweep": False,
        "Queues": False,
    }
    assert "refused" in statuses["API"].detail


def test_the_sweep_shows_its_time_and_its_repairs() -> None:
    sweep = parts(Answering(NOW - timedelta(seconds=30)), NOW)["Sweep"]
    assert (sweep.is_healthy, sweep.detail) == (True, "30 s ago: 3 repairs, 0 faults")


@pytest.mark.parametrize(("ago", "faults"), [(timedelta(minutes=4), 0), (timedelta(seconds=1), 1)])
def test_a_late_or_faulty_sweep_is_unhealthy(ago: timedelta, faults: int) -> None:
    assert not parts(Answering(NOW - ago, faults), NOW)["Sweep"].is_healthy


def test_before_its_first_minute_the_sweep_is_awaited() -> None:
    assert parts(Answering(None), NOW)["Sweep"].is_healthy
    assert not parts(Answering(None), NOW + timedelta(minutes=4))["Sweep"].is_healthy


def test_a_kept_failure_is_unhealthy() -> None:
    statuses = parts(Answering(NOW, dead=1), NOW)
    assert statuses["Queue alarms"].is_healthy
    assert (statuses["Queue alarms-dead"].is_healthy, statuses["Queue alarms-dead"].detail) == (False, "1 failed")


def test_people_are_listed_with_their_open_leads_and_switched_away_and_back() -> None:
    world = World(policy=DEV)
    world.receive()
    people = PersonStates(DEV, world.table)
    lines = {line.person.id: line for line in people.lines(world.now)}
    assert list(lines) == list(DEV.people)
    assert (lines["ana"].open_leads, lines["ana"].pools, lines["ana"].away_until) == (1, ("inbound",), None)
    assert (lines["mia"].is_manager, lines["ben"].open_leads) == (True, 0)

    people.send_away("ana", world.now)
    assert people.lines(world.now)[1].away_until == world.now + timedelta(hours=1)
    people.bring_back("ana")
    assert people.lines(world.now)[1].away_until is None


def test_a_planned_leave_counts_as_away() -> None:
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    leave = Absence(now - timedelta(days=1), now + timedelta(days=1))
    ana = replace(DEV.people["ana"], away=(leave,))
    policy = replace(DEV, people={**DEV.people, "ana": ana})
    [line] = [line for line in PersonStates(policy, MemoryTable()).lines(now) if line.person.id == "ana"]
    assert line.away_until == leave.end
