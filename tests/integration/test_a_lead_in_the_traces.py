"""One lead in all traces, by its id."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from tests.integration.conftest import Stage, queue_record
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

ADA = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent: please call me"}
ROOT = "1-67891233-abcdef012345678912345678"


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    """Listen as X-Ray's daemon does beside a function."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield listening


def drawn(monkeypatch: pytest.MonkeyPatch, daemon: socket.socket, sampled: int) -> None:
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{daemon.getsockname()[1]}")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled={sampled};Lineage=1:abc:0")


def received(daemon: socket.socket) -> list[dict[str, Any]]:
    """Return the subsegments since the last call."""
    subsegments: list[dict[str, Any]] = []
    while True:
        try:
            header, _, body = daemon.recv(65_536).partition(b"\n")
        except BlockingIOError:
            return subsegments
        assert json.loads(header) == {"format": "json", "version": 1}
        subsegments.append(json.loads(body))


def test_each_function_annotates_its_trace_with_the_lead(
    stage: Stage, daemon: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch, daemon, sampled=1)
    lead_id = json.loads(intake(post_lead(ADA), CONTEXT)["body"])["lead_id"]
    by_function = {"intake": received(daemon)}
    route(stage.inserted("LEAD"), CONTEXT)
    by_function["route"] = received(daemon)
    respond(stage.inserted("MSG"), CONTEXT)
    by_function["respond"] = received(daemon)
    lead = bootstrap.ports().store.load(lead_id)
    assert lead
    assert lead.wake_at
    late = lead.wake_at + timedelta(minutes=1)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: late)
    alarm = {"lead_id": lead_id, "token": lead.wake_token, "pool_id": lead.pool_id}
    sla({"Records": [queue_record(json.dumps(alarm))]}, CONTEXT)
    by_function["sla"] = received(daemon)
    for name, subsegments in by_function.items():
        assert subsegments, name
        assert {s["annotations"]["lead_id"] for s in subsegments} == {lead_id}
        assert {(s["trace_id"], s["parent_id"], s["type"]) for s in subsegments} == {
            (ROOT, "53995c3f42cd8ad8", "subsegment")
        }
        assert all(len(s["id"]) == 16 and s["end_time"] >= s["start_time"] for s in subsegments)


def test_a_trace_that_is_not_drawn_gets_no_annotation(
    stage: Stage, daemon: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch, daemon, sampled=0)
    intake(post_lead(ADA), CONTEXT)
    assert received(daemon) == []


def test_a_daemon_that_is_away_costs_nothing(
    stage: Stage, daemon: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch, daemon, sampled=1)
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", "256.256.256.256:2000")
    assert intake(post_lead(ADA), CONTEXT)["statusCode"] == 202
