"""Unreadable rows under every kind of key.

One bad item is one fault, be it of a newer version or rubbish.

A reader of many passes over it, names it, and returns the others. A row that is asked for by its own key raises.
Nothing of what cannot be read is changed.
"""

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadtight import adapters
from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists
from leadtight.adapters.dynamodb.erasures import DynamoErasures
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.row_reader import Raw
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.runs import DynamoRuns
from leadtight.adapters.dynamodb.send_pace import DynamoPace
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.adapters.memory.table import MemoryTable
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.compliance.erasure import Erasure
from leadtight.domain.compliance.send_limits import RecentSends, SentMessage
from leadtight.domain.intake.quarantine import QuarantineState, Reason, discard
from leadtight.domain.intake.spam import RateLimitCounter
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import UnreadableRow
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.model.message import Channel, Status
from leadtight.domain.notifications.interruptions import Alerts
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.routing.receipt import Receipt
from tests.contracts.changes import NOW, among, arrival, assignment, guard, rotation_of, sent, stored
from tests.contracts.conftest import NAME, REGION, declared
from tests.contracts.test_consents import record
from tests.contracts.test_held import quarantined

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
ACK = "acknowledge-1-0"
NATIONAL = DncList(name="national", as_of=NOW.date(), imported_at=NOW, numbers=1)
OTHERS = replace(NATIONAL, name="others")
PERSON = "Ada Obi"
"""Stands in rubbish where a date should be; it must never be logged."""


@dataclass
class World:
    """A table with a good and a bad row each.

    They are under every key, with the rows below the bad one.
    """

    table: DynamoTable
    quarantine: DynamoQuarantine
    lists: DynamoDncLists
    erasures: DynamoErasures
    items: Any

    def raw(self, pk: str, sk: str) -> dict[str, Any]:
        item: dict[str, Any] = self.items.get_item(
            TableName=NAME, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )["Item"]
        return item


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        items = boto3.client("dynamodb", region_name=REGION)
        items.create_table(**declared())
        table = DynamoTable(NAME, REGION, pause=lambda _: None)
        yield _filled(World(table, DynamoQuarantine(table), DynamoDncLists(table), DynamoErasures(table), items))


def _filled(world: World) -> World:
    table = world.table
    for lead_id, key in (("L1", "one"), ("L2", "two")):
        change = replace(arrival(lead_id), consents=(record(f"{lead_id}#0", person_key=key, lead_id=lead_id),))
        counted = replace(
            guard(lead_id), counts=(RateLimitCounter(key=f"count {lead_id}", at_most=9, expires_at=NOW + DAY),)
        )
        table.create(change, counted, (key,), NOW)
        message = table.claim(lead_id, ACK, "me", NOW, NOW + DAY)
        assert message is not None
        table.finish(replace(message, status=Status.PENDING, provider_id=f"p-{lead_id}"), sent(message))
        table.suppress(key, Channel.SMS)
    for lead_id in ("L3", "L4"):
        lead = replace(stored(table, lead_id, email=f"{lead_id}@example.com"), waiting_since=None)
        assigned = assignment(lead, rotation_of(table))
        waiting = replace(assigned.after, waiting_since=assigned.after.owned_since)
        table.commit(replace(assigned, after=waiting))
    for number, (reason, fields) in enumerate(
        [
            (Reason.UNMAPPED, {}),
            (Reason.SPAM, {}),
            (Reason.ANNOUNCED, {"state": QuarantineState.WAITING, "next_try_at": NOW}),
        ]
    ):
        for twin in "ab":
            delivery = quarantined(f"H{number}{twin}", reason=reason, **fields)
            world.quarantine.hold(delivery, guard(delivery.id), NOW)
    for twin in "ab":
        delivery = quarantined(f"H9{twin}")
        world.quarantine.hold(delivery, guard(delivery.id), NOW)
        world.quarantine.settle(discard(delivery, "mia", "an advert", NOW))
    large = quarantined("large", content="x" * 300_000, received_at=NOW - 9 * DAY)
    world.quarantine.hold(discard(large, "mia", "an advert", NOW - 9 * DAY), guard("large"), NOW)
    for called in (NATIONAL, OTHERS):
        world.lists.add(called, ["number"])
        world.lists.publish(called)
    table.keep_alerts(Alerts(person_id="ana", turn=1))
    table.keep_sent(RecentSends(key="address", turn=1, sent=(SentMessage(message="L1 m", at=NOW),)))
    assert DynamoPace(table).take(Channel.EMAIL, 1, NOW)
    world.erasures.keep_erasure(Erasure(id="asked", begun_at=NOW))
    for name in ("nightly", "weekly"):
        DynamoRuns(table).ran(name, NOW)
    return world


