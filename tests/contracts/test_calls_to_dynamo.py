"""The DynamoDB calls of each method.

An emulator is always consistent, so the calls themselves are asserted.

A read that decides is consistent, a write that depends on what was read has its condition, and what was refused is read
back. Every public method has a case.
"""

import inspect
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pynamodb.exceptions import PynamoDBException

import leadtight
from leadtight.adapters.dynamodb import time_limit
from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists
from leadtight.adapters.dynamodb.erasures import DynamoErasures
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.runs import DynamoRuns
from leadtight.adapters.dynamodb.send_pace import DynamoPace
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.compliance.do_not_call import DncList
from leadtight.domain.compliance.erasure import Erasure
from leadtight.domain.compliance.send_limits import Budget, RecentSends
from leadtight.domain.intake.merging import record_auto_reply
from leadtight.domain.intake.quarantine import discard
from leadtight.domain.model.errors import Conflict, NotStorable
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.notifications.interruptions import Alerts
from tests.contracts.calls import recorded
from tests.contracts.changes import NOW, arrival, assignment, guard, rotation_of, sent
from tests.contracts.conftest import NAME, REGION, declared
from tests.contracts.test_consents import record
from tests.contracts.test_held import quarantined

ACK, DAY = "acknowledge-1-0", timedelta(days=1)
NATIONAL = DncList(name="national", as_of=NOW.date(), imported_at=NOW, numbers=1)
BUDGET = Budget(key="mails", at_most=9, expires_at=NOW + DAY)


@dataclass
class World:
    """A table with one item of several kinds.

    A lead, `L1`, its owed message, a held delivery `H1` and a person key `one`.
    """

    table: DynamoTable
    quarantine: DynamoQuarantine
    erasures: DynamoErasures
    lists: DynamoDncLists
    pace: DynamoPace
    runs: DynamoRuns

    @property
    def lead(self) -> Lead:
        lead = self.table.load("L1")
        assert lead is not None
        return lead

    @property
    def message(self) -> Message:
        message = self.table.find("L1", ACK)
        assert message is not None
        return message


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("dynamodb", region_name=REGION).create_table(**declared())
        table = DynamoTable(NAME, REGION, pause=lambda _: None)
        made = World(
            table,
            DynamoQuarantine(table),
            DynamoErasures(table),
            DynamoDncLists(table),
            DynamoPace(table),
            DynamoRuns(table),
        )
        change = replace(arrival("L1"), consents=(record("L1#0", person_key="one"),))
        table.create(change, guard("k1"), ("one",), NOW)
        made.quarantine.hold(quarantined("H1"), guard("h1"), NOW)
        yield made


def stale(world: World) -> Any:
    """Return a change decided on an outdated state."""
    late = assignment(world.lead, rotation_of(world.table))
    world.table.commit(record_auto_reply(world.lead, "first", "", NOW))
    return late


def finished(world: World) -> Message:
    return replace(world.message, status=Status.SENT, provider_id="p-1")


