"""`leadtight restore` over moto, with the deployed handlers.

Tables behave as AWS documents (tests/unit/restore/aws.py); their rows are moto's.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.collect.handler import handle as collect
from functions.intake.handler import handle as intake
from functions.respond.handler import handle as respond
from functions.route.handler import handle as route
from functions.sla.handler import handle as sla
from leadtight import bootstrap
from leadtight.adapters import clock_and_ids
from leadtight.cli import app
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel
from tests.integration.conftest import MONDAY_NINE, Stage, client, queue_record, stream_record
from tests.integration.deployed_stack import STACK, DeployedStack, deploy
from tests.integration.http_events import post_lead
from tests.integration.test_mail_handler import drop
from tests.lambda_context import CONTEXT
from tests.unit.adapters.email.letters import mail
from tests.unit.restore.aws import BackupTwin, Clock, DynamoTwin, Killed, Table, refusal

pytestmark = pytest.mark.slow

MOMENT = MONDAY_NINE + timedelta(hours=1)
NOW = MONDAY_NINE + timedelta(hours=26)
TARGET = f"{STACK}-restored-{MOMENT:%Y%m%dT%H%M%SZ}"
QUEUES = ("mails", "receipts-dead", "spill-dead")


@dataclass
class MotoTables(DynamoTwin):
    """The documented states, over moto's rows."""

    copies: list[tuple[datetime, str]] = field(default_factory=list)

    def remember(self, name: str) -> None:
        made = client("dynamodb").create_backup(TableName=name, BackupName="moment")
        self.copies.append((self.clock(), made["BackupDetails"]["BackupArn"]))

    def restore_table_to_point_in_time(self, **params: Any) -> None:  # type: ignore[override]  # moto copies
        self.moments = [(at, {}) for at, _ in self.copies]
        super().restore_table_to_point_in_time(**params)
        [*_, copy] = [copy for at, copy in self.copies if at <= params["RestoreDateTime"]]
        client("dynamodb").restore_table_from_backup(TargetTableName=params["TargetTableName"], BackupArn=copy)

    def delete_table(self, TableName: str) -> None:  # noqa: N803 - AWS's name
        super().delete_table(TableName)
        client("dynamodb").delete_table(TableName=TableName)

    def scan(self, **params: Any) -> dict[str, Any]:  # type: ignore[override]  # moto pages
        return dict(client("dynamodb").scan(**params, Limit=25))

    def put_item(self, **params: Any) -> None:  # type: ignore[override]  # moto stores
        client("dynamodb").put_item(**params)

    def update_item(self, **params: Any) -> None:  # type: ignore[override]  # moto stores
        client("dynamodb").update_item(**params)

    def transact_write_items(self, **params: Any) -> None:  # type: ignore[override]  # moto stores
        client("dynamodb").transact_write_items(**params)


@dataclass
class Drill:
    """A stage with a clock, its tables, and the command."""

    clock: Clock
    tables: MotoTables
    stack: DeployedStack
    nights: list[str]

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["restore", *words, "--stack", STACK], env={"COLUMNS": "200"})