@dataclass(frozen=True)
class Case:
    """One kind of spoiled row with its readers.

    Those that read it among others, and those that ask for it by its key.
    """

    kind: str
    pk: str
    sk: str
    readers: tuple[Callable[[World], tuple[Any, ...]], ...] = ()
    by_key: tuple[Callable[[World], object], ...] = ()
    newer_word: tuple[str, str] = ("", "")


def _quarantined(held_id: str, read: Callable[[World], tuple[Any, ...]]) -> Case:
    return Case(
        kind="held",
        pk=f"HELD#{held_id}",
        sk="HELD",
        readers=(read, lambda w: tuple(sorted(w.erasures.all_held(), key=lambda delivery: delivery.id))),
        by_key=(lambda w: w.quarantine.find_held(held_id),),
        newer_word=('"reason":"', '"reason":"hologram_'),
    )


FAR = NOW + 9 * DAY
FIRST_EVENT = "EVENT#2026-11-23T09:00:00.123456Z#000001.00"
CASES = {
    "lead": Case(
        kind="lead",
        pk="LEAD#L1",
        sk="LEAD",
        readers=(
            lambda w: w.table.due_leads(None, FAR, 99),
            lambda w: w.table.load_all(("L1", "L2", "L3")),
        ),
        by_key=(lambda w: w.table.load("L1"), lambda w: w.table.load_for_routing("L1", "inbound", ())),
        newer_word=('"stage":"new"', '"stage":"paused"'),
    ),
    "waiting": Case(
        kind="waiting",
        pk="LEAD#L3",
        sk="WAIT",
        readers=(lambda w: w.table.waiting_in_short(),),
    ),
    "board": Case(kind="board", pk="LEAD#L1", sk="BOARD", readers=(lambda w: w.table.open_on_board(99),)),
    "event": Case(
        kind="event",
        pk="LEAD#L1",
        sk=FIRST_EVENT,
        readers=(lambda w: w.table.history("L1"), lambda w: w.table.events_on(NOW.date())),
        newer_word=('"kind":"lead_received"', '"kind":"lead_teleported"'),
    ),
    "message": Case(
        kind="message",
        pk="LEAD#L1",
        sk=f"MSG#{ACK}",
        readers=(lambda w: w.table.due(FAR, 99), lambda w: w.table.messages("L1")),
        by_key=(lambda w: w.table.find("L1", ACK), lambda w: w.table.find_by_provider_id("p-L1")),
        newer_word=('"template":"acknowledge"', '"template":"hologram"'),
    ),
    "rotation": Case(
        kind="rotation",
        pk="POOL#inbound",
        sk="POOL",
    ),
    "pace": Case(kind="pace", pk=keys.pace("email", int(NOW.timestamp())), sk=keys.PACE_SK),
    "owner": Case(kind="owner", pk="OWNER#ana", sk="OWNER"),
    "alerts": Case(kind="alerts", pk="OWNER#ana", sk="ALERTS", by_key=(lambda w: w.table.alerts("ana"),)),
    "guard": Case(
        kind="guard",
        pk=keys.guard("api", "L1"),
        sk="SEEN",
        readers=(
            lambda w: tuple(sorted(w.table.taken_of([("api", "L1"), ("api", "L2")], NOW))),
            lambda w: w.erasures.guards_of(frozenset({"L1", "L2"})),
        ),
        by_key=(lambda w: w.table.taken_by(guard("L1"), NOW),),
    ),
    "person": Case(
        kind="person",
        pk="PERSON#one",
        sk="PERSON",
        readers=(lambda w: w.table.leads_of(("one", "two")),),
        by_key=(lambda w: w.table.suppression(("one", "two")),),
    ),
    "mail": Case(kind="mail", pk="MAIL#p-L1", sk="MAIL", by_key=(lambda w: w.table.find_by_provider_id("p-L1"),)),
    "count": Case(
        kind="count",
        pk=keys.count("count L1", 0),
        sk="COUNT",
        by_key=(lambda w: w.table.spent("count L1"),),
    ),
    "sent": Case(
        kind="sent", pk=keys.sent("address"), sk=keys.SENT_SK, by_key=(lambda w: w.table.sent_lately("address"),)
    ),
    "consent": Case(
        kind="consent",
        pk="PERSON#one",
        sk="CONSENT#2026-11-23T09:00:00.123456Z#L1#0",
        readers=(lambda w: w.table.consents(("one", "two")),),
        newer_word=('"channel":"email"', '"channel":"hologram"'),
    ),
    "held, open": _quarantined("H0a", lambda w: w.quarantine.open_held(99)),
    "held, suspected": _quarantined("H1a", lambda w: w.quarantine.suspected_held(99)),
    "held, waiting": _quarantined("H2a", lambda w: w.quarantine.waiting(NOW, 99)),
    "held, settled": _quarantined("H9a", lambda w: w.quarantine.settled_held(NOW.date())),
    "held_part": Case(
        kind="held_part", pk="HELDPART#large#0", sk="PART", by_key=(lambda w: w.quarantine.find_held("large"),)
    ),
    "erasure": Case(
        kind="erasure", pk="ERASURE#asked", sk="ERASURE", by_key=(lambda w: w.erasures.find_erasure("asked"),)
    ),
    "call_list": Case(kind="call_list", pk="DNC", sk="LIST#national", readers=(lambda w: w.lists.lists(),)),
    "listed": Case(kind="listed", pk="DNC#number", sk="LIST#national"),
    "run": Case(
        kind="run",
        pk=keys.RUNS,
        sk=keys.run("nightly"),
        readers=(lambda w: tuple(DynamoRuns(w.table).last_runs().items()),),
    ),
}