CASES: dict[str, Callable[[World], Callable[[], object]]] = {
    "load": lambda w: lambda: w.table.load("L1"),
    "load_all": lambda w: lambda: w.table.load_all(("L1", "L2")),
    "load_for_routing": lambda w: lambda: w.table.load_for_routing("L1", "inbound", ("ana",)),
    "ran": lambda w: lambda: w.runs.ran("nightly", NOW),
    "last_runs": lambda w: lambda: w.runs.last_runs(),
    "taken_by": lambda w: lambda: w.table.taken_by(guard("k1"), NOW),
    "taken_of": lambda w: lambda: w.table.taken_of([("api", "k1")], NOW),
    "mark": lambda w: lambda: w.table.mark(guard("k1"), "L1"),
    "leads_of": lambda w: lambda: w.table.leads_of(("one",)),
    "consents": lambda w: lambda: w.table.consents(("one",)),
    "history": lambda w: lambda: w.table.history("L1"),
    "history_page": lambda w: lambda: w.table.history_page("L1", 5, "2026"),
    "due_leads": lambda w: lambda: w.table.due_leads(None, NOW + DAY, 5),
    "waiting_in_short": lambda w: lambda: w.table.waiting_in_short(),
    "owners": lambda w: lambda: w.table.owners(),
    "open_on_board": lambda w: lambda: w.table.open_on_board(5),
    "excluded_between": lambda w: lambda: w.table.excluded_between(NOW, NOW + timedelta(hours=1)),
    "held_counts": lambda w: lambda: w.table.held_counts(),
    "find": lambda w: lambda: w.table.find("L1", ACK),
    "find_by_provider_id": lambda w: lambda: w.table.find_by_provider_id("p-9"),
    "due": lambda w: lambda: w.table.due(NOW, 5),
    "queued": lambda w: lambda: w.table.queued(NOW, 5),
    "unconfirmed": lambda w: lambda: w.table.unconfirmed(NOW, NOW + DAY, 5),
    "suppression": lambda w: lambda: w.table.suppression(("one",)),
    "messages": lambda w: lambda: w.table.messages("L1"),
    "alerts": lambda w: lambda: w.table.alerts("ana"),
    "events_on": lambda w: lambda: w.table.events_on(NOW.date()),
    "sent_lately": lambda w: lambda: w.table.sent_lately("address"),
    "spent": lambda w: lambda: w.table.spent("mails"),
    "create": lambda w: lambda: w.table.create(arrival("L2"), guard("k2"), ("two",), NOW),
    "create, known": lambda w: lambda: w.table.create(arrival("L2"), guard("k2"), ("one",), NOW, frozenset({"L1"})),
    "merge": lambda w: (lambda change: lambda: w.table.merge(change, guard("k2"), ("two",), NOW))(
        record_auto_reply(w.lead, "away", "", NOW)
    ),
    "commit": lambda w: (lambda change: lambda: w.table.commit(change))(assignment(w.lead, rotation_of(w.table))),
    "commit, lost": lambda w: (lambda change: lambda: refused(lambda: w.table.commit(change)))(stale(w)),
    "commit_all": lambda w: (lambda change: lambda: w.table.commit_all([change]))(
        record_auto_reply(w.lead, "away", "", NOW)
    ),
    "commit_all, lost": lambda w: (lambda change: lambda: refused(lambda: w.table.commit_all([change])))(stale(w)),
    "set_away": lambda w: lambda: w.table.set_away("ana", NOW),
    "owe": lambda w: (lambda message: lambda: w.table.owe(message))(replace(w.message, id="another")),
    "claim": lambda w: lambda: w.table.claim("L1", ACK, "me", NOW, NOW + DAY),
    "claim, lost": lambda w: lambda: w.table.claim("L1", ACK, "me", NOW - DAY, NOW),
    "finish": lambda w: (lambda message: lambda: w.table.finish(message, sent(message)))(finished(w)),
    "confirm": lambda w: (
        lambda message: lambda: w.table.confirm(message, sent(message, kind=EventKind.MESSAGE_CONFIRMED))
    )(finished(w)),
    "suppress": lambda w: lambda: w.table.suppress("one", Channel.SMS),
    "keep_alerts": lambda w: lambda: w.table.keep_alerts(Alerts(person_id="ana", turn=1)),
    "keep_alerts, lost": lambda w: lambda: refused(lambda: w.table.keep_alerts(Alerts(person_id="ana", turn=5))),
    "keep_sent": lambda w: lambda: w.table.keep_sent(RecentSends(key="address", turn=1)),
    "spend": lambda w: lambda: w.table.spend(BUDGET),
    "find_held": lambda w: lambda: w.quarantine.find_held("H1"),
    "open_held": lambda w: lambda: w.quarantine.open_held(5),
    "suspected_held": lambda w: lambda: w.quarantine.suspected_held(5),
    "waiting": lambda w: lambda: w.quarantine.waiting(NOW, 5),
    "settled_held": lambda w: lambda: w.quarantine.settled_held(NOW.date()),
    "hold": lambda w: lambda: w.quarantine.hold(quarantined("H2"), guard("h2"), NOW),
    "hold_all": lambda w: lambda: w.quarantine.hold_all([(quarantined("H2"), guard("h2"))], NOW),
    "settle": lambda w: lambda: w.quarantine.settle(discard(quarantined("H1"), "mia", "an advert", NOW)),
    "settle, lost": lambda w: lambda: refused(lambda: w.quarantine.settle(replace(quarantined("H1"), version=9))),
    "find_erasure": lambda w: lambda: w.erasures.find_erasure("asked"),
    "keep_erasure": lambda w: lambda: w.erasures.keep_erasure(Erasure(id="asked", begun_at=NOW)),
    "rewrite": lambda w: (lambda event: lambda: w.erasures.rewrite(event))(w.table.history("L1")[0]),
    "drop_messages": lambda w: lambda: w.erasures.drop_messages("L1"),
    "drop_consents": lambda w: lambda: w.erasures.drop_consents((record("L1#0", person_key="one"),)),
    "forget_leads": lambda w: lambda: w.erasures.forget_leads("one", ("L1",)),
    "all_held": lambda w: lambda: w.erasures.all_held(),
    "drop_held": lambda w: lambda: w.erasures.drop_held("H1"),
    "guards_of": lambda w: lambda: w.erasures.guards_of(frozenset({"L1"})),
    "bare_guard": lambda w: lambda: w.erasures.bare_guard("SEEN#1"),
    "lists": lambda w: lambda: w.lists.lists(),
    "standing": lambda w: lambda: w.lists.standing("number"),
    "add": lambda w: lambda: w.lists.add(NATIONAL, ["number"]),
    "publish": lambda w: lambda: w.lists.publish(NATIONAL),
    "drop": lambda w: lambda: w.lists.drop("national"),
    "take": lambda w: lambda: w.pace.take(Channel.EMAIL, 1, NOW),
    "take, full": lambda w: lambda: [w.pace.take(Channel.EMAIL, 1, NOW) for _ in range(3)],
    "rest": lambda w: lambda: w.pace.rest(Channel.EMAIL, NOW + DAY),
}


