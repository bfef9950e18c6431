"""`leadtight report`: recompute a past day or week."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient

COMMAND = "report"


def report(
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The day, or any day of the week.")],
    week: Annotated[bool, typer.Option("--week", help="The weekly review instead of the nightly metrics.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Compute the report of a past day or week again.

    The same events give the same bytes.
    """
    payload = {"kind": "weekly" if week else "nightly", "date": _day(day)}
    deployed = StackClient.find(COMMAND, stack)
    for key in _keys(deployed.ask("ReportFunction", payload)):
        typer.echo(f"s3://{deployed.outputs['ReportsBucket']}/{key}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise stop(COMMAND, f"--date: not a date such as 2026-11-21: {text}", code=2) from error


def _keys(answer: dict[str, Any]) -> list[str]:
    if "week" in answer:
        return [f"weekly/{answer['week']}/{name}" for name in ("index.html", "review.json")]
    return [f"metrics/dt={answer['date']}/metrics.json", f"facts/dt={answer['date']}/facts.parquet"]
