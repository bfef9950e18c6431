"""`leadtight capacity`: throughput limits and monthly costs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from leadtight.capacity import model
from leadtight.capacity.data import aws, lives, stage_resources
from leadtight.capacity.month import monthly
from leadtight.capacity.parts import bounds
from leadtight.capacity.sheets import CapacityTable, month_sheet, sheets, texts_sheet

MONTHS = (1_000, 100_000, 10_000_000)
STAGE_MONTHS = (100, 1_000, 10_000)
RATE = 200
capacity = typer.Typer(no_args_is_help=True, help="Throughput limits of each part, and costs.")


@capacity.command("aws")
def on_aws(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    leads: Annotated[list[int] | None, typer.Option(min=1, help="Leads per month; repeatable.")] = None,
    rate: Annotated[int, typer.Option(min=1, help="Leads per second to compare with.")] = RATE,
) -> None:
    """Show throughput limits and monthly costs of each AWS part.

    Computed from calls that were counted on the real handlers; AWS is not queried.
    """
    months = tuple(leads or MONTHS)
    if as_json:
        typer.echo(json.dumps(document(months), indent=2, ensure_ascii=False))
        return
    console = Console()
    for sheet in sheets(months, rate):
        console.print(_table(sheet))


@capacity.command("month")
def of_a_month(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    leads: Annotated[list[int] | None, typer.Option(min=0, help="Leads per month; repeatable.")] = None,
) -> None:
    """Show a stage's monthly costs, idle and with leads.

    Computed from the stage's template and the calls of a lead; AWS is not queried.
    """
    months = tuple(leads or STAGE_MONTHS)
    if as_json:
        costs = [asdict(cost) for cost in monthly(lives()["typical"], aws(), stage_resources(), months)]
        typer.echo(
            json.dumps({"schema": "leadtight.capacity_month/1", "leads": list(months), "costs": costs}, indent=2)
        )
        return
    console = Console()
    for sheet in (month_sheet(months), texts_sheet()):
        console.print(_table(sheet))


def month_markdown() -> str:
    """Return the tables as docs/guides/deploy.md has them."""
    return "\n".join(sheet.markdown() for sheet in (month_sheet(STAGE_MONTHS), texts_sheet()))


def document(months: tuple[int, ...]) -> dict[str, Any]:
    """Return the model as `leadtight.capacity_aws/1`."""
    typical = lives()["typical"]
    return {
        "schema": "leadtight.capacity_aws/1",
        "leads": list(months),
        "parts": {name: [asdict(bound) for bound in bounds(life, aws())] for name, life in lives().items()},
        "stages": {
            name: [asdict(bound) for bound in model.stage_bounds(typical, aws(), size)]
            for name, size in aws().stages.items()
        },
        "times": [asdict(time) for time in model.times(typical, aws())],
        "costs": [asdict(cost) for cost in model.costs(typical, aws(), months)],
        "steps": {name: asdict(step) for name, step in typical.steps.items()},
        "night": asdict(typical.night),
        "stored_bytes": {name: life.stored for name, life in lives().items()},
        "limits": {name: asdict(limit) for name, limit in aws().limits.items()},
    }


def markdown() -> str:
    """Return the tables as docs/guides/scale.md has them."""
    return "\n".join(sheet.markdown() for sheet in sheets(MONTHS, RATE))


def _table(sheet: CapacityTable) -> Table:
    table = Table(title=sheet.title, title_justify="left")
    for heading, is_number in sheet.columns:
        table.add_column(heading, justify="right" if is_number else "left")
    for row in sheet.rows:
        table.add_row(*row)
    return table
