"""Attributes that only DynamoDB uses.

They serve its expiry, the stream's filter, and uniqueness.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.compliance.send_limits import Budget, RecentSends, SentMessage
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.intake.spam import RateLimitCounter
from leadtight.domain.model.errors import NotStorable
from leadtight.domain.outcomes.recording import record_outcome
from tests.contracts.changes import NOW, POLICY, arrival, assignment, guard, rotation_of, stored
from tests.contracts.conftest import NAME, REGION, declared
from tests.contracts.test_consents import record
from tests.contracts.test_held import quarantined
from tests.contracts.test_held import waiting as waits

HOUR = timedelta(hours=1)
ENDS = str(int((NOW + HOUR).timestamp()) + 1)
"""When the table may delete what expires in an hour: not before."""


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTable]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield DynamoTable(NAME, REGION, pause=lambda _: None)


def items(partition: str) -> list[dict[str, Any]]:
    """Return the items of a partition without DynamoDB's types."""
    client = boto3.client("dynamodb", region_name=REGION)
    response = client.query(
        TableName=NAME,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}},
        ConsistentRead=True,
    )["Items"]
    return [{name: next(iter(typed.values())) for name, typed in item.items()} for item in response]


def test_a_count_expires_with_its_window(table: DynamoTable) -> None:
    window = RateLimitCounter(key="window", at_most=9, expires_at=NOW + HOUR)
    for number in range(2):
        counted = replace(guard(f"k{number}"), counts=(window,))
        assert table.create(arrival(f"L{number}"), counted, (), NOW) is None
    [item] = items(keys.count("window", 0))
    assert (item["kind"], item["sk"], item["hits"]) == ("count", "COUNT", "2")
    assert (item["window"], item["expires_at"]) == ("window", ENDS)


def test_a_budget_and_an_addressees_history_expire(table: DynamoTable) -> None:
    for spent in (1, 2):
        assert table.spend(Budget(key="mails", at_most=9, expires_at=NOW + HOUR)) == spent
    [item] = items(keys.count("mails", 0))
    assert (item["kind"], item["hits"], item["window"], item["expires_at"]) == ("count", "2", "mails", ENDS)
    lately = RecentSends(key="address", turn=1, sent=(SentMessage(message="m", at=NOW),))
    table.keep_sent(lately)
    [item] = items(keys.sent("address"))
    assert lately.expires_at is not None
    assert (item["kind"], item["turn"]) == ("sent", "1")
    assert item["expires_at"] == str(int(lately.expires_at.timestamp()) + 1)


def test_the_event_of_a_reduced_load_reaches_the_stream(table: DynamoTable) -> None:
    owned = assignment(stored(table), rotation_of(table))
    table.commit(owned)
    lead = owned.after
    won = record_outcome(POLICY, lead, "won", by=str(lead.owner_id), submission=lead.version, now=NOW)
    assert won is not None
    assert won.freed == (lead.owner_id,)
    table.commit(won)
    events = [item for item in items("LEAD#L1") if item["kind"] == "event"]
    assert [item["frees"] for item in events if "frees" in item] == [lead.owner_id]
    assert "frees" in next(item for item in events if item["sk"] == keys.event(won.events[0].at, won.events[0].id))


def test_a_consent_is_written_once_and_never_overwritten(table: DynamoTable) -> None:
    first = record("L1#0")
    table.create(replace(arrival("L1"), consents=(first,)), guard("k1"), ("mail",), NOW)
    again = replace(arrival("L2"), consents=(replace(first, ticked=False),))
    with pytest.raises(Exception, match="too many writers"):
        table.create(again, guard("k2"), (), NOW)
    assert table.consents(("mail",)) == (first,)
    assert table.load("L2") is None


def test_deliveries_too_large_for_one_transaction_are_stored_one_by_one(
    table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DynamoQuarantine(table)
    together = store._hold_some

    def hold(deliveries: Any, now: Any) -> Any:
        if len(deliveries) > 1:
            raise NotStorable([])
        return together(deliveries, now)

    monkeypatch.setattr(store, "_hold_some", hold)
    deliveries = [(quarantined(f"H{number}"), guard(f"h{number}")) for number in range(3)]
    assert store.hold_all(deliveries, NOW) == (None, None, None)
    assert [store.find_held(f"H{number}") for number in range(3)] == [delivery for delivery, _ in deliveries]


def test_held_deliveries_are_listed_up_to_the_requested_number(table: DynamoTable) -> None:
    store = DynamoQuarantine(table)
    for number in range(3):
        store.hold(waits(f"W{number}"), guard(f"w{number}"), NOW)
        store.hold(quarantined(f"H{number}"), guard(f"h{number}"), NOW)
        store.hold(quarantined(f"S{number}", reason=Reason.SPAM), guard(f"s{number}"), NOW)
    assert [len(store.waiting(NOW, limit)) for limit in (2, 9)] == [2, 3]
    assert [len(store.open_held(limit)) for limit in (2, 9)] == [2, 3]
    assert [len(store.suspected_held(limit)) for limit in (2, 9)] == [2, 3]
