"""Totals of many runs: faults by point, and their costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from leadtight.simulation.result import Cell, Outcome

SCHEMA = "leadtight.simulate/2"
LEAST = 5
"""Number of least hit cells that are named."""

KEPT = 20
"""Failed runs that are kept in full; others are counted."""


@dataclass
class Summary:
    """Totals of runs, added one by one.

    A million runs do not fit into memory.
    """

    first_seed: int = 0
    runs: int = 0
    leads: int = 0
    sent: int = 0
    doubles: int = 0
    repairs: int = 0
    violations: int = 0
    failed: list[Outcome] = field(default_factory=list)
    injected: Counter[Cell] = field(default_factory=Counter)
    possible: set[Cell] = field(default_factory=set)
    waits: dict[str, Counter[float]] = field(default_factory=lambda: defaultdict(Counter))
    """Frequencies of waiting times in seconds, by kind of wait.

    Runs with an outage of table or consumers are counted apart.
    """

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Summary":
        """Add up runs."""
        summary = cls()
        for outcome in outcomes:
            summary.add(outcome)
        return summary

    def add(self, outcome: Outcome) -> None:
        """Add a run."""
        self.first_seed = self.first_seed if self.runs else outcome.plan.seed
        self.runs += 1
        self.leads += outcome.leads
        self.sent += outcome.sent
        self.doubles += outcome.doubles
        self.repairs += outcome.repairs
        self.violations += len(outcome.violations)
        self.injected.update(outcome.injected)
        self.possible |= outcome.possible
        apart = "_in_outages" if outcome.had_outage else ""
        self.waits[f"to_owner{apart}"].update(map(_rounded, outcome.to_owner))
        self.waits[f"to_telling{apart}"].update(map(_rounded, outcome.to_telling))
        self.waits[f"to_escalation{apart}"].update(map(_rounded, outcome.to_escalation))
        if outcome.violations and len(self.failed) < KEPT:
            self.failed.append(outcome)

    def join(self, later: "Summary") -> None:
        """Add the totals of later runs."""
        self.first_seed = self.first_seed if self.runs else later.first_seed
        for name in ("runs", "leads", "sent", "doubles", "repairs", "violations"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        self.injected.update(later.injected)
        self.possible |= later.possible
        for step, seconds in later.waits.items():
            self.waits[step].update(seconds)
        self.failed += later.failed[: KEPT - len(self.failed)]

    def too_few(self, at_least: int) -> list[str]:
        """Return the cells that were hit too seldom."""
        hits = {cell: self.injected[cell] for cell in sorted(self.possible) if self.injected[cell] < at_least}
        return [f"{point} {kind}: hit {times} times, not {at_least}" for (kind, point), times in hits.items()]

    def least(self) -> Iterator[str]:
        """Yield the least hit cells and an estimate.

        It is the number of runs in which each would be hit 1,000 times: what was hit ten times may as well be hit six
        or fifteen times by as many other runs.
        """
        hits = sorted((self.injected[kind, point], point, kind) for kind, point in self.possible)
        yield f"{len(hits)} kinds of fault at a point; hit least: " + ", ".join(
            f"{point} {kind} {times:,}" for times, point, kind in hits[:LEAST]
        )
        if hits and hits[0][0]:
            yield f"at this rate each is hit 1,000 times in about {-(-1_000 * self.runs // hits[0][0]):,} runs"

    def figures(self) -> dict[str, float | None]:
        """Return the costs of the faults."""
        return {
            "messages_sent": self.sent,
            "messages_sent_twice": self.doubles,
            "doubles_per_million": round(self.doubles / self.sent * 1e6, 1) if self.sent else None,
            "repairs_by_the_sweep": self.repairs,
            **{
                f"{step}_{name}": value
                for step, seconds in sorted(self.waits.items())
                for name, value in _spread(seconds).items()
            },
        }

    def document(self) -> dict[str, Any]:
        """Return the runs as `leadtight.simulate/2`; times in seconds."""
        return {
            "schema": SCHEMA,
            "seed": self.first_seed,
            "seeds": self.runs,
            "leads": self.leads,
            "violations": [
                {"seed": outcome.plan.seed, "what": violation, "replay": outcome.plan.replay}
                for outcome in self.failed
                for violation in outcome.violations
            ],
            "violations_in_all": self.violations,
            "injected": {f"{point}: {kind}": n for (kind, point), n in sorted(self.injected.items())},
            "never_injected": sorted(f"{point}: {kind}" for kind, point in self.possible - self.injected.keys()),
            "figures": self.figures(),
        }

    def show(self, console: Console) -> None:
        """Print faults by point and their costs."""
        for line in matrix(self):
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        for name, value in self.figures().items():
            console.print(f"{name.replace('_', ' ')}: {'n/a' if value is None else f'{value:,}'}")
        for line in self.least():
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        console.print(f"{self.runs:,} runs, {self.leads:,} leads, {self.violations:,} violations")


def matrix(summary: Summary) -> Iterator[str]:
    """Yield one line per point, with hits by kind.

    0 is a possible fault that never happened.
    """
    points = summary.possible | summary.injected.keys()
    for point in sorted({point for _, point in points}):
        hits = [f"{kind} {summary.injected[kind, at]:,}" for kind, at in sorted(points) if at == point]
        yield f"{point:<28} {'  '.join(hits)}"


def _rounded(seconds: float) -> float:
    """Round to hundredths, from a minute on to seconds.

    A million runs have few distinct values then.
    """
    return round(seconds, 2) if seconds < 60 else float(round(seconds))


def _spread(seconds: Counter[float]) -> dict[str, float | None]:
    if seconds.total() < 2:
        return dict.fromkeys(("p50_s", "p99_s", "max_s"))
    return {"p50_s": _within(seconds, 0.5), "p99_s": _within(seconds, 0.99), "max_s": max(seconds)}


def _within(seconds: Counter[float], share: float) -> float:
    """Return the seconds within which a share was done."""
    most, counted = share * seconds.total(), 0
    for value in sorted(seconds):
        counted += seconds[value]
        if counted >= most:
            return value
    raise AssertionError("the share is at most one")
