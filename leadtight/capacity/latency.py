"""Percentiles of a lead's waits (A1, B6, C1, E2).

The functions' own time is measured; AWS's part is drawn from `latency.toml`. Waits behind other leads are not part of
it.
"""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist, quantiles

from leadtight.capacity.data import LeadLife, aws, lives

LATENCY = Path(__file__).resolve().parent / "latency.toml"
DRAWS = 10_000
SEED = 2026
Z99 = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsWait:
    """One of AWS's waits in milliseconds.

    It is lognormal by `median` and `p99`, or uniform below `up_to`.
    """

    source: str
    median: float = 0.0
    p99: float = 0.0
    up_to: float = 0.0

    def draw(self, chance: random.Random) -> float:
        """Return one such wait."""
        if self.up_to:
            return chance.uniform(0.0, self.up_to)
        return self.median * math.exp(math.log(self.p99 / self.median) / Z99 * chance.gauss(0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyModel:
    """AWS's waits, shares of cold starts, memory of a processor."""

    waits: Mapping[str, AwsWait]
    cold: Mapping[str, float]
    processor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A function's run, with its waits and its calls.

    `share` is the part of the step's calls that one lead waits for.
    """

    function: str
    step: str
    before: tuple[str, ...]
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a lead's way, and its bar."""

    id: str
    description: str
    legs: tuple[Leg, ...]
    figure: str
    below: float


_ACCEPT = Leg(function="intake", step="post", before=("http",))
_FROM_STREAM = ("stream", "poll")
STRETCHES = (
    Stretch(id="accepting", description="accepting a lead (A1)", legs=(_ACCEPT,), figure="p99_ms", below=1_000),
    Stretch(
        id="owning",
        description="from a lead's request to its owner (C1)",
        legs=(_ACCEPT, Leg(function="route", step="assign", before=_FROM_STREAM)),
        figure="p99_ms",
        below=10_000,
    ),
    Stretch(
        id="handing_off",
        description="from a lead's request to the provider's hands (E2)",
        legs=(_ACCEPT, Leg(function="respond", step="send", before=_FROM_STREAM, share=0.5)),  # of two messages one
        figure="p95_ms",
        below=2_000,
    ),
    Stretch(
        id="qualifying",
        description='from "qualified" to the new owner, in one transaction (B6)',
        legs=(Leg(function="desk", step="record", before=("http",)),),
        figure="p99_ms",
        below=10_000,
    ),
)


@cache
def latency_model() -> LatencyModel:
    """Return the waits of `latency.toml`."""
    tables = tomllib.loads(LATENCY.read_text(encoding="utf-8"))
    return LatencyModel(
        waits={name: AwsWait(**wait) for name, wait in tables["waits"].items()},
        cold={name: entry["share"] for name, entry in tables["cold"].items()},
        processor=tables["processor"]["gigabytes"]["value"],
    )


def percentiles(stretch: Stretch, own: Mapping[str, Sequence[float]], traffic: str) -> dict[str, float]:
    """Return median, p95 and p99 of a stretch in milliseconds.

    `own` has each function's measured times on a whole processor in milliseconds, `traffic` is `busy` or `quiet`. The
    same seed draws the same waits.
    """
    chance, model, life = random.Random(SEED), latency_model(), lives()["typical"]
    totals = [sum(_drawn(stretch, own, model, life, model.cold[traffic], chance)) for _ in range(DRAWS)]
    cuts = quantiles(totals, n=100)
    return {"median_ms": cuts[49], "p95_ms": cuts[94], "p99_ms": cuts[98]}


def _drawn(
    stretch: Stretch,
    own: Mapping[str, Sequence[float]],
    model: LatencyModel,
    life: LeadLife,
    cold: float,
    chance: random.Random,
) -> Iterator[float]:
    """Yield the parts of one lead's way."""
    for leg in stretch.legs:
        yield from (model.waits[name].draw(chance) for name in leg.before)
        if chance.random() < cold:
            yield model.waits["cold_start"].draw(chance)
        yield chance.choice(own[leg.function]) / min(1.0, aws().memory[leg.function] / model.processor)
        for name, calls in life.steps[leg.step].calls.items():
            yield from (model.waits[name].draw(chance) for _ in range(math.ceil(calls * leg.share)))