def refused(ask: Callable[[], object]) -> None:
    with pytest.raises(Conflict):
        ask()


def counted(calls: list[str]) -> list[str]:
    """Return calls with repeated ones merged and numbered."""
    return [f"{n} x {call}" if (n := len([*same])) > 1 else call for call, same in groupby(calls)]


ADAPTERS = (DynamoTable, DynamoQuarantine, DynamoErasures, DynamoDncLists, DynamoPace, DynamoRuns)
EXPECTED: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("calls.toml").read_text(encoding="utf-8"))
WRITERS = ("create", "merge", "commit", "commit_all", "hold", "hold_all")


def test_every_method_has_a_case() -> None:
    methods = {
        name
        for adapter in ADAPTERS
        for name, _ in inspect.getmembers(adapter, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {name.partition(",")[0] for name in CASES} == methods - {"connect"}
    assert CASES.keys() == EXPECTED.keys()


def test_every_adapter_of_the_table_is_covered() -> None:
    sources = (path.read_text(encoding="utf-8") for path in Path(leadtight.__file__).parent.rglob("*.py"))
    made = {name for source in sources for name in re.findall(r"^class (Dynamo\w+)", source, re.MULTILINE)}
    assert made == {kind.__name__ for kind in ADAPTERS}


@pytest.mark.parametrize("name", CASES)
def test_a_method_makes_only_the_calls_it_needs(world: World, name: str) -> None:
    ask = CASES[name](world)
    with recorded(world.table.connection.client) as calls:
        ask()
    assert counted(calls) == EXPECTED[name]


@contextmanager
def canceled(world: World, *codes: str) -> Iterator[None]:
    """Refuse every transaction for these reasons."""
    error = {"Code": "TransactionCanceledException", "Message": "cancelled"}
    with failing(world, {"TransactWriteItems"}, error, CancellationReasons=[{"Code": code} for code in codes]):
        yield


@contextmanager
def throttled(world: World) -> Iterator[None]:
    """Throttle every write of one item."""
    error = {"Code": "ProvisionedThroughputExceededException", "Message": "too many"}
    with failing(world, {"PutItem", "UpdateItem", "DeleteItem"}, error):
        yield


@contextmanager
def failing(world: World, operations: set[str], error: dict[str, str], **more: object) -> Iterator[None]:
    events = world.table.connection.client.meta.events

    def fault(**call: Any) -> Any:
        is_one = call["model"].name in operations
        return (SimpleNamespace(status_code=400, headers={}, content=b""), {"Error": error, **more}) if is_one else None

    events.register_first("before-call.dynamodb", fault, unique_id="fault")
    try:
        yield
    finally:
        events.unregister("before-call.dynamodb", unique_id="fault")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    "codes",
    [
        ("ThrottlingError",),
        ("None", "ProvisionedThroughputExceeded"),
        ("TransactionConflict", "ThrottlingError"),
        ("ConditionalCheckFailed", "RequestLimitExceeded"),
        ("None", "InternalServerError"),
    ],
    ids=" ".join,
)
def test_a_throttle_is_not_a_lost_race(world: World, name: str, codes: tuple[str, ...]) -> None:
    paused: list[float] = []
    world.table._pause = paused.append
    ask = CASES[name](world)
    with canceled(world, *codes), pytest.raises(PynamoDBException):
        ask()
    assert paused == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_lost_race_is_a_conflict_and_a_rejected_write_is_not(world: World, name: str) -> None:
    ask = CASES[name](world)
    for codes in (("None", "TransactionConflict"), ("TransactionConflict", "ConditionalCheckFailed")):
        with canceled(world, *codes), pytest.raises(Conflict):
            ask()
    with canceled(world, "None", "ValidationError"), pytest.raises(NotStorable):
        ask()


def names_of(lead: str) -> dict[str, str]:
    """Return each writer's message about a race it lost."""
    return {
        "create": f"lead {lead}: too many writers at once",
        "merge": f"lead {lead} has moved on",
        "commit": f"lead {lead} or its pool has moved on",
        "commit_all": f"lead {lead}, or one with it, or their pool has moved on",
    }


@pytest.mark.parametrize("name", names_of(""))
def test_the_loser_of_a_race_waits_a_random_moment_and_names_the_conflict(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    paused: list[float] = []
    world.table._pause = paused.append
    monkeypatch.setattr("random.uniform", lambda least, most: most if least == 0.005 else -1)
    ask = CASES[name](world)
    with canceled(world, "None", "TransactionConflict"), pytest.raises(Conflict) as lost:
        ask()
    assert str(lost.value) == names_of("L2" if name == "create" else "L1")[name]
    assert paused == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5] if name == "create" else [0.1])


