"""`leadtight simulate`: one long run, or many short ones; exit 1 when anything that must hold does not."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from statistics import quantiles
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from leadtight import policy as policies
from leadtight.cli.simulation import invariants
from leadtight.cli.simulation.people import People
from leadtight.cli.simulation.run import Plan, Run
from leadtight.domain.policy import Policy

SHOWN = 20
SCHEMA = "leadtight.simulate/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one run; what was lost, late, doubled and repaired in it, in leads, messages and seconds."""

    plan: Plan
    violations: list[str]
    trace: list[str]
    injected: Counter[tuple[str, str]]
    leads: int
    doubles: int
    repairs: int
    to_owner: list[float] = field(default_factory=list)
    to_telling: list[float] = field(default_factory=list)

    @property
    def replay(self) -> str:
        """Return the command that runs it again."""
        plan = self.plan
        return (
            f"leadtight simulate --leads {plan.leads} --days {plan.days:g} --seed {plan.seed} --faults {plan.faults:g}"
        )


def simulate(
    leads: Annotated[int, typer.Option(min=1, help="How many leads arrive in a run.")] = 100,
    days: Annotated[float, typer.Option(min=0.01, help="How long a run is.")] = 7,
    seed: Annotated[int, typer.Option(help="What decides a run, or the first of several.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, each with the next seed.")] = 1,
    faults: Annotated[float, typer.Option(min=0, max=0.5, help="The share of calls at which something fails.")] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run the whole pipeline on a virtual clock, let calls fail, and check what must hold (docs/invariants.md)."""
    plans = [Plan(seed=seed + n, leads=leads, days=days, faults=faults) for n in range(seeds)]
    outcomes = list(track(_run_all(plans), "Simulating", total=seeds, console=Console(stderr=True), disable=as_json))
    if as_json:
        typer.echo(json.dumps(document(outcomes), indent=2))
    else:
        show(outcomes, Console())
    failed = [outcome for outcome in outcomes if outcome.violations]
    for outcome in failed[:SHOWN]:
        typer.echo(f"leadtight simulate: {outcome.violations[0]}; again: {outcome.replay}", err=True)
    if failed:
        raise typer.Exit(1)


def run(plan: Plan, policy: Policy) -> Outcome:
    """Return what comes of one plan: the same for the same plan and policy."""
    one = Run(plan, policy)
    people = People(one)
    one.go()
    found = invariants.violations(people)
    return Outcome(
        plan=plan,
        violations=found,
        trace=one.trace if found else [],
        injected=one.faults.injected,
        leads=len(list(one.deployment.table.every_lead())),
        doubles=invariants.doubles(people),
        repairs=sum(swept.repairs for swept in one.swept),
        to_owner=invariants.seconds_to_owner(people),
        to_telling=invariants.seconds_to_telling(people),
    )


def _run_all(plans: Sequence[Plan]) -> Iterator[Outcome]:
    shipped = partial(run, policy=policies.shipped())
    if len(plans) == 1:
        yield shipped(plans[0])
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(shipped, plans, chunksize=20)


def document(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the runs as `leadtight.simulate/1`; times in seconds."""
    failed = [outcome for outcome in outcomes if outcome.violations]
    return {
        "schema": SCHEMA,
        "seed": outcomes[0].plan.seed,
        "seeds": len(outcomes),
        "leads": sum(outcome.leads for outcome in outcomes),
        "violations": [
            {"seed": outcome.plan.seed, "what": what, "replay": outcome.replay}
            for outcome in failed
            for what in outcome.violations
        ],
        "first_trace": failed[0].trace if failed else [],
        "injected": {f"{point}: {kind}": n for (kind, point), n in sorted(_injected(outcomes).items())},
        "figures": figures(outcomes),
    }


def figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Return what the faults cost besides, over all runs."""
    to_owner = [seconds for outcome in outcomes for seconds in outcome.to_owner]
    to_telling = [seconds for outcome in outcomes for seconds in outcome.to_telling]
    return {
        "messages_sent_twice": sum(outcome.doubles for outcome in outcomes),
        "repairs_by_the_sweep": sum(outcome.repairs for outcome in outcomes),
        **{f"to_owner_{name}": value for name, value in _spread(to_owner).items()},
        **{f"to_telling_{name}": value for name, value in _spread(to_telling).items()},
    }


def _spread(seconds: Sequence[float]) -> dict[str, float | None]:
    if len(seconds) < 2:
        return dict.fromkeys(("p50_s", "p99_s", "max_s"))
    parts = quantiles(seconds, n=100)
    return {"p50_s": round(parts[49], 2), "p99_s": round(parts[98], 2), "max_s": round(max(seconds), 2)}


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print what was injected, what it cost, and the first run in which something did not hold."""
    table = Table("what failed", "how", "times", title="Injected", title_justify="left")
    for (kind, point), times in sorted(_injected(outcomes).items(), key=lambda item: (item[0][1], item[0][0])):
        table.add_row(point, kind, str(times))
    console.print(table)
    for name, value in figures(outcomes).items():
        console.print(f"{name.replace('_', ' ')}: {'n/a' if value is None else f'{value:,}'}")
    failed = [outcome for outcome in outcomes if outcome.violations]
    total = sum(outcome.leads for outcome in outcomes)
    console.print(f"{len(outcomes)} runs, {total} leads, {sum(len(o.violations) for o in failed)} violations")
    if failed:
        console.print(f"[bold]Seed {failed[0].plan.seed}[/bold], its last steps:")
        for line in [*failed[0].trace, *failed[0].violations]:
            console.print(f"  {line}", highlight=False, markup=False)


def _injected(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    return sum((outcome.injected for outcome in outcomes), Counter[tuple[str, str]]())