def test_every_kind_of_row_has_a_case() -> None:
    for module in pkgutil.walk_packages(adapters.__path__, "leadtight.adapters."):
        importlib.import_module(module.name)
    kinds = {TableRow.kind.get_discriminator(kind) for kind in _kinds(TableRow)}
    assert {case.kind for case in CASES.values()} == kinds


def _kinds(of: type[TableRow]) -> Iterator[type[TableRow]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _kinds(kind)


def error_of(ask: Callable[[World], object], world: World) -> UnreadableRow:
    """Return the error of reading a row by key."""
    with pytest.raises(UnreadableRow) as raised:
        ask(world)
    return raised.value


@pytest.mark.parametrize("name", CASES)
def test_an_unreadable_row_is_named_and_skipped_and_no_other_is(
    world: World, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[name]
    earlier = [read(world) for read in case.readers]
    good = world.raw(case.pk, case.sk)
    for spoiling, spoiled in _spoiled(case, good):
        world.items.put_item(TableName=NAME, Item=spoiled)
        caplog.clear()
        for read, values in zip(case.readers, earlier, strict=True):
            now = read(world)
            assert [value for value in values if value in now] == list(now), spoiling
            assert len(now) == len(values) - 1, spoiling
            assert f"kind={case.kind} key={case.pk} {case.sk}" in caplog.text, spoiling
        errors = [error_of(ask, world) for ask in case.by_key]
        assert {error.row.key for error in errors} <= {f"{case.pk} {case.sk}"}
        assert PERSON not in "".join(map(str, errors))
        assert PERSON not in caplog.text
        assert world.raw(case.pk, case.sk) == spoiled, f"{spoiling}: reading changed it"
    world.items.put_item(TableName=NAME, Item=good)
    assert [read(world) for read in case.readers] == earlier


def _spoiled(case: Case, good: Raw) -> Iterator[tuple[str, Raw]]:
    kind = next(kind for kind in _kinds(TableRow) if TableRow.kind.get_discriminator(kind) == case.kind)
    attributes = kind.get_attributes()
    yield "a kind that only a newer version knows", good | {"kind": {"S": "hologram"}}
    for name, value in good.items():
        if name not in ("pk", "sk", "kind", "gsi1pk", "gsi1sk"):
            other = {"N": "5"} if "S" in value else {"S": PERSON}
            yield f"{name} of another type", good | {name: other}
            if not attributes[name].null:
                yield f"no {name}", {kept: value for kept, value in good.items() if kept != name}
    if "doc" in good:
        text = good["doc"]["S"]
        for words in ("", "{", "[]", "{}", "null", "5", f'"{PERSON}"', text[:-9]):
            yield f"a document {words[:20]}", good | {"doc": {"S": words}}
        if dates := re.sub(r'"\d{4}-\d\d-\d\d[^"]*"', f'"{PERSON}"', text):
            yield from ((("no dates", good | {"doc": {"S": dates}}),) if dates != text else ())
    if case.newer_word[0]:
        newer = good["doc"]["S"].replace(*case.newer_word)
        assert newer != good["doc"]["S"]
        yield "a word of a newer version", good | {"doc": {"S": newer}}


def test_a_person_with_unreadable_state_blocks_no_lead_and_gets_none(world: World) -> None:
    people = ("ana", "ben")
    case, earlier = CASES["owner"], world.table.owners()
    good = world.raw(case.pk, case.sk)
    for spoiling, spoiled in _spoiled(case, good):
        world.items.put_item(TableName=NAME, Item=spoiled)
        state = world.table.load_for_routing("L1", "inbound", people)
        assert {p: s.is_readable for p, s in state.roster.items()} == {"ana": False, "ben": True}, spoiling
        assert state.lead is not None
        for lead_id in ("L1", "L2"):
            lead = replace(state.lead, id=lead_id)
            assigned = assign(among([*people]), lead, state.rotation, state.roster, NOW)
            assert assigned is not None
            assert assigned.after.owner_id == "ben", spoiling
        assert world.table.owners() == earlier
        assert world.raw(case.pk, case.sk) == spoiled


def test_a_pool_with_an_unreadable_rotation_assigns_at_random_and_keeps_its_row(world: World) -> None:
    people = {"ana": 1, "ben": 3}
    policy = among([*people])
    pool = replace(policy.pools["inbound"], members=people)
    policy = replace(policy, pools={**policy.pools, "inbound": pool})
    case = CASES["rotation"]
    good = world.raw(case.pk, case.sk)
    for spoiling, spoiled in _spoiled(case, good):
        world.items.put_item(TableName=NAME, Item=spoiled)
        state = world.table.load_for_routing("L1", "inbound", people)
        assert state.lead is not None
        drawn = Counter[str]()
        for number in range(200):
            assigned = assign(policy, replace(state.lead, id=f"L{number}"), state.rotation, state.roster, NOW)
            assert assigned is not None
            assert assigned.rotation is None
            assert assigned.events[0].data["receipt"]["owner"] == assigned.after.owner_id
            assert from_document(Receipt, assigned.events[0].data["receipt"]).recompute() == assigned.after.owner_id
            drawn[str(assigned.after.owner_id)] += 1
        assert 30 < drawn["ana"] < 70, spoiling
        assert world.raw(case.pk, case.sk) == spoiled


def test_an_unreadable_list_forbids_every_number(world: World) -> None:
    assert world.lists.standing("others").forbids((), NOW) == ""
    for name, number in (("call_list", "others"), ("listed", "number")):
        case = CASES[name]
        good = world.raw(case.pk, case.sk)
        for spoiling, spoiled in _spoiled(case, good):
            world.items.put_item(TableName=NAME, Item=spoiled)
            reason = world.lists.standing(number).forbids((), NOW)
            assert reason, spoiling
        world.items.put_item(TableName=NAME, Item=good)


def test_a_channel_of_a_newer_version_ends_none_of_ours(world: World) -> None:
    good = world.raw("PERSON#one", "PERSON")
    world.items.put_item(TableName=NAME, Item=good | {"suppressed": {"SS": ["hologram", "sms"]}})
    assert world.table.suppression(("one",)).channels == {Channel.SMS}


FIRST: dict[str, Callable[[World], tuple[Any, ...]]] = {
    "board": lambda w: w.table.open_on_board(1),
    "message": lambda w: w.table.due(FAR, 1),
    "held, open": lambda w: w.quarantine.open_held(1),
    "held, waiting": lambda w: w.quarantine.waiting(FAR, 1),
}


@pytest.mark.parametrize("name", FIRST)
def test_unreadable_rows_do_not_take_the_place_of_readable_ones(world: World, name: str) -> None:
    case, read = CASES[name], FIRST[name]
    earlier = read(world)
    good = world.raw(case.pk, case.sk)
    early = good["gsi1sk"]["S"].replace("2026-", "2020-")
    for number in range(5):
        planted = {"sk": {"S": f"{case.sk}{number}"}, "gsi1sk": {"S": f"{early}{number}"}, "doc": {"S": "{"}}
        world.items.put_item(TableName=NAME, Item=good | planted)
    assert earlier
    assert read(world) == earlier
    assert len(unreadable_in(read(world))) == 5


def test_unreadable_leads_do_not_take_the_place_of_readable_ones(world: World) -> None:
    good = world.raw("LEAD#L1", "LEAD")
    for number in range(120):
        name = {"pk": {"S": f"LEAD#X{number}"}}
        due = world.raw("LEAD#L1", "DUE") | {
            "gsi1sk": {"S": f"2020-01-01T00:00:00.000000Z#X{number}"},
            "doc": {"S": "{"},
        }
        for item in (good | {"doc": {"S": "{"}}, due):
            world.items.put_item(TableName=NAME, Item=item | name)
    listing = world.table.due_leads(None, FAR, 1)
    assert [lead.id for lead in listing] == ["L1"]
    assert len(unreadable_in(listing)) >= 100


def test_the_memory_twin_treats_unreadable_rows_the_same() -> None:
    table = MemoryTable()
    for lead_id in ("L1", "L2"):
        stored(table, lead_id)
        table.hold(quarantined(lead_id), guard(f"held {lead_id}"), NOW)
    table.spoiled |= {("lead", "L1"), ("board", "L1"), ("event", "L1 000001.00"), ("message", f"L1 {ACK}")}
    table.spoiled |= {("held", "L1"), ("owner", "ana")}
    listings = (
        table.due_leads(None, FAR, 99),
        table.open_on_board(99),
        table.events_on(NOW.date()),
        table.due(FAR, 1),
        table.open_held(1),
    )
    assert [row.kind for row in unreadable_in(*listings)] == ["lead", "board", "event", "message", "held"]
    assert all(listings)
    assert not table.load_for_routing("L2", "inbound", ("ana",)).roster["ana"].is_readable
    for ask in (
        lambda: table.load("L1"),
        lambda: table.find("L1", ACK),
        lambda: table.claim("L1", ACK, "me", NOW, FAR),
        lambda: table.find_held("L1"),
    ):
        with pytest.raises(UnreadableRow):
            ask()
    table.spoiled.clear()
    assert table.find("L1", ACK) is not None


def test_each_read_measures_what_it_skipped(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Leadtight")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "sla")
    case = CASES["event"]
    world.items.put_item(TableName=NAME, Item=world.raw(case.pk, case.sk) | {"doc": {"S": "{"}})
    world.table.history("L1")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(entry["service"], entry.get("kind"), entry["UnreadableRows"]) for entry in lines] == [
        ("all", None, [1.0]),
        ("sla", "event", [1.0]),
    ]
    metrics = [metric for entry in lines for sent in entry["_aws"]["CloudWatchMetrics"] for metric in sent["Metrics"]]
    assert metrics == [{"Name": "UnreadableRows", "Unit": "Count"}] * 2
