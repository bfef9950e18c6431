"""The pace of sends.

All processes together begin no more in a second than the policy says.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.send_pace import DynamoPace
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.send_pace import MemoryPace
from leadtight.app.ports.outbox import SendPace
from leadtight.domain.model.message import Channel
from tests.contracts.changes import NOW
from tests.contracts.conftest import NAME, REGION, declared

SECOND = timedelta(seconds=1)
Made = Callable[[], SendPace]


@pytest.fixture(params=["memory", "dynamo"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Return a factory for the pace of another process."""
    if request.param == "memory":
        only = MemoryPace()
        yield lambda: only
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        table = DynamoTable(NAME, REGION, pause=lambda _: None)
        yield lambda: DynamoPace(table)


@pytest.fixture
def pace(processes: Made) -> SendPace:
    return processes()


def test_each_second_has_its_own_number_of_sends(pace: SendPace) -> None:
    assert [pace.take(Channel.EMAIL, 3, NOW) for _ in range(5)] == [True, True, True, False, False]
    assert pace.take(Channel.EMAIL, 3, NOW + SECOND / 2) is False
    assert pace.take(Channel.EMAIL, 3, NOW + SECOND) is True


def test_channels_are_counted_separately(pace: SendPace) -> None:
    assert pace.take(Channel.EMAIL, 1, NOW)
    assert pace.take(Channel.SMS, 1, NOW)
    assert not pace.take(Channel.EMAIL, 1, NOW)


def test_processes_share_the_sends_of_a_second(processes: Made) -> None:
    first, other = processes(), processes()
    assert [each.take(Channel.EMAIL, 2, NOW) for each in (first, other, first, other)] == [True, True, False, False]


def test_a_resting_provider_is_not_asked_before_its_time(pace: SendPace) -> None:
    assert pace.take(Channel.EMAIL, 14, NOW)
    pace.rest(Channel.EMAIL, NOW + 10 * SECOND)
    assert [pace.take(Channel.EMAIL, 14, NOW + n * SECOND) for n in (0, 5, 9.9, 10)] == [False, False, False, True]
    assert pace.take(Channel.SMS, 14, NOW)
