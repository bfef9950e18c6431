"""Held deliveries in every QuarantineStore."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.adapters.dynamodb import row_reader
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.ports.guards import AlreadyTaken
from leadtight.app.ports.quarantine import QuarantineStore
from leadtight.domain.intake.quarantine import (
    QuarantinedDelivery,
    QuarantineState,
    Reason,
    begin_release,
    complete_release,
    discard,
    discard_on_arrival,
    schedule_retry,
)
from leadtight.domain.model.errors import Conflict, StaleSubmission
from tests.contracts.changes import NOW, arrival, guard
from tests.contracts.conftest import Table

HOUR = timedelta(hours=1)


@pytest.fixture
def store(table: Table) -> QuarantineStore:
    return DynamoQuarantine(table) if isinstance(table, DynamoTable) else table  # type: ignore[return-value]  # the memory table is both


def quarantined(held_id: str = "H1", **fields: object) -> QuarantinedDelivery:
    defaults = {"channel": "webhook:demo", "source": "demo", "key": "k", "received_at": NOW, "reason": Reason.UNMAPPED}
    return QuarantinedDelivery(id=held_id, **(defaults | {"content": '{"a": "ü"}'} | fields))  # type: ignore[arg-type]


def waiting(held_id: str = "H1", **fields: object) -> QuarantinedDelivery:
    return quarantined(held_id, reason=Reason.ANNOUNCED, state=QuarantineState.WAITING, next_try_at=NOW, **fields)


def test_a_held_delivery_is_stored_whole_and_listed_until_it_is_settled(store: QuarantineStore) -> None:
    first, second = quarantined("H2"), quarantined("H1", received_at=NOW + HOUR)
    for number, delivery in enumerate((second, first)):
        assert store.hold(delivery, guard(f"k{number}"), NOW) is None
    assert store.find_held("H2") == first
    assert store.find_held("H9") is None
    assert store.open_held(9) == (first, second)
    assert store.open_held(1) == (first,)
    settled = discard(first, "mia", "an advert", NOW + HOUR)
    for _ in range(2):
        store.settle(settled)
    assert store.open_held(9) == (second,)
    assert store.find_held("H2") == settled
    assert store.settled_held(NOW.date()) == (settled,)


def test_suspected_spam_is_listed_separately_latest_first_until_it_is_settled(store: QuarantineStore) -> None:
    first, second = quarantined("H2", reason=Reason.SPAM), quarantined("H1", reason=Reason.SPAM, received_at=NOW + HOUR)
    for number, delivery in enumerate((first, second, quarantined("H3"))):
        assert store.hold(delivery, guard(f"k{number}"), NOW) is None
    assert [delivery.id for delivery in store.open_held(9)] == ["H3"]
    assert store.suspected_held(9) == (second, first)
    assert store.suspected_held(1) == (second,)
    settled = complete_release(second, "L1", "mia", NOW + HOUR)
    store.settle(settled)
    assert store.suspected_held(9) == (first,)
    assert store.settled_held(NOW.date()) == (settled,)


def test_a_delivery_set_aside_by_a_rule_is_open_again_once_its_release_has_begun(store: QuarantineStore) -> None:
    set_aside = discard_on_arrival(quarantined("H1", reason=Reason.AUTOMATIC), "system:mail")
    assert store.hold(set_aside, guard("k1"), NOW) is None
    assert (store.open_held(9), store.settled_held(NOW.date())) == ((), (set_aside,))
    begun = begin_release(set_aside)
    store.settle(begun)
    assert (store.open_held(9), store.settled_held(NOW.date())) == ((begun,), ())
    done = complete_release(begun, "L1", "mia", NOW + HOUR)
    store.settle(done)
    assert store.settled_held(NOW.date()) == (done,)
    with pytest.raises(StaleSubmission):
        begin_release(discard(quarantined("H2"), "mia", "an advert", NOW))


def test_leads_and_held_deliveries_share_guards(table: Table, store: QuarantineStore) -> None:
    assert store.hold(quarantined(), guard("k"), NOW) is None
    assert store.hold(quarantined(), guard("k"), NOW) is None  # its own answer was lost
    assert store.hold(quarantined("H2"), guard("k"), NOW) == AlreadyTaken(lead_id="H1", fingerprint="f")
    assert table.create(arrival("L1"), guard("k"), (), NOW) == AlreadyTaken(lead_id="H1", fingerprint="f")
    assert store.find_held("H2") is None


def test_a_waiting_delivery_is_due_on_time_and_waits_longer_after_each_try(store: QuarantineStore) -> None:
    delivery = waiting()
    store.hold(delivery, guard("k"), NOW)
    assert store.open_held(9) == ()
    assert store.waiting(NOW - HOUR, 9) == ()
    assert store.waiting(NOW, 9) == (delivery,)
    later = schedule_retry(delivery, "503", NOW)
    store.settle(later)
    assert store.waiting(NOW, 9) == ()
    assert store.waiting(NOW + HOUR, 9) == (later,)


def test_only_one_of_two_concurrent_settlements_succeeds(store: QuarantineStore) -> None:
    delivery = quarantined()
    store.hold(delivery, guard("k"), NOW)
    store.settle(complete_release(delivery, "L1", "mia", NOW))
    with pytest.raises(Conflict):
        store.settle(discard(delivery, "ana", "spam", NOW))
    with pytest.raises(Conflict):
        store.settle(replace(complete_release(delivery, "L1", "mia", NOW), id="H9"))


@pytest.mark.slow
def test_many_deliveries_are_held_together_each_under_its_own_guard(store: QuarantineStore) -> None:
    assert store.hold(quarantined("H0"), guard("k0"), NOW) is None
    many = [(quarantined(f"H{number + 100}"), guard(f"k{number}")) for number in range(95)]
    results = store.hold_all(many, NOW)
    assert results == (AlreadyTaken(lead_id="H0", fingerprint="f"), *(None for _ in range(94)))
    assert store.hold_all(many, NOW) == results, "its own answer was lost"
    assert store.hold_all([], NOW) == ()
    assert [store.find_held(f"H{number}") is not None for number in (100, 101, 194)] == [False, True, True]


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["x", "ü", "\u0001", "😀"], ids=["plain", "two bytes", "escaped", "four bytes"])
def test_a_delivery_of_any_size_is_stored_whole_in_several_rows(store: QuarantineStore, letter: str) -> None:
    content = "".join(f"{number} {letter * 90}\n" for number in range(4_000))
    large, small = quarantined("large", content=content), quarantined("small", received_at=NOW + HOUR)
    assert store.hold_all([(large, guard("k1")), (small, guard("k2"))], NOW) == (None, None)
    assert store.find_held("large") == large
    listed = store.open_held(9)
    assert [delivery.id for delivery in listed] == ["large", "small"]
    assert content.startswith(listed[0].content)
    settled = discard(large, "mia", "an advert", NOW + HOUR)
    store.settle(settled)
    assert store.find_held("large") == settled
    assert store.hold(quarantined("again", content=content), guard("k1"), NOW) == AlreadyTaken(
        lead_id="large", fingerprint="f"
    )
    if isinstance(store, DynamoQuarantine):
        items = [*row_reader.everywhere(TableRow.pk.startswith("HELD"))]
        assert max(len(json.dumps(item, ensure_ascii=False).encode()) for item in items) < 400 * 1024
        again = [item for item in items if "#again#" in item["pk"]["S"]]
        assert {item["doc"]["S"] for item in again} == {""}, "known keys leave nothing"
        parts = [item for item in items if item["sk"]["S"] == "PART"]
        assert parts
        assert all("expires_at" in item for item in parts), "they go with their delivery"
