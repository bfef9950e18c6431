"""`leadtight restore`: restore the table, with all that follows."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from leadtight.adapters import clock_and_ids
from leadtight.cli.exits import stop
from leadtight.cli.restore_parts import document, parts_of
from leadtight.cli.restore_parts import drill as run_drill
from leadtight.cli.stack_client import StackClient
from leadtight.domain.model.errors import Conflict
from leadtight.restore.errors import RestoreStopped
from leadtight.restore.plan import RestorePlan, check_moment, moment
from leadtight.restore.run import Restore, RestoreParts
from leadtight.restore.stage_text import section, write_restored
from leadtight.restore.steps import StepLog
from leadtight.restore.waiting import reason
from leadtight.stages.stage_file import default_folders

COMMAND = "restore"
INTERRUPTED = 130


def restore(
    to: Annotated[str | None, typer.Option(metavar="TIME", help="The moment, such as 2026-12-01T03:15:00Z.")] = None,
    from_backup: Annotated[
        str | None, typer.Option(metavar="ARN", help="A backup of DynamoDB, or a recovery point of AWS Backup.")
    ] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Restore to a second table, verify it and delete it; the stage stays.")
    ] = False,
    bring_leads: Annotated[
        bool, typer.Option("--bring-leads", help="Copy the leads accepted since, as the former table has them.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Restore; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.restore/1.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Restore the table, and put the stage onto it.

    Waits as long as it takes. Stopped anywhere, the same command goes on. The former table stays.
    """
    if [bool(to), bool(from_backup), drill].count(True) != 1:
        raise stop(COMMAND, "choose exactly one of --to, --from-backup and --drill", code=2)
    deployed = StackClient.find(COMMAND, stack)
    try:
        found = run_drill(deployed, _tell) if drill else _restore(deployed, to, from_backup, bring_leads, apply=apply)
    except RestoreStopped as error:
        raise stop(COMMAND, str(error), code=error.code) from error
    except (ClientError, BotoCoreError, PynamoDBException, Conflict) as error:
        raise stop(COMMAND, str(reason(error)), code=1) from error
    except KeyboardInterrupt as error:
        raise stop(COMMAND, "stopped; the same command goes on from here", code=INTERRUPTED) from error
    if as_json:
        typer.echo(json.dumps(found, indent=2, default=list))
    elif apply or drill:
        typer.echo(f"{len(found['problems'])} things to look at." if found["problems"] else "Everything was verified.")
    if found["problems"]:
        raise typer.Exit(1)


def _restore(
    deployed: StackClient, to: str | None, backup: str | None, brings_leads: bool, *, apply: bool
) -> dict[str, Any]:
    log = StepLog(clock_and_ids.clock, _tell)
    parts = parts_of(deployed, log, partial(_deploy, deployed.stack))
    plan = replace(_plan(deployed, parts, to, backup), brings_leads=brings_leads)
    if apply:
        Restore(plan, parts, log).run()
    else:
        _preview(plan, parts, log)
    about = {"restored_to": plan.at.isoformat(), "table": plan.target, "applied": apply}
    return document(deployed.stack, log, **about)


def _plan(deployed: StackClient, parts: RestoreParts, to: str | None, backup: str | None) -> RestorePlan:
    if to is not None:
        return RestorePlan(stack=deployed.stack, at=moment(to))
    assert backup is not None, "one of both was chosen"
    vault = deployed.outputs.get("BackupVaultName")
    return RestorePlan(stack=deployed.stack, at=parts.tables.made_at(backup, vault), backup=backup)


def _preview(plan: RestorePlan, parts: RestoreParts, log: StepLog) -> None:
    """Say what a restore would do."""
    former, target = Restore(plan, parts, log).former(), parts.tables.find(plan.target)
    if target is None and plan.backup is None:
        check_moment(plan.at, parts.tables.window(former))
    state = "to be made" if target is None else f"is there, {target.waits_for or 'ready'}"
    log.tell(f"Would restore {former} as it was at {plan.at.isoformat()} to {plan.target} ({state}),")
    log.tell("set its stream, time to live, recovery, protection, encryption and tags,")
    log.tell("erase again who was erased since, and carry opt-outs and do-not-call lists over,")
    if plan.brings_leads:
        log.tell("copy the leads that were accepted since,")
    log.tell(f"deploy {plan.stack} onto it, arm every alarm, read mails again, compute the reports,")
    log.tell(f"verify, and list what is then only in {former}, which stays.")
    log.tell("Nothing was changed: run it again with --apply.")


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _deploy(stack: str, table: str, stream: str) -> None:
    """Note the table in the stage's file and deploy.

    Raises RestoreStopped with what to do where that is not possible here, or fails.
    """
    name = stack.removeprefix("leadtight-")
    file, command = _stage_file(name), f"make deploy STAGE={name}"
    if not (file and Path("Makefile").is_file()):
        raise RestoreStopped(
            f"the table is ready. Add these lines to the stage's file:\n\n{section(table, stream)}\n"
            f"then run `{command}`, and the same command again: it goes on from there"
        )
    write_restored(file, table, stream)
    if subprocess.run(command.split(), check=False).returncode:
        raise RestoreStopped(f"`{command}` failed: run it again, then the same command")


def _stage_file(name: str) -> Path | None:
    """Return the file of a stage, unless there is none."""
    files = [file for folder in default_folders() if (file := folder / f"{name}.toml").is_file()]
    return files[0] if files else None
