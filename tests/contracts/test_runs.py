"""Scheduled runs by every RunLog."""

from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.runs import DynamoRuns
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.runs import MemoryRuns
from leadtight.app.ports.runs import RunLog
from tests.contracts.changes import NOW
from tests.contracts.conftest import NAME, REGION, declared


@pytest.fixture(params=["memory", "dynamo"])
def runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunLog]:
    if request.param == "memory":
        yield MemoryRuns()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield DynamoRuns(DynamoTable(NAME, REGION, pause=lambda _: None))


def test_each_run_has_the_time_of_its_last_success(runs: RunLog) -> None:
    assert runs.last_runs() == {}
    runs.ran("nightly", NOW)
    runs.ran("collect", NOW)
    runs.ran("collect", NOW + timedelta(minutes=5))
    assert runs.last_runs() == {"nightly": NOW, "collect": NOW + timedelta(minutes=5)}
