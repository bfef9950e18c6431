"""The `leadtight` command: one file per command, registered here."""

from __future__ import annotations

import typer

from leadtight.cli.api_key import api_key
from leadtight.cli.auditing.command import audit as audit_command
from leadtight.cli.bench.command import bench as bench_command
from leadtight.cli.board import board as board_command
from leadtight.cli.dev.command import dev as dev_command  # plain `dev` would hide the package of that name
from leadtight.cli.dnc import dnc as dnc_command  # plain `dnc` would hide the module of that name
from leadtight.cli.export import export as export_command  # plain `export` would hide the module of that name
from leadtight.cli.importing.command import import_
from leadtight.cli.policy import policy
from leadtight.cli.quarantine import quarantine
from leadtight.cli.rearm import rearm as rearm_command  # plain `rearm` would hide the module of that name
from leadtight.cli.redrive import redrive as redrive_command  # plain `redrive` would hide the module of that name
from leadtight.cli.report import report
from leadtight.cli.simulation.command import simulate
from leadtight.cli.templates import templates as templates_command  # plain `templates` would hide the module

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("audit")(audit_command)
app.command("bench")(bench_command)
app.command("dev")(dev_command)
app.command("board")(board_command)
app.command()(report)
app.command("export")(export_command)
app.command("import")(import_)
app.command("rearm")(rearm_command)
app.command("redrive")(redrive_command)
app.command()(simulate)
app.add_typer(policy, name="policy")
app.add_typer(dnc_command, name="dnc")
app.add_typer(templates_command, name="templates")
app.add_typer(api_key, name="api-key")
app.add_typer(quarantine, name="quarantine")


@app.callback()
def leadtight() -> None:
    """Every lead has an owner, a deadline and a next action, and the system enforces it."""
