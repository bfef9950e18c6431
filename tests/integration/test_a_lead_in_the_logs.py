"""One lead in all logs: by id, without personal data."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from functions.desk.handler import handle as desk
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from tests.integration.conftest import Stage, queue_record
from tests.integration.http_events import post_lead, request
from tests.lambda_context import CONTEXT

ADA = {
    "name": "Ada Obi",
    "email": "ada@example.com",
    "phone": "+493090182000",
    "message": "urgent: please call me",
}
PRIVATE = ("Ada", "Obi", "ada@example.com", "3090182000", "call me")
Lines = list[dict[str, Any]]
pytestmark = pytest.mark.slow


@pytest.fixture
def log(stage: Stage) -> Iterator[StringIO]:
    """Collect what the functions log.

    They write to what was standard output when they were imported.
    """
    functions = (intake, route, respond, sla, desk)
    log = StringIO()
    handlers = {sys.modules[function.__module__].logger.registered_handler for function in functions}
    usual = {handler: handler.setStream(log) for handler in handlers}
    yield log
    for handler, stream in usual.items():
        handler.setStream(stream or sys.stdout)


def lines(log: StringIO) -> Lines:
    """Return the log lines since the last call."""
    every = [json.loads(line) for line in log.getvalue().splitlines()]
    log.seek(0)
    log.truncate()
    return every


def correlations(logged: Lines) -> set[str | None]:
    return {line.get("correlation_id") for line in logged}


def test_a_lead_is_traceable_by_its_id_without_personal_data(
    stage: Stage, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_id = json.loads(intake(post_lead(ADA), CONTEXT)["body"])["lead_id"]
    taken = lines(log)
    route(stage.inserted("LEAD"), CONTEXT)
    routed = lines(log)
    lead = bootstrap.ports().store.load(lead_id)
    assert lead
    assert lead.wake_at
    respond(stage.inserted("MSG"), CONTEXT)
    sent = lines(log)
    late = lead.wake_at + timedelta(minutes=1)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: late)
    alarm = {"lead_id": lead_id, "token": lead.wake_token, "pool_id": lead.pool_id}
    sla({"Records": [queue_record(json.dumps(alarm))]}, CONTEXT)
    rung = lines(log)
    desk(request("GET /o/{token}", token=token_of(lead_id)), CONTEXT)
    lines_ = lines(log)

    assert correlations(taken) == {"request-2"}
    assert correlations(routed) == correlations(sent) == correlations(rung) == {lead_id}
    assert correlations(lines_) == {"request-2"}
    for logged in (taken, routed, sent, rung, lines_):
        assert lead_id in {line.get("lead_id") for line in logged}
        assert {line["function_request_id"] for line in logged} == {"request-1"}
        assert not [word for word in PRIVATE if word in json.dumps(logged)]


def token_of(lead_id: str) -> str:
    lead = bootstrap.ports().store.load(lead_id)
    assert lead
    return bootstrap.ports().links.outcome(lead, str(lead.owner_id), bootstrap.clock()()).rpartition("/")[2]


def test_log_keys_of_one_request_do_not_leak_into_the_next(stage: Stage, log: StringIO) -> None:
    lead_id = json.loads(intake(post_lead(ADA), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    desk(request("GET /o/{token}", token=token_of(lead_id)), CONTEXT)
    lines(log)
    desk(request("GET /o/{token}", token="v1.k1.x.y"), CONTEXT)
    assert [line.get("lead_id") for line in lines(log)] == [None]
