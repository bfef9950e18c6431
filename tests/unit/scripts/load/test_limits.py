"""The throttling twin keeps each documented DynamoDB limit exactly.

At its very number.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import PutError, TransactWriteError

from leadtight.adapters.aws.outages import is_outage
from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.model.errors import Conflict, NotStorable
from scripts.load.capacity import TokenBucket, Warm, read_units, size, write_units
from scripts.load.clock import FunctionTimeout, VirtualClock, limited
from scripts.load.dynamo import Client
from scripts.load.meter import Meter
from scripts.load.quotas import NORMAL, Quotas
from tests.contracts.changes import NOW, arrival, guard, stored

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def client_of(quotas: Quotas = NORMAL) -> Client:
    return Client(VirtualClock(START), quotas, Meter(), Random(1))


@pytest.fixture
def client() -> Client:
    return client_of()


def put(name: str, kilobytes: float, **index: str) -> dict[str, Any]:
    item = {"pk": {"S": name}, "sk": {"S": "X"}, "doc": {"S": "x" * int(kilobytes * 1024)}}
    return {"Item": item | {key: {"S": value} for key, value in index.items()}}


def code(error: BaseException) -> str:
    assert isinstance(error, ClientError)
    return str(error.response["Error"]["Code"])


def until_refused(client: Client, request: Any, at_most: int = 5_000) -> int:
    """Return how many simultaneous writes are taken before a refusal."""
    taken = list[int]()
    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        taken.extend(n for n in range(at_most) if client._put(request(n)) == {})
    return len(taken)


def test_an_item_costs_a_unit_for_each_started_kilobyte_and_four_to_read() -> None:
    assert [write_units(n) for n in (0, 1, 1024, 1025, 400 * 1024)] == [1, 1, 1, 2, 400]
    assert [read_units(n, consistent=True) for n in (0, 4096, 4097)] == [1, 1, 2]
    assert [read_units(n, consistent=False) for n in (0, 4096, 4097)] == [0.5, 0.5, 1.0]


def test_an_items_size_is_the_bytes_of_its_names_and_values() -> None:
    item = {"pk": {"S": "é"}, "n": {"N": "12345"}, "ids": {"SS": ["ab", "c"]}, "yes": {"BOOL": True}}
    assert size(item) == (2 + 2) + (1 + 3) + (3 + 3) + (3 + 1)


def test_a_partition_takes_a_thousand_write_units_a_second(client: Client) -> None:
    assert until_refused(client, lambda _: put("ONE", 0.5)) == 1_000
    client.clock.now += 0.1
    assert until_refused(client, lambda _: put("ONE", 0.5)) == 100


def test_another_partition_continues_until_the_table_is_exhausted(client: Client) -> None:
    taken = sum(until_refused(client, lambda _, name=name: put(f"P{name}", 0.5)) for name in range(3))
    assert taken == 3_000
    assert until_refused(client, lambda n: put(f"Q{n}", 0.5)) == 1_000


def test_a_partition_gives_three_thousand_read_units_a_second(client: Client) -> None:
    client._put(put("ONE", 3))
    key = {"Key": {"pk": {"S": "ONE"}, "sk": {"S": "X"}}, "ConsistentRead": True}
    for _ in range(3_000):
        client._get(key)
    with pytest.raises(ClientError):
        client._get(key)


def test_a_throttled_index_refuses_the_tables_writes(client: Client) -> None:
    """As 64 KB leads without an owner did to `OWNER#-`.

    About sixteen fit in a second, and the seventeenth is refused.
    """
    taken = until_refused(client, lambda n: put(f"L{n}", 62, gsi1pk="OWNER#-", gsi1sk=str(n)))
    assert taken == 16
    assert client.meter.refused["index writes OWNER#-"] == 1
    client._put(put("L99", 62))


def test_moving_an_item_within_the_index_costs_twice(client: Client) -> None:
    client._put(put("L1", 10, gsi1pk="OWNER#-", gsi1sk="1"))
    client._put(put("L1", 10, gsi1pk="OWNER#ana", gsi1sk="1"))
    peaks = client.meter.peaks
    assert (peaks["index writes OWNER#-"], peaks["index writes OWNER#ana"]) == (22, 11)
    client._put(put("L1", 10, gsi1pk="OWNER#ana", gsi1sk="1"))
    assert client.meter.peaks["index writes OWNER#ana"] == 11, "nothing in the index has changed"


def test_the_index_lags_behind_the_table(client: Client) -> None:
    client._put(put("L1", 1, gsi1pk="BOARD", gsi1sk="1"))
    assert list(client.index.read("BOARD", client.clock.now + 0.4, forward=True)) == []
    assert len(list(client.index.read("BOARD", client.clock.now + 0.6, forward=True))) == 1
    client.clock.now = 1.0
    client._delete({"Key": {"pk": {"S": "L1"}, "sk": {"S": "X"}}})
    assert len(list(client.index.read("BOARD", 1.4, forward=True))) == 1
    assert list(client.index.read("BOARD", 1.6, forward=True)) == []


def test_an_item_has_at_most_four_hundred_kilobytes(client: Client) -> None:
    client._put(put("L1", 399.9))
    with pytest.raises(ClientError) as raised:
        client._put(put("L1", 400.1))
    assert code(raised.value) == "ValidationException"


@pytest.mark.parametrize(("items", "kilobytes"), [(101, 0.1), (11, 390)])
def test_a_transaction_has_at_most_a_hundred_items_and_four_megabytes(
    client: Client, items: int, kilobytes: float
) -> None:
    request = {"TransactItems": [{"Put": put(f"L{n}", kilobytes)} for n in range(items)]}
    with pytest.raises(ClientError) as raised:
        client._transact(request)
    assert code(raised.value) == "ValidationException"
    assert client.items == {}


def test_a_transaction_costs_twice(client: Client) -> None:
    client._transact({"TransactItems": [{"Put": put("L1", 2.5)}]})
    assert client.meter.used["writes"] == 6


def test_of_two_concurrent_transactions_on_one_item_the_later_is_cancelled(client: Client) -> None:
    outcomes: list[str] = []

    def write(at_once: list[str]) -> None:
        try:
            client._make_api_call("TransactWriteItems", {"TransactItems": [{"Put": put(n, 1)} for n in at_once]})
            outcomes.append("stored")
        except ClientError as error:
            outcomes.extend(reason["Code"] for reason in error.response["CancellationReasons"])

    client.clock.at(0.0, lambda: write(["A", "B"]))
    client.clock.at(0.001, lambda: write(["B", "C"]))
    client.clock.at(0.002, lambda: write(["D"]))
    client.clock.at(1.0, lambda: write(["A", "B"]))
    client.clock.run(2.0)
    assert outcomes == ["TransactionConflict", "None", "stored", "stored", "stored"]
    assert set(client.items) == {"A", "B", "D"}


def test_a_new_table_doubles_its_capacity_half_an_hour_after_half_use() -> None:
    whole = Warm(TokenBucket.full(4_000), doubles_after=1_800)
    whole.take(2_000 * 60, 10.0)
    assert whole.has_any(1_700.0)
    assert whole.bucket.rate == 4_000
    assert whole.has_any(1_811.0)
    assert whole.bucket.rate == 8_000


def test_a_throttled_read_is_retried_by_the_client_and_then_raised(client: Client) -> None:
    client._buckets["table reads ONE"] = TokenBucket(rate=0.0, kept=0.0)
    key = {"Key": {"pk": {"S": "ONE"}, "sk": {"S": "X"}}}
    with pytest.raises(ClientError):
        client._make_api_call("GetItem", key)
    assert client.calls["GetItem"] == 3
    assert client.clock.now > 0.1, "with growing pauses"


# what the adapter makes of it


@pytest.fixture
def table(client: Client) -> Iterator[DynamoTable]:
    with client.serving() as serving:
        yield serving


def throttle(client: Client, name: str) -> None:
    client._buckets[name] = TokenBucket(rate=0.0, kept=0.0)


def test_a_throttled_create_is_an_outage_and_stores_nothing(client: Client, table: DynamoTable) -> None:
    throttle(client, "index writes OWNER#-")
    with pytest.raises(TransactWriteError) as raised:
        table.create(arrival(), guard("k"), (), NOW)
    assert is_outage(raised.value)
    assert client.items == {}


def test_a_throttled_single_write_is_an_outage(client: Client, table: DynamoTable) -> None:
    from leadtight.domain.notifications.interruptions import Alerts

    throttle(client, f"table writes {keys.owner('ana')}")
    with pytest.raises(PutError) as raised:
        table.keep_alerts(Alerts(person_id="ana", turn=1))
    assert is_outage(raised.value)


def test_a_create_that_always_meets_contention_is_a_conflict(client: Client, table: DynamoTable) -> None:
    client._busy.add((keys.lead("L1"), keys.LEAD_SK))
    with pytest.raises(Conflict):
        table.create(arrival(), guard("k"), (), NOW)


def test_an_oversized_lead_is_not_an_outage(client: Client, table: DynamoTable) -> None:
    with pytest.raises(NotStorable):
        table.create(arrival(message="x" * 401 * 1024), guard("k"), (), NOW)
    assert client.items == {}


def test_the_index_shows_a_stale_lead_and_the_row_the_current_one(client: Client, table: DynamoTable) -> None:
    lead = stored(table)
    assert table.load("L1") == lead
    assert table.due_leads(None, NOW + timedelta(days=1), 10) == ()
    client.clock.now += 1
    assert table.due_leads(None, NOW + timedelta(days=1), 10) == (lead,)


def test_a_leads_cost_is_that_of_the_rows_it_writes(client: Client, table: DynamoTable) -> None:
    stored(table)
    every = [size(item) for there in client.items.values() for item in there.values()]
    assert sum(write_units(bytes_) for bytes_ in every) * 2 <= client.meter.used["writes"]
    indexed = sum(write_units(size(i)) for t in client.items.values() for i in t.values() if "gsi1pk" in i)
    assert client.meter.used["writes"] == sum(write_units(bytes_) for bytes_ in every) * 2 + indexed


# the clock


def test_scheduled_work_runs_in_time_order() -> None:
    clock, events = VirtualClock(START), list[tuple[str, float]]()

    def work(name: str, pause: float) -> None:
        events.append((name, clock.now))
        clock.sleep(pause)
        events.append((name, clock.now))

    clock.at(1.0, lambda: work("a", 2.0))
    clock.at(2.0, lambda: work("b", 0.5))
    clock.run(10.0)
    assert events == [("a", 1.0), ("b", 2.0), ("b", 2.5), ("a", 3.0)]
    assert clock.instant() == START + timedelta(seconds=10)


def test_a_function_that_takes_too_long_is_stopped_at_its_limit() -> None:
    clock, ended = VirtualClock(START), list[float]()

    def work() -> None:
        try:
            limited(3.0, clock, lambda: clock.sleep(5.0))
        except FunctionTimeout:
            ended.append(clock.now)
        clock.sleep(4.0)
        ended.append(clock.now)

    clock.at(0.0, work)
    clock.run(20.0)
    assert ended == [3.0, 7.0]


def test_a_new_account_has_the_documented_limits() -> None:
    assert (NORMAL.partition_writes, NORMAL.partition_reads) == (1_000, 3_000)
    assert (NORMAL.table_writes, NORMAL.table_reads) == (4_000, 12_000)
    assert replace(NORMAL, functions=10).functions == 10
