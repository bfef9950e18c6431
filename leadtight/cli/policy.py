"""`leadtight policy`: is this policy usable, and if not, where not? And what may it say?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from leadtight import policy as policies
from leadtight.cli import policy_schema
from leadtight.domain.errors import PolicyError, Problem

policy = typer.Typer(no_args_is_help=True, help="Check a policy.")


@policy.callback()
def _group() -> None:
    """Check a policy."""


@policy.command()
def check(
    file: Annotated[Path, typer.Argument(help="The policy; the shipped one when left out.")] = policies.SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Name every problem of a policy by its path; exit 1 when there are any, 2 when it cannot be read."""
    try:
        version, problems = _checked(file)
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    typer.echo(_as_json(version, problems) if as_json else _as_text(file, version, problems))
    if problems:
        raise typer.Exit(1)


@policy.command()
def schema() -> None:
    """Print the JSON Schema of a policy, for editors that complete and check as you type."""
    typer.echo(json.dumps(policy_schema.schema(), indent=2, ensure_ascii=False))


def _checked(file: Path) -> tuple[str | None, tuple[Problem, ...]]:
    try:
        return policies.load(file).version, ()
    except PolicyError as error:
        return None, error.problems


def _as_json(version: str | None, problems: tuple[Problem, ...]) -> str:
    named = [{"path": problem.field, "detail": problem.detail} for problem in problems]
    return json.dumps({"schema": "leadtight.policy_check/1", "version": version, "problems": named}, indent=2)


def _as_text(file: Path, version: str | None, problems: tuple[Problem, ...]) -> str:
    if not problems:
        return f"{file}: ok, version {version}"
    return "\n".join(f"{file}: {problem}" for problem in problems)
