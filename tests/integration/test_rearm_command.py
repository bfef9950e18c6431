"""`leadtight rearm` over moto.

The command invokes the deployed function, which re-arms the table's leads.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from functions.intake.handler import handle as intake
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.cli import app
from leadtight.policy import loader as policies
from tests.integration.conftest import MONDAY_NINE, REGION, Stage
from tests.integration.deployed_stack import deploy
from tests.integration.http_events import post_lead
from tests.lambda_context import CONTEXT

pytestmark = pytest.mark.slow


@pytest.fixture
def lead_id(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Return a lead routed before another policy was deployed.

    It was routed under the shipped policy.
    """
    ada = {"name": "Ada Obi", "email": "ada@example.com", "message": "urgent"}
    id_: str = json.loads(intake(post_lead(ada), CONTEXT)["body"])["lead_id"]
    route(stage.inserted("LEAD"), CONTEXT)
    shipped = policies.shipped()
    hot = replace(shipped.targets["hot"], within=timedelta(minutes=30))
    deployed = replace(shipped, version="2", targets={**shipped.targets, "hot": hot})
    monkeypatch.setattr(bootstrap, "policy", lambda: deployed)
    bootstrap.forget()
    deploy(monkeypatch, SlaFunction=sla)
    monkeypatch.chdir(tmp_path)
    return id_


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["rearm", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


def deadline(lead_id: str) -> datetime:
    lead = bootstrap.ports().store.load(lead_id)
    assert lead is not None
    return lead.promise.deadline


def test_a_dry_run_prints_old_and_new_deadline_and_writes_nothing(lead_id: str) -> None:
    code, out, _ = run("--all")
    assert code == 0
    assert "2026-11-23 08:05:00 UTC" in out
    assert "2026-11-23 08:30:00 UTC" in out
    assert "Would re-arm 1 under policy 2" in out
    assert deadline(lead_id) == MONDAY_NINE + timedelta(minutes=5)


def test_applying_writes_and_arms_the_new_alarm_and_the_second_run_has_nothing_to_do(
    stage: Stage, lead_id: str
) -> None:
    stage.alarms()
    code, out, _ = run("--lead", lead_id, "--apply")
    assert (code, "Re-armed 1 under policy 2" in out) == (0, True)
    assert deadline(lead_id) == MONDAY_NINE + timedelta(minutes=30)
    lead = bootstrap.ports().store.load(lead_id)
    assert lead is not None
    assert any(lead.wake_token in name for name in stage.schedules()), "the first warning is 18 minutes away"
    code, out, _ = run("--all", "--apply", "--json")
    assert (code, json.loads(out)) == (0, {"schema": "leadtight.rearm/1", "applied": True, "leads": [], "left": 0})


def test_json_output_has_lead_deadlines_and_versions(lead_id: str) -> None:
    output = json.loads(run("--pool", "inbound", "--json")[1])
    assert (output["schema"], output["applied"], output["left"]) == ("leadtight.rearm/1", False, 0)
    [lead] = output["leads"]
    assert lead["lead_id"] == lead_id
    assert lead["old_deadline"] < lead["new_deadline"]
    assert lead["new_policy_version"] == "2"


@pytest.mark.usefixtures("lead_id")
def test_invalid_criteria_are_a_usage_error_and_missing_objects_a_failure() -> None:
    assert run()[::2] == (2, "leadtight rearm: choose exactly one of --lead, --pool, --owner, --all and --alarms\n")
    assert run("--all", "--pool", "inbound")[0] == 2
    code, _, error = run("--owner", "nobody")
    assert code == 1
    assert "'nobody' is not a person in the policy" in error


def test_a_restored_table_has_every_promise_armed_again(
    stage: Stage, lead_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drill of docs/guides/runbook.md.

    Restore beside the table, point the functions there, arm every alarm.
    """
    open_leads = [lead_id]
    for number in range(3):
        body = {"name": f"Cy {number}", "email": f"cy{number}@example.com", "message": "urgent"}
        open_leads.append(json.loads(intake(post_lead(body), CONTEXT)["body"])["lead_id"])
    unowned = open_leads.pop()
    route({"Records": [r for r in stage.inserted("LEAD")["Records"] if unowned not in str(r["dynamodb"])]}, CONTEXT)
    dynamo, schedules = boto3.client("dynamodb", region_name=REGION), boto3.client("scheduler", region_name=REGION)
    originals = {id_: bootstrap.ports().store.load(id_) for id_ in (*open_leads, unowned)}
    dynamo.update_continuous_backups(
        TableName="leadtight", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamo.restore_table_to_point_in_time(
        SourceTableName="leadtight", TargetTableName="restored", UseLatestRestorableTime=True
    )
    dynamo.delete_table(TableName="leadtight")
    for name in stage.schedules():
        schedules.delete_schedule(GroupName="leadtight", Name=name)
    stage.alarms()
    monkeypatch.setenv("LEADTIGHT_TABLE", "restored")
    bootstrap.forget()
    assert {id_: bootstrap.ports().store.load(id_) for id_ in originals} == originals
    assert "The alarms of 4 open leads would be armed." in run("--alarms")[1]
    assert stage.schedules() == []
    output = json.loads(run("--alarms", "--apply", "--json")[1])
    assert (output["applied"], output["alarms"]) == (True, 4)
    owned = [lead for lead in originals.values() if lead and lead.owner_id]
    assert sorted(stage.schedules()) == sorted(f"lead-{lead.id}-{lead.wake_token}" for lead in owned)
    assert run("--alarms", "--apply")[0] == 0, "repeating it adds nothing"
    later = MONDAY_NINE + timedelta(minutes=20)
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: later)
    sla({"sweep": True}, CONTEXT)
    after = {id_: bootstrap.ports().store.load(id_) for id_ in originals}
    assert all(lead and lead.owner_id and lead.wake_at and lead.wake_at > later for lead in after.values())
    kinds = [event.kind for event in bootstrap.ports().store.history(lead_id)]
    assert "deadline_missed" in kinds, "deadlines passed meanwhile rang"


def test_a_stack_without_its_functions_is_a_usage_error(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(monkeypatch)
    code, _, errors = run("--all")
    assert (code, "is it deployed?" in errors, errors.count("\n")) == (2, True, 1)
