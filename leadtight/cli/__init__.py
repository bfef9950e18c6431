"""The `leadtight` command, whose subcommands are imported on use.

There is one file per command.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from leadtight import __version__

COMMANDS = {
    "audit": "leadtight.cli.audit.command:audit",
    "bench": "leadtight.cli.bench:bench",
    "capacity": "leadtight.cli.capacity:capacity",
    "dev": "leadtight.cli.dev:dev",
    "doctor": "leadtight.cli.doctor:doctor",
    "board": "leadtight.cli.board:board",
    "report": "leadtight.cli.report:report",
    "erase": "leadtight.cli.erase:erase",
    "export": "leadtight.cli.export:export",
    "import": "leadtight.cli.import_.command:import_",
    "rearm": "leadtight.cli.rearm:rearm",
    "restore": "leadtight.cli.restore:restore",
    "redrive": "leadtight.cli.redrive:redrive",
    "smoke": "leadtight.cli.smoke.command:smoke",
    "simulate": "leadtight.cli.simulate:simulate",
    "policy": "leadtight.cli.policy:policy",
    "dnc": "leadtight.cli.dnc:dnc",
    "templates": "leadtight.cli.templates:templates",
    "api-key": "leadtight.cli.api_key:api_key",
    "quarantine": "leadtight.cli.quarantine:quarantine",
}
"""Location of each command: a function or a command group."""


class _WhenUsed(TyperGroup):
    """A command group that imports its commands on use.

    Importing all of them takes over a second.
    """

    def __init__(self, **options: Any) -> None:
        """Register the names, which suggestions for mistyped commands need."""
        super().__init__(**options)
        later: Any = None
        self.commands = dict.fromkeys(COMMANDS, later)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the command names in help order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and return a command; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        target = getattr(import_module(module), name)
        command = get_group(target) if isinstance(target, typer.Typer) else _alone(target)
        command.name = cmd_name
        return command


def _alone(function: Callable[..., None]) -> Any:
    app = _app()
    app.command()(function)
    return get_command(app)


def _app(cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    return typer.Typer(cls=cls, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


app = _app(_WhenUsed)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leadtight {__version__}")
        raise typer.Exit


@app.callback()
def leadtight(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Give every lead an owner, deadline and next action.

    Leadtight enforces them: no lead is forgotten.
    """
