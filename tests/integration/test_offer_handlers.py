"""Freed capacity travels by stream from desk to route.

Over moto, within desk's and route's call budgets.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.lead import Lead
from tests.integration.conftest import MONDAY_NINE, Stage, stored, stream_record
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_open_lead_each(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = bootstrap.policy()
    people = {name: replace(person, caps=Caps(open=1)) for name, person in shipped.people.items()}
    monkeypatch.setattr(bootstrap, "policy", lambda: replace(shipped, people=people))


def receive(stage: Stage, name: str) -> Lead:
    body = {"name": name, "email": f"{name.lower()}@example.com", "message": "a question"}
    lead_id = str(json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"])
    route(stage.inserted("LEAD"), CONTEXT)
    return stored(lead_id)


def record(lead: Lead, outcome: str, person: str) -> None:
    token = bootstrap.ports().links.outcome(lead, person, MONDAY_NINE).rpartition("/")[2]
    form = urlencode({"outcome": outcome, "submission": lead.version})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert desk(request("POST /o/{token}", body=form, headers=headers, token=token), CONTEXT)["statusCode"] == 303


def freed(stage: Stage) -> dict[str, Any]:
    """Return the stream's batch for freed capacity.

    The stream's filter lets it through to route.
    """
    return {"Records": [stream_record(item) for item in stage.items("EVENT#") if "frees" in item]}


@pytest.mark.proves("C6")
def test_freed_capacity_reaches_the_waiting_lead_by_the_stream(stage: Stage) -> None:
    leads = [receive(stage, name) for name in ("Ada", "Bo", "Cy")]
    waiting = receive(stage, "Di")
    assert [lead.owner_id for lead in (*leads, waiting)] == ["ana", "ben", "cem", "mia"]
    assert freed(stage) == {"Records": []}
    with stage.counted() as calls:
        record(leads[1], "won", "ben")
    assert len(calls) <= 4
    [hint] = freed(stage)["Records"]
    assert hint["dynamodb"]["NewImage"]["frees"] == {"S": "ben"}
    with stage.counted() as calls:
        route(freed(stage), CONTEXT)
    assert stored(waiting.id).owner_id == "ben"
    assert [call.partition(":")[2] for call in calls[:4]] == [
        "Query",
        "BatchGetItem",  # does anybody have capacity?
        "BatchGetItem",
        "TransactWriteItems",
    ]
    assert len(calls) <= 6


def test_a_replayed_hint_changes_nothing(stage: Stage) -> None:
    first = receive(stage, "Ada")
    waiting = [receive(stage, name) for name in ("Bo", "Cy", "Di", "Ed")][2:]
    record(first, "won", "ana")
    for _ in range(3):
        route(freed(stage), CONTEXT)
    assert [stored(lead.id).owner_id for lead in waiting] == ["ana", "mia"]
    assert [lead.id for lead in bootstrap.ports().store.waiting_in_short()] == [waiting[1].id]


def test_a_hint_costs_one_read_when_no_lead_waits(stage: Stage) -> None:
    record(receive(stage, "Ada"), "won", "ana")
    with stage.counted() as calls:
        route(freed(stage), CONTEXT)
    assert calls == ["dynamodb:Query"]


def test_the_sweep_assigns_waiting_leads_that_no_hint_reached(stage: Stage) -> None:
    leads = [receive(stage, name) for name in ("Ada", "Bo", "Cy")]
    waiting = receive(stage, "Di")
    record(leads[0], "won", "ana")
    sla({"sweep": True}, CONTEXT)
    assert stored(waiting.id).owner_id == "ana"


def test_closing_a_waiting_lead_removes_it_from_the_queue_in_four_calls(stage: Stage) -> None:
    for name in ("Ada", "Bo", "Cy"):
        receive(stage, name)
    waiting = receive(stage, "Di")
    with stage.counted() as calls:
        record(waiting, "won", "mia")
    assert len(calls) <= 4
    assert bootstrap.ports().store.waiting_in_short() == ()
