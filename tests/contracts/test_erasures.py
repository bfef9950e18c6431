"""Erasures by every ErasureStore."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol, cast

import boto3
import pytest
from moto import mock_aws

from leadtight.adapters.dynamodb.erasures import DynamoErasures
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.erasures import MemoryErasures
from leadtight.app.ports.compliance import ErasureStore
from leadtight.app.ports.quarantine import QuarantineStore
from leadtight.domain.compliance.erasure import Erasure, anonymous_event
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.message import Channel
from tests.contracts.changes import NOW, arrival, guard
from tests.contracts.conftest import NAME, REGION, Table, declared
from tests.contracts.test_consents import record


class Stores(Protocol):
    """One table, by its three sides."""

    table: Table
    erasures: ErasureStore
    quarantine: QuarantineStore


class _Memory:
    def __init__(self) -> None:
        self.table = self.erasures = self.quarantine = cast(Table, MemoryErasures())


class _Dynamo:
    def __init__(self) -> None:
        table = DynamoTable(NAME, REGION, pause=lambda _: None)
        self.table, self.erasures, self.quarantine = cast(Table, table), DynamoErasures(table), DynamoQuarantine(table)


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    if request.param == "memory":
        yield cast(Stores, _Memory())
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        yield cast(Stores, _Dynamo())


def test_a_leads_messages_are_deleted_and_its_events_are_rewritten_in_place(stores: Stores) -> None:
    stores.table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    [message, *_] = stores.table.messages("L1")
    stores.table.claim("L1", message.id, "h", NOW, NOW)
    assert stores.erasures.drop_messages("L1") == 1
    assert (stores.table.messages("L1"), stores.erasures.drop_messages("L1")) == ((), 0)
    stores.table.finish(message, None)
    assert stores.table.messages("L1") == (), "a send that was on its way stores nothing any more"
    [event] = stores.table.history("L1")
    bare = anonymous_event(event)
    stores.erasures.rewrite(bare)
    stores.erasures.rewrite(replace(bare, id="000009.00"))
    assert stores.table.history("L1") == (bare,)
    assert stores.table.events_on(NOW.date()) == (bare,)


def test_a_person_key_forgets_leads_but_keeps_opt_outs(stores: Stores) -> None:
    stores.table.create(arrival("L1"), guard("k1"), ("mail", "phone"), NOW)
    stores.table.create(arrival("L2"), guard("k2"), ("phone",), NOW, frozenset({"L1"}))
    stores.table.suppress("mail", Channel.EMAIL)
    for _ in range(2):
        for key in ("mail", "phone", "nobody"):
            stores.erasures.forget_leads(key, ["L1"])
    assert stores.table.leads_of(["mail"]) == ()
    assert stores.table.leads_of(["phone"]) == ("L2",)
    assert stores.table.suppression(["mail"]).channels == {Channel.EMAIL}
    assert stores.table.create(arrival("L3"), guard("k3"), ("mail",), NOW) is None, "the latest lead is forgotten, too"


def test_held_deliveries_and_consents_are_deleted(stores: Stores) -> None:
    delivery = QuarantinedDelivery(
        id="H1", channel="webhook:x", source="x", key="k", received_at=NOW, reason=Reason.UNMAPPED
    )
    stores.quarantine.hold(delivery, guard("held"), NOW)
    stores.quarantine.hold(replace(delivery, id="H2"), guard("held 2"), NOW)
    assert sorted(row.id for row in stores.erasures.all_held()) == ["H1", "H2"]
    stores.erasures.drop_held("H1")
    assert [row.id for row in stores.erasures.all_held()] == ["H2"]
    consents = (record("L1#0"), record("L1#1"))
    stores.table.create(replace(arrival("L1"), consents=consents), guard("k1"), ("mail",), NOW)
    stores.erasures.drop_consents(consents[:1])
    assert stores.table.consents(["mail"]) == consents[1:]


def test_a_guard_stays_taken_without_the_key_of_an_imported_row(stores: Stores) -> None:
    imported = guard("ada@example.com", fingerprint="import:ada@example.com")
    stores.table.create(arrival("L1"), imported, (), NOW)
    stores.table.create(arrival("L2"), guard("k2"), (), NOW)
    names = stores.erasures.guards_of(frozenset({"L1", "L2"}))
    assert len(names) == 2
    assert stores.erasures.guards_of(frozenset({"L3"})) == ()
    for name in names:
        stores.erasures.bare_guard(name)
    first, second = (stores.table.taken_by(guard_, NOW) for guard_ in (imported, guard("k2")))
    assert (first and first.fingerprint, second and second.fingerprint) == ("import:erased", "f")


def test_an_erasure_record_replaces_the_previous_one(stores: Stores) -> None:
    begun = Erasure(id="hash", begun_at=NOW, person_keys=("k",), lead_ids=("L1",), counts={"leads": 1})
    assert stores.erasures.find_erasure("hash") is None
    for erasure in (begun, replace(begun, finished_at=NOW, person_keys=())):
        stores.erasures.keep_erasure(erasure)
        assert stores.erasures.find_erasure("hash") == erasure


def test_a_large_delivery_is_searched_whole_and_deleted_with_all_its_parts(stores: Stores) -> None:
    large = QuarantinedDelivery(
        id="H1", channel="webhook:x", source="x", key="k", received_at=NOW, reason=Reason.UNMAPPED
    )
    large = replace(large, content="x" * 300_000 + "ada@example.com")
    stores.quarantine.hold(large, guard("k1"), NOW)
    assert tuple(stores.erasures.all_held()) == (large,)
    stores.erasures.drop_held("H1")
    assert tuple(stores.erasures.all_held()) == ()
    assert stores.quarantine.find_held("H1") is None
