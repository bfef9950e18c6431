"""The sweep over moto completes and reports despite failures."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.domain.model.message import Status
from tests.integration.conftest import REGION, Stage
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BROKEN: dict[str, dict[str, Any]] = {
    "rubbish": {"doc": {"S": "{broken"}},
    "a newer version": {"status": {"S": "sent_by_pigeon"}},
    "half of it": {"attempts": {"NULL": True}},
}


def receive(monkeypatch: pytest.MonkeyPatch, at: datetime, email: str = "ada@example.com") -> str:
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at)
    body = {"name": "Ada Obi", "email": email, "message": "urgent: please call me"}
    return str(json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"])


def metrics(output: str) -> dict[str, float]:
    """Return the metrics that a run has written, by name."""
    lines = (line for line in output.splitlines() if '"_aws"' in line)
    merged: dict[str, Any] = {name: value for line in lines for name, value in json.loads(line).items()}
    return {name: value[0] if isinstance(value, list) else value for name, value in merged.items()}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_message_that_no_version_can_read_does_not_stop_the_sweep_from_sending(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    receive(monkeypatch, NOW)
    [poison] = stage.items("MSG#")
    boto3.client("dynamodb", region_name=REGION).put_item(TableName="leadtight", Item=poison | BROKEN[broken])
    good = receive(monkeypatch, NOW, "ben@example.com")
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(minutes=5))
    sla({"sweep": True}, context)
    assert {m.status for m in bootstrap.ports().outbox.messages(good) if m.template == "acknowledge"} == {Status.SENT}


@pytest.mark.parametrize("reader", ["due", "queued", "due_leads", "waiting_in_short", "owners"])
def test_a_failing_sweep_writes_its_metrics_names_the_fault_and_fails(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reader: str
) -> None:
    def refuses(*_: Any) -> None:
        raise RuntimeError("no answer")

    receive(monkeypatch, NOW)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(minutes=5))
    monkeypatch.setattr(bootstrap.table(), reader, refuses)
    capsys.readouterr()
    with pytest.raises(ExceptionGroup, match="sweep faults"):
        sla({"sweep": True}, context)
    written = metrics(capsys.readouterr().out)
    assert written["SweepFaults"] >= 1
    assert {"SweepRepairs", "SweepUnfinished", "ReviewMailsLost", "BacklogUnowned", "BacklogAgeMessages"} <= set(
        written
    )
    assert sum(count for name, count in written.items() if name.startswith("SweepFaults")) == 2 * written["SweepFaults"]
    assert written["SweepRepairs"] >= 1 or reader == "due_leads"


def test_uncountable_reviews_cost_no_other_metric(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(_: datetime) -> int:
        raise RuntimeError("no answer")

    receive(monkeypatch, NOW)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(minutes=5))
    monkeypatch.setattr(bootstrap.app().weekly_mail, "lost", refuses)
    with pytest.raises(ExceptionGroup, match="sweep faults"):
        sla({"sweep": True}, context)
    written = metrics(capsys.readouterr().out)
    assert written["SweepRepairs"] >= 1
    assert written["BacklogUnowned"] == 1
    assert written["BacklogAgeUnowned"] == 270


def test_a_sweep_without_time_starts_nothing_and_says_so(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(monkeypatch, NOW)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(minutes=5))
    monkeypatch.setattr(context, "get_remaining_time_in_millis", lambda: 19_000)
    sla({"sweep": True}, context)
    written = metrics(capsys.readouterr().out)
    assert (written["SweepRepairs"], written["SweepUnfinished"]) == (0, 6)


def test_a_sweep_counts_the_runs_that_are_overdue_and_names_them(
    stage: Stage,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def swept(at: datetime) -> str:
        monkeypatch.setattr(bootstrap, "clock", lambda: lambda: at)
        capsys.readouterr()
        sla({"sweep": True}, context)
        return capsys.readouterr().out

    assert metrics(swept(NOW))["RunsOverdue"] == 0
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(hours=12))
    collect({"sweep": True}, context)
    collect({"reconcile": True}, context)
    assert metrics(swept(NOW + timedelta(hours=12)))["RunsOverdue"] == 0
    assert metrics(swept(NOW + timedelta(hours=26)))["RunsOverdue"] == 2
    assert {vars(r)["run"] for r in caplog.records if r.message == "run_overdue"} == {"collect", "reconcile"}


def test_every_sweep_writes_a_row_that_no_reader_wants(stage: Stage, context: Any) -> None:
    sla({"sweep": True}, context)
    [row] = [item for item in stage.items("RUN#") if item["sk"]["S"] == "RUN#sweep"]
    assert not row["sk"]["S"].startswith("MSG#")
    assert "frees" not in row


def test_an_assignment_writes_the_time_to_owner_for_the_dashboard(
    stage: Stage, context: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(monkeypatch, NOW)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: NOW + timedelta(minutes=5))
    capsys.readouterr()
    sla({"sweep": True}, context)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"SecondsToOwner"' in line]
    assert [(line["service"], line["SecondsToOwner"]) for line in lines] == [("leads", [300.0])]
