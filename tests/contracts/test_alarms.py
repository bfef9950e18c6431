"""Alarms: armed and cancelled as best effort.

Scheduler and a queue must behave like memory.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.aws import clients
from leadtight.adapters.aws.scheduler import AwsAlarms
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.app.ports.alarms import Alarms
from leadtight.domain.model.lead import Lead
from tests.contracts.changes import NOW, arrival
from tests.contracts.conftest import REGION

HOUR = timedelta(hours=1)
Armed = Callable[[], set[str]]


def waking(at: timedelta | None, version: int = 2) -> Lead:
    """Return a lead that wakes in some time, or never."""
    return replace(arrival().after, version=version, wake_at=NOW + at if at is not None else None)


def _memory() -> tuple[Alarms, Armed]:
    alarms = MemoryAlarms()
    return alarms, lambda: {lead.wake_token for lead in alarms.armed.values()}


def _aws() -> tuple[Alarms, Armed]:
    def client(name: str) -> Any:
        return boto3.client(name, region_name=REGION)  # type: ignore[call-overload]  # any service, by name

    client("scheduler").create_schedule_group(Name="leadtight")
    url = client("sqs").create_queue(QueueName="alarms")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:123456789012:alarms"
    role = "arn:aws:iam::123456789012:role/scheduler"

    def armed() -> set[str]:
        schedules = client("scheduler").list_schedules(GroupName="leadtight")["Schedules"]
        targets = [
            client("scheduler").get_schedule(GroupName="leadtight", Name=schedule["Name"])["Target"]
            for schedule in schedules
        ]
        return {json.loads(target["Input"])["token"] for target in targets}

    return AwsAlarms(queue_url=url, queue_arn=arn, schedule_group="leadtight", role_arn=role), armed


@pytest.fixture(params=[_memory, _aws], ids=["memory", "aws"])
def alarms(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Alarms, Armed]]:
    for name, value in {"AWS_ACCESS_KEY_ID": "t", "AWS_SECRET_ACCESS_KEY": "t", "AWS_DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.forget_clients()
        yield request.param()
        clients.forget_clients()


def test_an_alarm_is_armed_once_per_state(alarms: tuple[Alarms, Armed]) -> None:
    port, armed = alarms
    for lead in (waking(HOUR), waking(HOUR), waking(2 * HOUR, version=3)):
        port.arm(lead, NOW)
    assert armed() == {waking(HOUR).wake_token, waking(2 * HOUR, version=3).wake_token}


def test_a_lead_that_never_wakes_arms_nothing(alarms: tuple[Alarms, Armed]) -> None:
    port, armed = alarms
    port.arm(waking(None), NOW)
    port.disarm(waking(None))
    assert armed() == set()


def test_forgetting_an_alarm_affects_only_that_state_and_tolerates_a_missing_one(alarms: tuple[Alarms, Armed]) -> None:
    port, armed = alarms
    port.arm(waking(HOUR), NOW)
    port.arm(waking(2 * HOUR, version=3), NOW)
    for _ in range(2):
        port.disarm(waking(HOUR))
    assert armed() == {waking(2 * HOUR, version=3).wake_token}
