"""`leadtight simulate`: one long run, or many short ones.

Exits with 1 when an invariant is violated.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from leadtight.domain.policy.policy import Policy
from leadtight.simulation.faults import FaultKind, PlannedFault
from leadtight.simulation.plan import CLOCKS_OFF, SimulationPlan
from leadtight.simulation.plan import series as series_of
from leadtight.simulation.progress import load, save
from leadtight.simulation.result import Outcome, passages, run
from leadtight.simulation.shrinking import shrink
from leadtight.simulation.simulated_policy import simulated_policy
from leadtight.simulation.summary import Summary

SHRUNK = 3
"""Findings to shrink: the others are most often the same."""

CHUNK = 25
"""Runs that a process takes at a time."""

SAVED_EVERY = 20
"""Chunks after which results are saved."""


def simulate(
    leads: Annotated[int, typer.Option(min=1, help="Leads that arrive in a run.")] = 100,
    days: Annotated[float, typer.Option(min=0.01, help="Length of a run in days.")] = 7,
    seed: Annotated[int, typer.Option(help="Seed of the run, or of the first of several.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="Number of runs, each with the next seed.")] = 1,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="Share of calls that fail.")] = 0.05,
    long_every: Annotated[int, typer.Option(min=0, help="Make every Nth run a long one: 20 leads, 2 days.")] = 0,
    life_every: Annotated[int, typer.Option(min=0, help="Make every Nth run one of 30 days: 4 leads.")] = 0,
    clocks_off: Annotated[
        float, typer.Option(min=0, help="Minutes by which functions' clocks are off; in every run above half a minute.")
    ] = CLOCKS_OFF,
    exhaustive: Annotated[bool, typer.Option(help="Inject one fault per run: every kind at every point.")] = False,
    at_least: Annotated[int, typer.Option(min=0, help="Least number of times each fault must hit each point.")] = 0,
    strike: Annotated[str, typer.Option(help="The only fault of a run, as PASSAGE:KIND.")] = "",
    without: Annotated[str, typer.Option(help="Numbers of leads to leave out, such as 0,2.")] = "",
    only: Annotated[str, typer.Option(help="Numbers of the only faults to inject, such as 3,17.")] = "",
    state: Annotated[Path | None, typer.Option(help="Keep the results in this file, and continue from there.")] = None,
    shrink_for: Annotated[float, typer.Option(min=0, help="Seconds spent on shrinking a finding; 0 skips it.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Simulate the pipeline with faults; check its invariants.

    The invariants are listed in docs/development/invariants.md.
    """
    plan = SimulationPlan(
        seed=seed,
        leads=leads,
        days=days,
        faults=0.0 if strike else faults,
        strike=_strike(strike),
        without=frozenset(_numbers(without)),
        only=frozenset(_numbers(only)) if only else None,
        clocks_off=clocks_off,
    )
    plans = every_strike(plan, simulated_policy()) if exhaustive else series_of(plan, seeds, long_every, life_every)
    series = f"{plan.replay} --long-every {long_every} --life-every {life_every}{' --exhaustive' if exhaustive else ''}"
    console = Console(stderr=True, quiet=as_json)
    summary = _summarize(plans, series, console, state)
    smaller = [_shrunk_within(shrink_for, failure, console) for failure in summary.failed[:SHRUNK]]
    if as_json:
        typer.echo(json.dumps(summary.document() | {"shrunk": _shrunk(smaller)}, indent=2))
    else:
        summary.show(Console())
        _show(smaller, Console())
    _end(summary, at_least)


def _summarize(plans: Sequence[SimulationPlan], series: str, console: Console, state: Path | None) -> Summary:
    """Run the plans and add up their outcomes.

    Ctrl-C returns the summary of the runs until then.
    """
    try:
        summary, failed = load(state, series) if state else (Summary(), [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    summary.failed = [_run(plan) for plan in plans if plan.replay in failed] if failed else []
    left = plans[summary.runs :]
    try:
        for number, part in enumerate(track(_parts(left), "Simulating", total=-(-len(left) // CHUNK), console=console)):
            summary.join(part)
            if state and number % SAVED_EVERY == 0:
                save(state, series, summary)
    except KeyboardInterrupt:
        typer.echo(f"leadtight simulate: stopped after {summary.runs:,} of {len(plans):,} runs", err=True)
    if state:
        save(state, series, summary)
    return summary


def _shrunk_within(seconds: float, outcome: Outcome, console: Console) -> Outcome:
    """Shrink a finding for at most `seconds`, showing progress."""
    ends = monotonic() + seconds
    with console.status("Shrinking a finding") as status:

        def tried(runs: int, smallest: SimulationPlan) -> None:
            faults = outcome.faults if smallest.only is None else len(smallest.only)
            leads = smallest.leads - len(smallest.without)
            left = max(0, round(ends - monotonic()))
            status.update(f"Shrinking a finding: {leads} leads, {faults} faults after {runs} runs, {left} s left")

        return shrink(outcome, _run, is_time_over=lambda: monotonic() >= ends, tried=tried)


def every_strike(plan: SimulationPlan, policy: Policy) -> list[SimulationPlan]:
    """Return one run per fault and point.

    Nothing else fails in these runs.
    """
    quiet = replace(plan, faults=0.0)
    points = passages(quiet, policy)
    return [replace(quiet, strike=PlannedFault(int(passage), FaultKind(kind))) for kind, passage in points]


def _end(summary: Summary, at_least: int) -> None:
    for failure in summary.failed:
        typer.echo(f"leadtight simulate: {failure.violations[0]}; again: {failure.plan.replay}", err=True)
    too_few = summary.too_few(at_least)
    for cell in too_few:
        typer.echo(f"leadtight simulate: {cell}", err=True)
    if summary.failed or too_few:
        raise typer.Exit(1)


def _strike(text: str) -> PlannedFault | None:
    passage, _, kind = text.partition(":")
    try:
        return PlannedFault(int(passage), FaultKind(kind)) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"--strike {text}: not PASSAGE:KIND ({error})") from error


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")] if text not in ("", "none") else []
    except ValueError as error:
        raise typer.BadParameter(f"{text}: must be numbers separated by commas") from error


def _run(plan: SimulationPlan) -> Outcome:
    return run(plan, simulated_policy())


def _prepare() -> None:
    """Tune the garbage collector for runs.

    It runs less often and skips what stays: runs allocate much, and little of it in cycles.
    """
    simulated_policy()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _part(plans: Sequence[SimulationPlan]) -> Summary:
    return Summary.of(map(_run, plans))


def _parts(plans: Sequence[SimulationPlan]) -> Iterator[Summary]:
    """Yield partial summaries, each added up by its worker process.

    A process that added up all runs would run none.
    """
    parts = [plans[at : at + CHUNK] for at in range(0, len(plans), CHUNK)]
    if len(parts) <= 1:
        yield from map(_part, parts)
        return
    with ProcessPoolExecutor(os.cpu_count(), initializer=_prepare) as pool:
        try:
            yield from pool.map(_part, parts)
        finally:
            pool.shutdown(cancel_futures=True)


def _shrunk(smaller: Sequence[Outcome]) -> list[dict[str, object]]:
    return [{"replay": o.plan.replay, "violations": o.violations, "trace": o.trace} for o in smaller]


def _show(smaller: Sequence[Outcome], console: Console) -> None:
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    for outcome in smaller:
        say(f"\nThe smallest run found in which it still happens:\n{outcome.plan.replay}")
        for line in [*outcome.trace[-60:], *outcome.violations]:
            say(f"  {line}")
