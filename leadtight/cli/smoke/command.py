"""`leadtight smoke STAGE`: prove a deployed stage by using it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.aws.secret_store import SecretsManagerKeys
from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.app.compliance.erase_person import ErasureReport
from leadtight.app.messaging.links import Links
from leadtight.cli.erase import eraser
from leadtight.cli.exits import stop
from leadtight.cli.smoke.hard import hard_parts, require_permission
from leadtight.cli.stack_client import DEV, StackClient, reach
from leadtight.domain.model.errors import LeadtightError
from leadtight.policy import loader as policies
from leadtight.stages import checks, checks_page, stage_file
from leadtight.stages.checks import Check
from leadtight.stages.credentials import explained
from leadtight.stages.smoke import hard_steps, program
from leadtight.stages.smoke.deployed_stage import DeployedStage
from leadtight.stages.smoke.disturbances import Disturbances
from leadtight.stages.smoke.hard_steps import HardParts
from leadtight.stages.smoke.local_cloud import CANNOT_ASK
from leadtight.stages.smoke.report_steps import opens
from leadtight.stages.smoke.results import write
from leadtight.stages.smoke.session import Session, SmokeSettings
from leadtight.stages.smoke.stores import RecentMails, StageStores
from leadtight.stages.smoke.web import WebClient
from leadtight.stages.stage_names import LOCAL

COMMAND = "smoke"
HARD_SECONDS = 4 * program.HOUR_SECONDS
LOCAL_FILES = DEV.parent / "cloud" / "stages"
"""Where `make dev` writes the local stage's file."""


def smoke(
    stage: Annotated[str, typer.Argument(help="The stage's name: stages/NAME.toml, or local.")],
    clean: Annotated[bool, typer.Option("--clean", help="Only erase what interrupted runs have left.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Only open the report link of the latest run again.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only this step, and the cleaning; repeatable.")] = None,
    hard: Annotated[bool, typer.Option("--hard", help="Break parts for minutes, and look at what rings.")] = False,
    hurt: Annotated[str, typer.Option(help="With --hard: the name of a live stage that may be hurt.")] = "",
    previous: Annotated[str, typer.Option(help="With --hard: the git revision to roll back to.")] = "",
    destroy: Annotated[bool, typer.Option("--destroy", help="With --hard: destroy the stage, and deploy it.")] = False,
    out: Annotated[Path, typer.Option(help="The folder of the results.")] = Path(".leadtight/smoke"),
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.smoke/1.")] = False,
) -> None:
    """Prove a deployed stage: alarms, mails, a lead through everything.

    It takes up to an hour, alerts no person, and erases its test leads at the end. Exits with 1 when a step fails, with
    2 when the stage cannot be read.
    """
    if hard:
        require_permission(stage, hurt)
    session = _session(stage, out / stage)
    parts = hard_parts(session, previous=previous, destroy=destroy) if hard else None
    steps = _chosen(_steps(session, parts, clean=clean, again=again), only or ())
    console = Console(stderr=True, soft_wrap=True)
    asked = program.answerable(steps, session.settings.cannot_ask)
    budget = HARD_SECONDS if hard else program.HOUR_SECONDS
    results = checks.run(session, asked, say=checks_page.teller(console), clock=time.monotonic, budget=budget)
    written, page = write(session, results)
    if as_json:
        typer.echo(written.read_text(encoding="utf-8"))
    console.print(f"\n{checks_page.headline(results)} {written}, {page}", markup=False, highlight=False)
    raise typer.Exit(checks.exit_code(results))


def _session(name: str, folder: Path) -> Session:
    settings, policy_file = _settings(name)
    try:
        policy = policies.load(policy_file)
        deployed = DeployedStage.find(f"leadtight-{name}")
        run = clock_and_ids.new_id()[-8:].lower()
        stores = StageStores(deployed, run, time.sleep)
        keyring = SecretsManagerKeys(deployed.physical("LinkSecret"))
    except (ClientError, BotoCoreError, LeadtightError, OSError) as error:
        raise stop(COMMAND, f"{name}: {error}", code=2) from error
    table = DynamoTable(deployed.outputs["TableName"], deployed.region)
    return Session(
        settings=settings,
        policy=policy,
        stage=deployed,
        stores=stores,
        web=WebClient(deployed.outputs["ApiUrl"]),
        table=table,
        quarantine=DynamoQuarantine(table),
        links=Links(keyring, deployed.outputs["ApiUrl"]),
        run=run,
        folder=folder,
        now=clock_and_ids.clock,
        sleep=time.sleep,
    )


def _settings(name: str) -> tuple[SmokeSettings, Path]:
    """Return the stage's settings, and point the clients there."""
    try:
        stage = stage_file.read(name, folders=[LOCAL_FILES] if name == LOCAL else None)
    except LeadtightError as error:
        raise stop(COMMAND, str(error), code=2) from error
    if stage.is_local:
        reach(COMMAND, stage.stack)
        return SmokeSettings(name=name, identity=stage.mail.identity, cannot_ask=CANNOT_ASK), stage.policy
    os.environ["AWS_DEFAULT_REGION"] = stage.region
    try:
        account = str(clients.client("sts").get_caller_identity()["Account"])
    except (ClientError, BotoCoreError) as error:
        raise stop(COMMAND, f"{name}: {explained(error)}", code=2) from error
    if account != stage.account:
        raise stop(COMMAND, f"{name}: the credentials are of {account}, the stage is in {stage.account}", code=2)
    operators = stage.operators.emails
    return SmokeSettings(name=name, identity=stage.mail.identity, operators=operators), stage.policy


def _steps(session: Session, parts: HardParts | None, *, clean: bool, again: bool) -> tuple[Check[Session], ...]:
    def erase(address: str, since: datetime) -> ErasureReport:
        now = session.now()
        deployed = StackClient(COMMAND, session.stage.stack, dict(session.stage.outputs))
        mails = RecentMails(session.stage.outputs["MailBucket"], since)
        return eraser(deployed, now, mails).of(address, session.policy.company.country, now, apply=True)

    if again:
        return (_again(session.folder),)
    asked = program.steps(erase)
    if parts:
        asked = program.around(hard_steps.steps(parts), asked)
    if clean:
        return (hard_steps.mending(Disturbances(session.stage, session.run)), *(step for step in asked if step.always))
    return asked


def _chosen(steps: tuple[Check[Session], ...], only: Sequence[str]) -> tuple[Check[Session], ...]:
    """Return the steps of these names, and the cleaning."""
    if unknown := set(only) - {step.id for step in steps}:
        raise stop(COMMAND, f"--only {min(unknown)}: choose from {', '.join(step.id for step in steps)}", code=2)
    return tuple(step for step in steps if not only or step.always or step.id in only)


def _again(folder: Path) -> Check[Session]:
    """Return the step that opens the latest report link again."""
    links = [
        (document["started_at"], document["report_link"])
        for file in folder.glob("*.json")
        if isinstance(document := json.loads(file.read_text(encoding="utf-8")), dict) and document.get("report_link")
    ]
    if not links:
        raise stop(COMMAND, f"--again: no run in {folder} has a report link", code=2)
    began, link = max(links)
    return Check(
        id="report-opens-again",
        asks=f"Does the report link of {began[:16]} still open?",
        ask=lambda session: opens(session, link),
    )
