"""`leadtight policy`: check, explain and describe a policy."""

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
    file: Annotated[Path, typer.Argument(help="The policy; by default the shipped one.")] = policies.SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Also fail on likely mistakes.")] = False,
) -> None:
    """List a policy's problems by path, then its likely mistakes.

    Exits with 2 when it cannot be read and with 1 when there are problems; with --strict also for likely mistakes.
    """
    try:
        version, problems, warnings = _load_and_lint(file)
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
    typer.echo(_as_json(version, problems, warnings) if as_json else _as_text(file, version, problems, warnings))
    if problems or (strict and warnings):
        raise typer.Exit(1)


@policy.command()
def explain(
    lead: Annotated[Path, typer.Argument(help="A lead in JSON, as POST /leads accepts it.")],
    at: Annotated[str | None, typer.Option(help="Arrival time with an offset; by default now.")] = None,
    file: Annotated[Path, typer.Option("--policy", help="The policy; by default the shipped one.")] = SHIPPED,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Explain the handling of a lead: tier, rule, owner, deadlines.

    It also shows why the other rules and people were not chosen. Exits with 2 when the input is unreadable.
    """
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
    """Print the policy's JSON Schema for completion in editors."""
    typer.echo(json.dumps(json_schema.schema(), indent=2, ensure_ascii=False))


def _load_and_lint(file: Path) -> tuple[str | None, tuple[Problem, ...], tuple[Problem, ...]]:
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