@pytest.fixture
def drill(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drill:
    """Return a stage whose stage file is here."""
    clock, nights = Clock(MONDAY_NINE), list[str]()
    tables = MotoTables(clock)
    tables.tables["leadtight"] = Table("leadtight", stream={"StreamEnabled": True}, recovers=True, ttl="expires_at")
    for queue in QUEUES:
        client("sqs").create_queue(QueueName=f"{STACK}-{queue}")
    for bucket in ("reports", "mails", "uploads"):
        client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client("scheduler").create_schedule_group(Name=STACK)
    monkeypatch.setenv("LEADTIGHT_SCHEDULE_GROUP", STACK)
    outputs = {"TableName": "leadtight", "ScheduleGroup": STACK, "AlarmQueueUrl": stage.queue_url}
    outputs |= {"MailBucket": "mails", "UploadsBucket": "uploads", "ReportsBucket": "reports"}

    def report(payload: dict[str, Any], _context: Any) -> dict[str, Any]:
        nights.append(payload["date"])
        return {}

    stack = deploy(monkeypatch, outputs, SlaFunction=sla, ReportFunction=report)
    _connect(monkeypatch, clock, tables)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STAGES", str(tmp_path))
    (tmp_path / "Makefile").touch()
    (tmp_path / "prod.toml").write_text('account = "111122223333"  # ours\n', encoding="utf-8")
    monkeypatch.setattr(
        "leadtight.cli.restore.subprocess", SimpleNamespace(run=_deployer(stack, monkeypatch, tmp_path))
    )
    return Drill(clock, tables, stack, nights)


def _connect(monkeypatch: pytest.MonkeyPatch, clock: Clock, tables: MotoTables) -> None:
    """Connect the command to tables, services and clock."""
    services = {"dynamodb": tables, "backup": BackupTwin(tables)}
    given = SimpleNamespace(client=lambda service, **_: services.get(service) or client(service))
    monkeypatch.setattr("leadtight.cli.restore_parts.clients", given)
    monkeypatch.setattr("leadtight.cli.restore_parts.time", SimpleNamespace(sleep=clock.pause))
    monkeypatch.setattr(clock_and_ids, "clock", clock)
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: clock.now.replace(tzinfo=None))
    monkeypatch.setattr(bootstrap, "clock", lambda: clock)