def test_the_loser_of_an_alert_race_waits_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    world.table._pause = paused.append
    monkeypatch.setattr("random.uniform", lambda least, most: most if least == 0.005 else -1)
    world.table.keep_alerts(Alerts(person_id="ana", turn=1))
    world.table.keep_alerts(Alerts(person_id="ana", turn=1))
    assert paused == []
    with pytest.raises(Conflict, match=r"^ana was alerted meanwhile$"):
        world.table.keep_alerts(Alerts(person_id="ana", turn=1, digest_at=NOW))
    assert paused == [0.1]


def test_a_stale_delivery_or_list_is_named(world: World) -> None:
    with pytest.raises(Conflict, match=r"^delivery H1 has moved on$"):
        world.quarantine.settle(replace(quarantined("H1"), version=9))
    deliveries = [(quarantined(f"H{n}"), guard(f"h{n}")) for n in (2, 3)]
    many = r"^delivery H2, H3: too many writers at once$"
    with canceled(world, "None", "TransactionConflict"), pytest.raises(Conflict, match=many):
        world.quarantine.hold_all(deliveries, NOW)
    world.lists.publish(replace(NATIONAL, as_of=NATIONAL.as_of + DAY))
    with pytest.raises(Conflict, match=r"^the list national was already imported for a later day$"):
        world.lists.publish(NATIONAL)
    world.table.keep_sent(RecentSends(key="address", turn=1))
    with pytest.raises(Conflict, match=r"^another message was sent there meanwhile$"):
        world.table.keep_sent(RecentSends(key="address", turn=9))


def test_a_rejected_item_is_reported_on_the_body(world: World) -> None:
    ask = CASES["commit"](world)
    with canceled(world, "None", "ValidationError"), pytest.raises(NotStorable) as error:
        ask()
    [problem] = error.value.problems
    assert (problem.field, problem.detail) == ("body", "is too large to be stored with the existing data")


ALONE = (
    *("set_away", "owe", "claim", "suppress", "keep_alerts", "keep_sent", "spend", "settle", "publish", "drop"),
    *("keep_erasure", "rewrite", "forget_leads", "drop_held", "bare_guard"),
)
"""Methods that write one item at a time."""


@pytest.mark.parametrize("name", ALONE)
def test_a_throttled_single_write_is_not_a_conflict(world: World, name: str) -> None:
    ask = CASES[name](world)
    with throttled(world), pytest.raises(PynamoDBException) as error:
        ask()
    assert error.value.cause_response_code == "ProvisionedThroughputExceededException"


@pytest.mark.parametrize("name", ["finish", "confirm"])
def test_a_send_whose_outcome_is_not_stored_has_an_unknown_outcome(world: World, name: str) -> None:
    ask = CASES[name](world)
    with canceled(world, "None", "ThrottlingError"), pytest.raises(PynamoDBException):
        ask()


def test_no_call_starts_after_the_deadline(world: World) -> None:
    world.table.connect()
    with time_limit.calls.begin_within(60):
        assert world.table.load("L1")
        assert timedelta(seconds=50) < time_limit.calls.left() <= timedelta(seconds=60)
    with time_limit.calls.begin_within(-1), pytest.raises((time_limit.OutOfTimeError, PynamoDBException)) as error:
        world.table.load("L1")
    assert "the table did not answer in time" in str(error.value)
    assert time_limit.calls.left() == timedelta.max
    assert world.table.load("L1")


def test_a_claim_holds_the_message_until_the_requested_lease_ends(world: World) -> None:
    lease = NOW + timedelta(minutes=7)
    world.table.claim("L1", ACK, "me", NOW, lease)
    client = boto3.client("dynamodb", region_name=REGION)
    key = {"pk": {"S": "LEAD#L1"}, "sk": {"S": f"MSG#{ACK}"}}
    item = client.get_item(TableName=NAME, Key=key, ConsistentRead=True)["Item"]
    assert item["next_try_at"]["S"] == format_timestamp(lease)
    assert item["gsi1sk"]["S"].startswith(format_timestamp(lease))
