"""`leadtight rearm`: put open leads under the deployed policy."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient

COMMAND = "rearm"
SCHEMA = "leadtight.rearm/1"


def rearm(
    lead: Annotated[str | None, typer.Option(metavar="ID", help="One lead.")] = None,
    pool: Annotated[str | None, typer.Option(help="The open leads of a pool.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="PERSON", help="The open leads of a person.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open lead that has an owner.")] = False,
    alarms: Annotated[bool, typer.Option("--alarms", help="Arm every alarm again as it is; no lead changes.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Store the changes; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.rearm/1 instead of a table.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Re-arm open leads under the deployed policy.

    Prints old and new deadlines. A deadline that has passed stays passed.
    """
    chosen = {k: v for k, v in (("lead", lead), ("pool", pool), ("owner", owner), ("everything", everything)) if v}
    if len(chosen) + alarms != 1:
        raise stop(COMMAND, "choose exactly one of --lead, --pool, --owner, --all and --alarms", code=2)
    deployed = StackClient.find(COMMAND, stack)
    if alarms:
        _arm_again(deployed, apply=apply, as_json=as_json)
        return
    answer = _ask(deployed, chosen, apply=apply)
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, **answer}, indent=2))
    else:
        _show(answer, Console())


def _ask(deployed: StackClient, chosen: dict[str, Any], *, apply: bool) -> dict[str, Any]:
    """Ask until no lead is left.

    One call changes a bounded number of leads, and a changed lead is not found again.
    """
    leads: list[dict[str, Any]] = []
    while True:
        answer = deployed.ask("SlaFunction", {"rearm": chosen, "apply": apply})
        leads += answer["leads"]
        if not apply or not answer["left"]:
            return {**answer, "leads": leads}


def _arm_again(deployed: StackClient, *, apply: bool, as_json: bool) -> None:
    """Arm every alarm after a restore.

    The schedules of a lost table or group are gone with it.
    """
    done, leads = 0, 1
    while done < leads:
        answer = deployed.ask("SlaFunction", {"arm_again": apply, "after": done})
        leads, done = answer["leads"], done + answer["at_once"] if apply else answer["leads"]
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "applied": apply, "alarms": leads}, indent=2))
    else:
        outcome = "are armed." if apply else "would be armed. Nothing was changed: run it again with --apply."
        typer.echo(f"The alarms of {leads} open leads {outcome}")


def _show(answer: dict[str, Any], console: Console) -> None:
    if not answer["leads"]:
        console.print("Nothing to re-arm: these leads follow the deployed policy, or have no running timers.")
        return
    table = Table("lead", "owner", "pool", "old deadline", "new deadline", "old policy")
    for lead in answer["leads"]:
        moved = lead["old_deadline"] != lead["new_deadline"]
        new = _moment(lead["new_deadline"]) if moved else "unchanged"
        version = lead["old_policy_version"]
        table.add_row(lead["lead_id"], lead["owner"], lead["pool"], _moment(lead["old_deadline"]), new, version)
    console.print(table)
    verb = "Re-armed" if answer["applied"] else "Would re-arm"
    console.print(f"{verb} {len(answer['leads'])} under policy {answer['leads'][0]['new_policy_version']}.")
    if answer["left"]:
        console.print(f"{answer['left']} more are not shown.")
    if not answer["applied"]:
        console.print("Nothing was changed: run it again with --apply.")


def _moment(at: str | None) -> str:
    return f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S} UTC" if at else "–"
