"""`leadtight bench`: measure speeds; fail when a bar is missed."""

from __future__ import annotations

import json
import os
import platform
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from leadtight.bench import answering, measures
from leadtight.bench.measures import Result


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    people: Annotated[int, typer.Option(min=1, help="Number of people who may receive a lead.")] = 500,
    rules: Annotated[int, typer.Option(min=1, help="Number of routing rules.")] = 200,
    samples: Annotated[int, typer.Option(min=2, help="Number of owners to choose.")] = 200,
    deadlines: Annotated[int, typer.Option(min=1, help="Number of deadlines to compute.")] = 10_000,
    answered: Annotated[int, typer.Option(min=2, help="Number of inquiries to answer.")] = 1_000,
    checked: Annotated[int, typer.Option(min=1, help="Number of deadlines also checked minute by minute.")] = 20,
    audited: Annotated[
        int, typer.Option(min=0, help="Leads in an audit compared with its floor and pandas; 0 skips it.")
    ] = 1_000_000,
    nightly: Annotated[int, typer.Option(min=0, help="Leads per day in a year of nightly reports; 0 skips it.")] = 20,
) -> None:
    """Measure the stated speeds against plain code that must agree.

    Exits with 1 when a bar is missed.
    """
    results = [
        measures.choosing(people, rules, samples),
        measures.deadlines(deadlines, checked),
        measures.loading(people, rules),
        *answering.answering(answered),
    ]
    if nightly:
        from leadtight.bench.nightly_reports import nights  # here: DuckDB costs 140 ms

        results.append(nights(nightly))
    if audited:
        from leadtight.bench.auditing.measure import audits  # here: it needs pandas, which developers have

        results += audits(audited)
    if as_json:
        typer.echo(json.dumps(document(results), indent=2))
    else:
        show(results, Console())
    missed = [result.missed for result in results if result.missed]
    for line in missed:
        typer.echo(f"leadtight bench: {line}", err=True)
    if missed:
        raise typer.Exit(1)


def document(results: list[Result]) -> dict[str, Any]:
    """Return the results as `leadtight.bench/1`."""
    return {
        "schema": "leadtight.bench/1",
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "time": "processor"},
        "results": [
            {
                "id": result.id,
                "what": result.description,
                **result.figures,
                "bar": {"figure": result.bar[0], "below": result.bar[1]} if result.bar else None,
                "disagreements": result.disagreements,
                "met": not result.missed,
            }
            for result in results
        ],
        "missed": [result.missed for result in results if result.missed],
    }


def show(results: list[Result], console: Console) -> None:
    """Print the results as a table."""
    table = Table("what", "figure", "value", "must be below", title="Processor time", title_justify="left")
    for result in results:
        for number, (name, value) in enumerate(result.figures.items()):
            bar = f"{result.bar[1]:g}" if result.bar and result.bar[0] == name else ""
            table.add_row("" if number else result.description, name, f"{value:,.3g}", bar)
        table.add_section()
    console.print(table)