def _deployer(stack: DeployedStack, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Any:
    """Return `make deploy`, which reads the stage's file."""

    def run(command: list[str], *, check: bool) -> subprocess.CompletedProcess[bytes]:
        assert (command, check) == (["make", "deploy", "STAGE=prod"], False)
        restored = tomllib.loads((folder / "prod.toml").read_text(encoding="utf-8"))["restored"]
        stack._outputs["TableName"] = restored["table"]
        monkeypatch.setenv("LEADTIGHT_TABLE", restored["table"])
        bootstrap.forget()
        return subprocess.CompletedProcess(command, 0)

    return run


def receive(stage: Stage, **body: str) -> str:
    """Receive a lead, and route and answer it."""
    lead_id: str = json.loads(intake(post_lead({"message": "urgent", **body}), CONTEXT)["body"])["lead_id"]
    route({"Records": [r for r in stage.inserted("LEAD")["Records"] if lead_id in str(r["dynamodb"]["Keys"])]}, CONTEXT)
    respond(
        {"Records": [r for r in stage.inserted("MSG#")["Records"] if lead_id in str(r["dynamodb"]["Keys"])]}, CONTEXT
    )
    return lead_id


def lead(lead_id: str) -> Lead:
    found = bootstrap.ports().store.load(lead_id)
    assert found
    return found


def erase(person: str) -> None:
    result = CliRunner().invoke(app, ["erase", person, "--apply", "--stack", STACK])
    assert result.exit_code == 0, result.output


def opt_out(address: str) -> None:
    bootstrap.ports().outbox.suppress(person_key(address), Channel.EMAIL)


def read_announced_mails() -> list[str]:
    """Read the mails on the queue; return its bodies."""
    url = client("sqs").get_queue_url(QueueName=f"{STACK}-mails")["QueueUrl"]
    bodies = [
        m["Body"] for m in client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]
    for number, body in enumerate(bodies):
        collect({"Records": [queue_record(body, f"m-{number}")]}, CONTEXT)
    return bodies


@pytest.fixture
def story(stage: Stage, drill: Drill) -> dict[str, str]:
    """Return leads from before the moment, and since.

    Ada and Bea were there at the moment. Since then Bea was erased, Ada opted out, Cy came by the form and Di by mail.
    """
    leads = {"ada": receive(stage, name="Ada Obi", email="ada@example.com")}
    leads["bea"] = receive(stage, name="Bea Cole", email="bea@example.com")
    drill.clock.now = MOMENT
    drill.tables.remember("leadtight")
    drill.clock.now = MOMENT + timedelta(hours=2)
    erase(leads["bea"])
    opt_out("ada@example.com")
    leads["cy"] = receive(stage, name="Cy Dunn", email="cy@example.com")
    di = mail("Please call me.", headers={"From": "Di Eng <di@example.com>", "Message-ID": "<di@example.com>"})
    collect(drop("ses/di+1", di), CONTEXT)
    drill.clock.now = NOW
    return leads


def restore(drill: Drill) -> dict[str, Any]:
    result = drill.run("--to", MOMENT.isoformat(), "--apply", "--json")
    assert result.exit_code == 1, "the lead that came since is stated"
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.mark.proves("V4")
def test_the_whole_drill_keeps_every_promise_and_every_refusal(drill: Drill, story: dict[str, str]) -> None:
    before = lead(story["ada"])
    document = restore(drill)
    assert (document["schema"], document["table"]) == ("leadtight.restore/1", TARGET)
    assert drill.stack._outputs["TableName"] == TARGET
    ada, bea = lead(story["ada"]), lead(story["bea"])
    assert (ada.inquiry, ada.owner_id, ada.promise) == (before.inquiry, before.owner_id, before.promise)
    assert (bea.inquiry.name, bea.inquiry.email, bea.is_open) == ("", None, False)
    assert "bea@example.com" not in json.dumps(client("dynamodb").scan(TableName=TARGET)["Items"], default=str)
    ada_key = {"pk": {"S": f"PERSON#{person_key('ada@example.com')}"}, "sk": {"S": "PERSON"}}
    closed = client("dynamodb").get_item(TableName=TARGET, Key=ada_key)["Item"]["suppressed"]
    assert closed == {"SS": ["email"]}, "she opted out since"
    [problem] = document["problems"]
    assert problem.startswith("2 leads that were accepted since are only in leadtight")
    assert drill.nights == ["2026-11-22", "2026-11-23"]


def test_a_mail_since_is_one_lead_again_however_often_it_is_announced(
    stage: Stage, drill: Drill, story: dict[str, str]
) -> None:
    restore(drill)
    assert len(read_announced_mails()) == 1
    restore(drill)
    read_announced_mails()
    items = client("dynamodb").scan(TableName=TARGET)["Items"]
    mailed = [item for item in items if item["sk"]["S"] == "LEAD" and "di@example.com" in item["doc"]["S"]]
    assert len(mailed) == 1


def test_leads_since_are_brought_over_and_neither_routed_nor_answered_again(
    stage: Stage, drill: Drill, story: dict[str, str]
) -> None:
    history = [event.kind for event in bootstrap.ports().store.history(story["cy"])]
    result = drill.run("--to", MOMENT.isoformat(), "--bring-leads", "--apply", "--json")
    assert (result.exit_code, json.loads(result.stdout)["problems"]) == (0, [])
    items = client("dynamodb").scan(TableName=TARGET)["Items"]
    brought = [item for item in items if item["pk"]["S"] == f"LEAD#{story['cy']}"]
    records = [stream_record(item) for item in brought]
    route({"Records": [r for r in records if r["dynamodb"]["Keys"]["sk"]["S"] == "LEAD"]}, CONTEXT)
    respond({"Records": [r for r in records if r["dynamodb"]["Keys"]["sk"]["S"].startswith("MSG#")]}, CONTEXT)
    assert [event.kind for event in bootstrap.ports().store.history(story["cy"])] == history
    assert read_announced_mails()
    mailed = [i for i in client("dynamodb").scan(TableName=TARGET)["Items"] if "di@example.com" in str(i.get("doc"))]
    assert len([item for item in mailed if item["sk"]["S"] == "LEAD"]) == 1


def test_deadlines_that_passed_meanwhile_ring_in_the_next_sweep(drill: Drill, story: dict[str, str]) -> None:
    restore(drill)
    sla({"sweep": True}, CONTEXT)
    assert "deadline_missed" in [event.kind for event in bootstrap.ports().store.history(story["ada"])]


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(drill: Drill, story: dict[str, str]) -> None:
    result = drill.run("--to", MOMENT.isoformat())
    assert result.exit_code == 0
    assert f"Would restore leadtight as it was at {MOMENT.isoformat()} to {TARGET}" in result.stderr
    assert set(drill.tables.tables) == {"leadtight"}
    assert drill.nights == []


def test_the_stage_file_names_the_table_and_keeps_everything_else(
    drill: Drill, story: dict[str, str], tmp_path: Path
) -> None:
    restore(drill)
    text = (tmp_path / "prod.toml").read_text(encoding="utf-8")
    assert text.startswith('account = "111122223333"  # ours\n')
    assert tomllib.loads(text)["restored"]["table"] == TARGET


def test_without_a_stage_file_the_lines_and_the_command_are_printed(
    drill: Drill, story: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "prod.toml").unlink()
    result = drill.run("--to", MOMENT.isoformat(), "--apply")
    assert result.exit_code == 1
    assert f'[restored]\ntable = "{TARGET}"\nstream = "arn:aws:dynamodb:' in result.stderr
    assert "make deploy STAGE=prod" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Killed(), 130, "the same command goes on from here"),
        (refusal("ExpiredTokenException"), 1, "sign in, then run the same command again"),
    ],
    ids=["interrupted", "expired"],
)
def test_a_run_that_is_cut_short_says_how_to_go_on(
    drill: Drill,
    story: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    words: str,
) -> None:
    def stop(**_: Any) -> None:
        raise error

    with monkeypatch.context() as cut:
        cut.setattr(drill.tables, "update_time_to_live", stop)
        result = drill.run("--to", MOMENT.isoformat(), "--apply")
    assert (result.exit_code, words in result.stderr) == (code, True)
    restore(drill)
    assert drill.stack._outputs["TableName"] == TARGET


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "choose exactly one of --to, --from-backup and --drill"),
        (("--to", "2026-11-23T09:00:00Z", "--drill"), "choose exactly one"),
        (("--to", "yesterday"), "not a time such as 2026-12-01T03:15:00Z"),
        (("--to", "2026-11-23T09:00:00"), "name the zone too, such as 2026-11-23T09:00:00Z"),
        (("--to", "2026-11-25T09:00:00Z"), "can be restored to any second from"),
    ],
)
def test_a_request_that_cannot_be_met_is_a_usage_error(drill: Drill, words: tuple[str, ...], problem: str) -> None:
    result = drill.run(*words)
    assert (result.exit_code, problem in result.stderr) == (2, True)


