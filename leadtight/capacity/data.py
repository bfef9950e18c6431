"""Inputs of the capacity model.

They are the counted life of a lead, and AWS's limits and prices.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
LIFE, AWS, STAGE = HERE / "life.toml", HERE / "aws.toml", HERE / "stage.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeStep:
    """Resources used by one step of a lead's life.

    Units are by key, calls by service, and starts by function.
    """

    invocations: Mapping[str, int]
    calls: Mapping[str, int]
    writes: Mapping[str, int]
    index: Mapping[str, int]
    reads: Mapping[str, float]
    bytes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLife:
    """A lead's steps by name, nightly report and stored bytes.

    The bytes are those left in table and index, and in the table alone.
    """

    steps: Mapping[str, LifeStep]
    night: LifeStep
    stored: int
    table: int

    def units(self, column: str, key: str) -> float:
        """Return a lead's units under a key.

        `column` is `writes`, `index` or `reads`.
        """
        return float(sum(getattr(step, column).get(key, 0) for step in self.steps.values()))

    def total(self, column: str) -> float:
        """Return a lead's units of a column."""
        return float(sum(sum(getattr(step, column).values()) for step in self.steps.values()))

    def calls(self, name: str) -> int:
        """Return how many times a lead makes a call."""
        return sum(step.calls.get(name, 0) for step in self.steps.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimit:
    """A limit of AWS with unit and source."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSize:
    """Requests per second of a stage, and concurrent batches.

    Batches are by source.
    """

    requests: int
    sending: int
    alarms: int
    receipts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResources:
    """What a stage has whether or not leads come.

    `pollers` read its queues; `runs` are those of a month by function; `traced` functions write traces; `backups` are
    kept at a time.
    """

    alarms: int
    metrics: int
    dashboards: int
    secrets: int
    pollers: int
    traced: int
    backups: int
    runs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """Limits, prices, call durations, memory and sizes of stages.

    Prices are in dollars for one unit, durations in milliseconds, memory in gigabytes by function. `estimates` are
    figures that were not measured on AWS, and `unsure` the prices that are from memory.
    """

    limits: Mapping[str, ServiceLimit]
    prices: Mapping[str, float]
    unsure: frozenset[str]
    estimates: Mapping[str, float]
    texts: Mapping[str, float]
    milliseconds: Mapping[str, float]
    memory: Mapping[str, float]
    stages: Mapping[str, StageSize]


@cache
def lives() -> Mapping[str, LeadLife]:
    """Return the counted lives by name."""
    return {name: _life(document) for name, document in tomllib.loads(LIFE.read_text(encoding="utf-8")).items()}


def _life(document: dict[str, Any]) -> LeadLife:
    stored = document.pop("stored")["bytes"]
    steps = {name: LifeStep(**step) for name, step in document.items()}
    return LeadLife(night=steps.pop("night"), steps=steps, stored=sum(stored.values()), table=stored["table"])


@cache
def aws() -> Aws:
    """Return AWS's limits and prices."""
    tables = tomllib.loads(AWS.read_text(encoding="utf-8"))
    return Aws(
        limits={name: ServiceLimit(**limit) for name, limit in tables["limits"].items()},
        prices={name: price["value"] / price["per"] for name, price in tables["prices"].items()},
        unsure=frozenset(name for name, price in tables["prices"].items() if price.get("unsure")),
        estimates={name: estimate["value"] for name, estimate in tables["estimates"].items()},
        texts=tables["texts"]["dollars"],
        milliseconds=tables["milliseconds"],
        memory=tables["memory_gigabytes"],
        stages={name: StageSize(**size) for name, size in tables["stages"].items()},
    )


@cache
def stage_resources() -> StageResources:
    """Return what a stage has, as its template was counted."""
    return StageResources(**tomllib.loads(STAGE.read_text(encoding="utf-8")))
