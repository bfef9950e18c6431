"""Routing and escalation through the deployed functions, over moto."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlencode

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters.dynamodb.rows import LeadRow
from leadtight.adapters.memory.ports import InMemoryPorts
from leadtight.adapters.memory.table import MemoryTable
from leadtight.application import Application
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.people import Absence
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, Stage, queue_record, stored, stream_record
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

AT_ONCE = 100

SHIPPED = policies.shipped()


@pytest.fixture
def govern(monkeypatch: pytest.MonkeyPatch) -> Callable[[Policy], None]:
    def deploy(policy: Policy) -> None:
        monkeypatch.setattr(bootstrap, "policy", lambda: policy)
        bootstrap.forget()

    return deploy


def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: now)


def receive(number: int = 1) -> str:
    lead = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": "urgent: please call me"}
    answer = intake(post_lead(lead), CONTEXT)
    assert answer["statusCode"] == 202
    return str(json.loads(answer["body"])["lead_id"])


def receipt_of(lead_id: str) -> Receipt:
    [assigned] = [e for e in bootstrap.ports().store.history(lead_id) if e.kind is EventKind.LEAD_ASSIGNED]
    return from_document(Receipt, assigned.data["receipt"])


@pytest.mark.proves("C7")
def test_leave_switch_and_hours_each_leave_a_person_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, govern: Callable[[Policy], None]
) -> None:
    at(monkeypatch, MONDAY_NINE)
    hour = timedelta(hours=1)
    evening = replace(
        SHIPPED.calendars["office"], id="evening", week={0: (SHIPPED.calendars["office"].week[0][1],)}
    )  # Mondays from 13:30
    people = {
        "ana": replace(SHIPPED.people["ana"], away=(Absence(MONDAY_NINE - hour, MONDAY_NINE + hour),)),
        "cem": replace(SHIPPED.people["cem"], calendar="evening"),
    }
    inbound = replace(SHIPPED.pools["inbound"], members=dict.fromkeys(("ana", "ben", "cem", "eli"), 1))
    govern(
        replace(
            SHIPPED,
            calendars={**SHIPPED.calendars, "evening": evening},
            people={**SHIPPED.people, **people},
            pools={**SHIPPED.pools, "inbound": inbound},
        )
    )
    bootstrap.table().set_away("ben", MONDAY_NINE + hour)
    lead_id = receive()
    route(stage.inserted("LEAD"), CONTEXT)
    receipt = receipt_of(lead_id)
    assert {c.person: c.left_out.partition(" until")[0] for c in receipt.candidates} == {
        "ana": "on leave",
        "ben": "switched away",
        "cem": "outside working hours",
        "eli": "",
    }
    assert stored(lead_id).owner_id == receipt.recompute() == "eli"


@pytest.mark.proves("C7")
def test_a_lead_that_arrives_at_night_has_its_owner_at_once_and_its_clock_from_their_shift(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, MONDAY_NINE - timedelta(hours=7))
    lead_id = receive()
    route(stage.inserted("LEAD"), CONTEXT)
    lead, clock = stored(lead_id), stored(lead_id).clock(FIRST_RESPONSE)
    assert clock is not None
    assert (lead.owner_id, receipt_of(lead_id).clock_starts_at) == ("ana", MONDAY_NINE)
    assert (clock.started_at, clock.deadline) == (MONDAY_NINE, MONDAY_NINE + timedelta(minutes=5))
    assert stage.schedules() != []


@pytest.mark.proves("F6")
@pytest.mark.slow
@pytest.mark.parametrize("sweeps", [False, True], ids=["by alarms", "by the sweep alone"])
def test_each_level_is_told_once_however_often_its_alarm_is_delivered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, sweeps: bool
) -> None:
    at(monkeypatch, MONDAY_NINE)
    lead_id = receive()
    route(stage.inserted("LEAD"), CONTEXT)
    for _ in range(40):
        wakes = stored(lead_id).wake_at
        assert wakes is not None
        if wakes > MONDAY_NINE + timedelta(hours=3):
            break
        at(monkeypatch, wakes + timedelta(minutes=2 if sweeps else 0))
        _wake(stored(lead_id), sweeps)
    told = [
        (message.data["level"], message.recipient, message.data["owner"])
        for message in bootstrap.ports().outbox.messages(lead_id)
        if message.template is Template.ESCALATE
    ]
    assert told == [(1, "mia", "ana"), (1, "mia", "ben"), (1, "mia", "cem"), (2, "dora", "mia")]


def _wake(lead: Lead, sweeps: bool) -> None:
    alarm = queue_record(json.dumps({"lead_id": lead.id, "token": lead.wake_token, "pool_id": lead.pool_id}))
    for _ in range(2):
        if sweeps:
            sla({"sweep": True}, CONTEXT)
        else:
            assert sla({"Records": [alarm, alarm]}, CONTEXT) == {"batchItemFailures": []}


@pytest.mark.proves("C2", "R6")
@pytest.mark.slow
def test_a_hundred_posts_at_once_are_shared_within_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The handlers run over tables in memory.

    moto checks and writes in two steps that threads interleave.
    """
    at(monkeypatch, MONDAY_NINE)
    people = {name: replace(person, caps=Caps()) for name, person in SHIPPED.people.items()}
    table = MemoryTable()
    app = Application(replace(SHIPPED, people=people), InMemoryPorts(table=table))
    monkeypatch.setattr(bootstrap, "app", cache(lambda: app))
    with ThreadPoolExecutor(AT_ONCE) as posts:
        ids = [*posts.map(receive, range(AT_ONCE))]
    arrived = [row for row in table.inserted if isinstance(row, Lead)]
    assert {lead.id for lead in arrived} == {*ids}
    with ThreadPoolExecutor(AT_ONCE) as readers:
        [*readers.map(_routed, arrived)]
    events = [e for lead_id in ids for e in table.history(lead_id) if e.kind is EventKind.LEAD_ASSIGNED]
    owners = {e.data["receipt"]["turn"]: e.data["owner"] for e in events}
    assert sorted(owners) == list(range(AT_ONCE)), "each lead has its own turn"
    assert all(len({owners[turn + n] for n in range(3)}) == 3 for turn in range(AT_ONCE - 2))
    shares = Counter(owners.values())
    assert max(shares.values()) - min(shares.values()) <= 1


def _routed(lead: Lead) -> None:
    """Deliver a record until routed, as the stream does."""
    record = stream_record(LeadRow.of(lead).serialize())
    is_done = False
    while not is_done:
        try:
            route({"Records": [record]}, CONTEXT)
            is_done = True
        except* Conflict:
            is_done = False


@pytest.mark.proves("B6")
def test_a_lead_qualified_at_night_has_its_closer_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, MONDAY_NINE)
    lead_id = receive()
    route(stage.inserted("LEAD"), CONTEXT)
    night = MONDAY_NINE + timedelta(hours=13)
    at(monkeypatch, night)
    lead = stored(lead_id)
    token = bootstrap.ports().links.outcome(lead, str(lead.owner_id), night).rpartition("/")[2]
    form = urlencode({"outcome": "qualified", "submission": lead.version})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert desk(request("POST /o/{token}", body=form, headers=headers, token=token), CONTEXT)["statusCode"] == 303
    after, clock = stored(lead_id), stored(lead_id).clock(FIRST_RESPONSE)
    assert clock is not None
    assert (after.owner_id, after.version, clock.started_at) == (
        "dora",
        lead.version + 1,
        MONDAY_NINE + timedelta(days=1),
    )
