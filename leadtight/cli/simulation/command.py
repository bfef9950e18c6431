"""`leadtight simulate`: one long run, or many short ones; exit 1 when anything that must hold does not."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from leadtight.cli.simulation.deployment import simulated_policy
from leadtight.cli.simulation.faults import Kind, Strike
from leadtight.cli.simulation.outcome import Outcome, passages, run
from leadtight.cli.simulation.plan import Plan, series
from leadtight.cli.simulation.shrinking import shrink
from leadtight.cli.simulation.summary import Summary
from leadtight.domain.policy import Policy

SHRUNK = 3
"""Findings that are made smaller: the others are most often the same."""

CHUNK = 25
"""Runs that a process takes at a time."""


def simulate(
    leads: Annotated[int, typer.Option(min=1, help="How many leads arrive in a run.")] = 100,
    days: Annotated[float, typer.Option(min=0.01, help="How long a run is.")] = 7,
    seed: Annotated[int, typer.Option(help="What decides a run, or the first of several.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, each with the next seed.")] = 1,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="The share of calls at which something fails.")] = 0.05,
    long_every: Annotated[int, typer.Option(min=0, help="Make every so many runs a long one: 20 leads, 2 days.")] = 0,
    exhaustive: Annotated[bool, typer.Option(help="Let one thing fail in each run, everywhere, in every way.")] = False,
    at_least: Annotated[int, typer.Option(min=0, help="How often each fault must have hit each point.")] = 0,
    strike: Annotated[str, typer.Option(help="The one fault of a run, as PASSAGE:KIND.")] = "",
    without: Annotated[str, typer.Option(help="Leads that never come, by their numbers: 0,2.")] = "",
    only: Annotated[str, typer.Option(help="Faults that happen, by their numbers: 3,17; all others do not.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run the whole pipeline on a virtual clock, let calls fail, and check what must hold (docs/invariants.md)."""
    plan = Plan(
        seed=seed,
        leads=leads,
        days=days,
        faults=0.0 if strike else faults,
        strike=_strike(strike),
        without=frozenset(_numbers(without)),
        only=frozenset(_numbers(only)) if only else None,
    )
    plans = every_strike(plan, simulated_policy()) if exhaustive else series(plan, seeds, long_every)
    console = Console(stderr=True)
    summary = Summary.of(track(_run_all(plans), "Simulating", total=len(plans), console=console, disable=as_json))
    smaller = [shrink(found, _run) for found in summary.failed[:SHRUNK]]
    if as_json:
        typer.echo(json.dumps(summary.document() | {"shrunk": _shrunk(smaller)}, indent=2))
    else:
        summary.show(Console())
        _show(smaller, Console())
    _end(summary, at_least)


def every_strike(plan: Plan, policy: Policy) -> list[Plan]:
    """Return a run for every fault that can strike anywhere in a run in which nothing else fails."""
    quiet = replace(plan, faults=0.0)
    found = passages(quiet, policy)
    return [replace(quiet, strike=Strike(int(passage), Kind(kind))) for kind, passage in found]


def _end(summary: Summary, at_least: int) -> None:
    for found in summary.failed:
        typer.echo(f"leadtight simulate: {found.violations[0]}; again: {found.plan.replay}", err=True)
    too_few = summary.too_few(at_least)
    for cell in too_few:
        typer.echo(f"leadtight simulate: {cell}", err=True)
    if summary.failed or too_few:
        raise typer.Exit(1)


def _strike(text: str) -> Strike | None:
    passage, _, kind = text.partition(":")
    try:
        return Strike(int(passage), Kind(kind)) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"--strike {text}: not PASSAGE:KIND ({error})") from error


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")] if text not in ("", "none") else []
    except ValueError as error:
        raise typer.BadParameter(f"{text}: not numbers with commas between them") from error


def _run(plan: Plan) -> Outcome:
    return run(plan, simulated_policy())


def _prepare() -> None:
    """Let the collector look less often, and never at what stays: runs make much, and little of it in circles."""
    simulated_policy()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _run_all(plans: Sequence[Plan]) -> Iterator[Outcome]:
    if len(plans) <= CHUNK:
        yield from map(_run, plans)
        return
    with ProcessPoolExecutor(os.cpu_count(), initializer=_prepare) as pool:
        yield from pool.map(_run, plans, chunksize=CHUNK)


def _shrunk(smaller: Sequence[Outcome]) -> list[dict[str, object]]:
    return [{"replay": o.plan.replay, "violations": o.violations, "trace": o.trace} for o in smaller]


def _show(smaller: Sequence[Outcome], console: Console) -> None:
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    for outcome in smaller:
        say(f"\nThe fewest leads and faults found with which it still happens:\n{outcome.plan.replay}")
        for line in [*outcome.trace[-60:], *outcome.violations]:
            say(f"  {line}")
