"""`leadtight board`: the address of a manager's live board."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient

COMMAND = "board"
SCHEMA = "leadtight.board/1"


def board(
    person: Annotated[str | None, typer.Argument(help="A manager; by default the catch-all person.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=f"Print {SCHEMA}.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Print the address of a manager's board.

    The address works for 14 days, for anyone who has it.
    """
    answer = StackClient.find(COMMAND, stack).ask("DeskFunction", {"board": {"person": person}})
    if "problem" in answer:
        raise stop(COMMAND, answer["problem"], code=1)
    typer.echo(json.dumps({"schema": SCHEMA, **answer}, indent=2) if as_json else answer["link"])
