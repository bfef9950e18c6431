"""`leadtight policy`: is this policy usable, and if not, where not? And what may it say?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leadtight.adapters import clock_and_ids
from leadtight.cli import policy_explain
from leadtight.domain.model.errors import LeadtightError, PolicyError, Problem
from leadtight.domain.policy_checks.lint import lint
from leadtight.policy import json_schema, values
from leadtight.policy import loader as policies

SHIPPED = policies.SHIPPED

policy = typer.Typer(no_args_is_help=True, help="Check a policy.")


@policy.callback()
def _group() -> None:
    """Check a policy."""


@policy.command()
def check(
    file: Annotated[Path, typer.Argument(help="The policy; the shipped one when left out.")] = policies.SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on what looks like a mistake, too.")] = False,
) -> None:
    """Name every problem of a policy by its path, then what looks like a mistake; exit 2 when it cannot be read.

    Exit 1 when there are problems; with --strict also when something looks like a mistake.
    """
    try:
        version, problems, warnings = _checked(file)
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    typer.echo(_as_json(version, problems, warnings) if as_json else _as_text(file, version, problems, warnings))
    if problems or (strict and warnings):
        raise typer.Exit(1)


@policy.command()
def explain(
    lead: Annotated[Path, typer.Argument(help="A lead as POST /leads takes it, in JSON.")],
    at: Annotated[str | None, typer.Option(help="When it arrives, with a zone; now when left out.")] = None,
    file: Annotated[Path, typer.Option("--policy", help="The policy; the shipped one when left out.")] = SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Tell what becomes of a lead: tier, rule, owner, deadlines, and why not the others; exit 2 when unreadable."""
    try:
        now = values.instant(at) if at else clock_and_ids.clock()
        loaded = policies.load(file)
        explanation = policy_explain.explain(loaded, policy_explain.read_lead(lead), now)
    except (OSError, ValueError, LeadtightError) as error:
        typer.echo(f"leadtight policy explain: {lead}: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps(explanation, indent=2, default=str))
    else:
        policy_explain.show(loaded, explanation, Console())


@policy.command()
def schema() -> None:
    """Print the JSON Schema of a policy, for editors that complete and check as you type."""
    typer.echo(json.dumps(json_schema.schema(), indent=2, ensure_ascii=False))


def _checked(file: Path) -> tuple[str | None, tuple[Problem, ...], tuple[Problem, ...]]:
    try:
        checked = policies.load(file)
    except PolicyError as error:
        return None, error.problems, ()
    return checked.version, (), tuple(lint(checked))


def _as_json(version: str | None, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> str:
    document = {
        "schema": "leadtight.policy_check/1",
        "version": version,
        "problems": [{"path": problem.field, "detail": problem.detail} for problem in problems],
        "warnings": [{"path": warning.field, "detail": warning.detail} for warning in warnings],
    }
    return json.dumps(document, indent=2)


def _as_text(file: Path, version: str | None, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]) -> str:
    if problems:
        return "\n".join(f"{file}: {problem}" for problem in problems)
    lines = [f"{file}: warning: {warning}" for warning in warnings]
    return "\n".join([*lines, f"{file}: ok, version {version}"])
