"""One table in three forms.

In memory, in DynamoDB with the stack's keys and index, and in the twin that keeps limits.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol, cast

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.ports.history import EventLog
from leadtight.app.ports.leads import LeadStore
from leadtight.app.ports.outbox import Outbox
from scripts.load.clock import VirtualClock
from scripts.load.dynamo import Client
from scripts.load.meter import Meter
from scripts.load.quotas import NORMAL

REGION = "eu-central-1"
NAME = "leadtight"


class Table(LeadStore, Outbox, EventLog, Protocol):
    """Everything that a table must be."""


@pytest.fixture(params=["memory", "dynamo", "limited"])
def table(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    if request.param == "memory":
        yield cast(Table, MemoryTable())
        return
    if request.param == "limited":
        yield from limited()
        return
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield cast(Table, DynamoTable(NAME, REGION, pause=lambda _: None))


def limited() -> Iterator[Table]:
    """Yield the adapter over a DynamoDB twin that keeps limits.

    It has a clock of its own.
    """
    clock = VirtualClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    client = Client(clock, replace(NORMAL, index_lag=0), Meter(), Random(1))
    with client.serving() as table:
        yield cast(Table, table)


def declared() -> dict[str, Any]:
    """Return the table as `infra/table.py` declares it."""
    keys = ("pk", "sk", "gsi1pk", "gsi1sk")
    return {
        "TableName": NAME,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": k, "AttributeType": "S"} for k in keys],
        "KeySchema": key_schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "gsi1",
                "KeySchema": key_schema("gsi1pk", "gsi1sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }


def key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