def test_a_drill_restores_verifies_and_leaves_the_stage_as_it_was(drill: Drill, story: dict[str, str]) -> None:
    drill.tables.tables[f"{STACK}-restored-drill-20260101T000000Z"] = Table("left")
    client("dynamodb").create_table(
        TableName=f"{STACK}-restored-drill-20260101T000000Z",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    drill.tables.remember("leadtight")
    drill.clock.now += timedelta(minutes=10)
    schedules = client("scheduler").list_schedules(GroupName=STACK)["Schedules"]
    result = drill.run("--drill", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"], document["problems"]) == (0, "leadtight.restore/1", [])
    assert set(drill.tables.tables) == {"leadtight"}
    assert drill.stack._outputs["TableName"] == "leadtight"
    assert client("scheduler").list_schedules(GroupName=STACK)["Schedules"] == schedules
    seconds = {step["name"]: step["seconds"] for step in document["steps"]}
    assert seconds["restore the table"] >= 25
    assert document["seconds"] == sum(seconds.values())


def test_a_drill_notices_a_restore_that_lost_events(
    drill: Drill, story: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = drill.run("--drill", "--json")
    assert result.exit_code == 1
    assert any("events from before" in problem for problem in json.loads(result.stdout)["problems"])
    assert set(drill.tables.tables) == {"leadtight"}
