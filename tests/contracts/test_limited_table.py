"""The throttling twin stores and charges exactly as moto.

Items are compared one by one and byte by byte.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.model.message import Channel, Status
from leadtight.domain.notifications.interruptions import Alerts
from scripts.load.capacity import size
from scripts.load.clock import VirtualClock
from scripts.load.dynamo import Client
from scripts.load.meter import Meter
from scripts.load.quotas import NORMAL
from tests.contracts.changes import NOW, arrival, assignment, guard, rotation_of, sent, stored
from tests.contracts.conftest import NAME, REGION, Table, declared

Items = dict[tuple[str, str], dict[str, Any]]


def live(table: DynamoTable) -> None:
    """Run a lead's life through the table.

    It arrives, is assigned, written to and comes again; and hold, suppress and alert.
    """
    lead = stored(cast(Table, table), phone="+4930901820")
    table.commit(assignment(lead, rotation_of(cast(Table, table))))
    table.create(arrival("L2"), guard("k2"), ("somebody",), NOW)
    for message in table.messages("L1"):
        claimed = table.claim("L1", message.id, "holder", NOW, NOW + timedelta(minutes=2))
        assert claimed is not None
        done = replace(claimed, status=Status.SENT, provider_id=f"ses-{message.id}")
        table.finish(done, sent(done))
    table.suppress("somebody", Channel.SMS)
    table.keep_alerts(Alerts(person_id="ana", turn=1))
    table.set_away("ben", NOW)
    DynamoQuarantine(table)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Items, Client]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        live(DynamoTable(NAME, REGION, pause=lambda _: None))
        scanned = boto3.client("dynamodb", region_name=REGION).scan(TableName=NAME)["Items"]
    client = Client(VirtualClock(datetime(2026, 11, 23, 9, tzinfo=UTC)), NORMAL, Meter(), Random(1))
    with client.serving() as table:
        live(table)
        yield {(item["pk"]["S"], item["sk"]["S"]): cast(dict[str, Any], item) for item in scanned}, client


def test_it_stores_the_same_items_as_dynamodb(both: tuple[Items, Client]) -> None:
    scanned, client = both
    here = {(pk, sk): dict(item) for pk, there in client.items.items() for sk, item in there.items()}
    assert here.keys() == scanned.keys()
    for key, item in scanned.items():
        assert _plain(here[key]) == _plain(item), key
        assert size(here[key]) == size(item), key


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: sorted(value["SS"]) if "SS" in value else dict(value) for name, value in item.items()}
