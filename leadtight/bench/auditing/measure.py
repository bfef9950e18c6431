"""An audit beside its floor and beside pandas.

Each is a process of its own, one after another, with the same numbers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from leadtight.bench.auditing import exports
from leadtight.bench.measures import Result

HERE = "leadtight.bench.auditing"
STARTED = "import sys; from leadtight.cli import app; sys.argv[0] = 'leadtight'; app()"
MONEY = (
    *("--cost-per-lead", str(exports.COST_PER_LEAD), "--deal-value", str(exports.DEAL_VALUE)),
    *("--conversion-rate", str(exports.CONVERSION_RATE)),
)
ROUNDS = 3
COLD = 10_000
"""Leads of the audit whose cold start counts."""


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """A process's wall and processor seconds, memory and output.

    Memory is its peak in GB.
    """

    wall: float
    cpu: float
    memory: float
    output: Any


def audits(leads: int) -> list[Result]:
    """Measure an audit, then one of a tenth.

    There are five calls to a lead. Every program first runs over the fewest leads, so that all have their bytecode, as
    an installed program has. Of three rounds, each an audit between two floors, that with the middle ratio counts.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, size in (("all", leads), ("tenth", leads // 10), ("cold", COLD)):
            exports.write(folder / name, size)
        start = _Starter(folder / "bytecode")
        for program in (start.floor, start.audit, start.plain):
            program(folder / "cold")
        rounds = [_round(start, folder / "all") for _ in range(ROUNDS)]
        plain = start.plain(folder / "all")
        tenth, cold = start.audit(folder / "tenth"), start.audit(folder / "cold")
    floor, full = sorted(rounds, key=lambda pair: pair[1].wall / pair[0].wall)[ROUNDS // 2]
    return [
        Result(
            id="audit_beside_the_floor",
            description=f"an audit of {leads} leads and {5 * leads} calls to JSON and HTML, beside the bare query",
            figures={
                "times_the_floor": full.wall / floor.wall,
                "times_the_floor_in_processor_time": full.cpu / floor.cpu,
                "audit_cpu_s": full.cpu,
                "floor_cpu_s": floor.cpu,
            },
            bar=("times_the_floor", 3.0),
            disagreements=[]
            if full.output["buckets"] == floor.output
            else [f"{full.output['buckets']}, not {floor.output}"],
        ),
        Result(
            id="audit_beside_pandas",
            description=f"the same audit beside pandas, {plain.wall / full.wall:.1f} times as fast (at least 5 times)",
            figures={
                "share_of_pandas": full.wall / plain.wall,
                "share_of_pandas_in_processor_time": full.cpu / plain.cpu,
                "pandas_gb": plain.memory,
            },
            bar=("share_of_pandas", 0.2),
            disagreements=list(apart(full.output, plain.output)),
        ),
        Result(
            id="audit_memory",
            description="the highest memory of the same audit",
            figures={"audit_gb": full.memory, "floor_gb": floor.memory},
            bar=("audit_gb", 1.5),
        ),
        Result(
            id="audit_growth",
            description="the same audit beside one of a tenth of the leads",
            figures={"times_the_tenth": full.wall / tenth.wall, "in_processor_time": full.cpu / tenth.cpu},
            bar=("times_the_tenth", 11.0),
        ),
        Result(
            id="audit_cold_start",
            description=f"an audit of {COLD} leads, from the start of the process",
            figures={"wall_s": cold.wall, "cpu_s": cold.cpu},
            bar=("wall_s", 2.5),
        ),
    ]


def _round(start: _Starter, folder: Path) -> tuple[ProcessUsage, ProcessUsage]:
    """Measure a floor and an audit.

    The floor is the mean of one before and one after, since other work slows all of them.
    """
    first, full, second = start.floor(folder), start.audit(folder), start.floor(folder)
    wall, cpu = (first.wall + second.wall) / 2, (first.cpu + second.cpu) / 2
    return ProcessUsage(wall, cpu, max(first.memory, second.memory), first.output), full


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts the programs, with their bytecode in a separate folder."""

    bytecode: Path

    def floor(self, folder: Path) -> ProcessUsage:
        return self._run("-m", f"{HERE}.duckdb_floor", str(folder))

    def plain(self, folder: Path) -> ProcessUsage:
        return self._run("-m", f"{HERE}.pandas_audit", str(folder))

    def audit(self, folder: Path) -> ProcessUsage:
        files = ["audit", str(folder / "leads.csv"), "--activities", str(folder / "calls.csv")]
        return self._run("-c", STARTED, *files, *MONEY, "--html", str(folder / "audit.html"), "--json", "-")

    def _run(self, *arguments: str) -> ProcessUsage:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return run([sys.executable, *arguments], environment | {"PYTHONPYCACHEPREFIX": str(self.bytecode)})


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> ProcessUsage:
    """Run a program that prints JSON, and measure it.

    Raises CalledProcessError when it fails.
    """
    began = os.times()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = os.times()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        out.seek(0)
        output = json.loads(out.read())
    return ProcessUsage(
        ended.elapsed - began.elapsed, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9, output
    )


def apart(audited: Any, plain: Any, where: str = "") -> Iterator[str]:
    """Yield paths where pandas and the audit differ.

    Figures that only the audit has are ignored.
    """
    if isinstance(plain, dict):
        for name, value in plain.items():
            yield from apart(
                audited.get(name) if isinstance(audited, dict) else None, value, f"{where}.{name}".strip(".")
            )
    elif isinstance(plain, list):
        if not isinstance(audited, list) or len(audited) != len(plain):
            yield where
            return
        for number, (our, their) in enumerate(zip(audited, plain, strict=True)):
            yield from apart(our, their, f"{where}[{number}]")
    elif not _same(audited, plain):
        yield where


def _same(audited: Any, plain: Any) -> bool:
    """Return whether two figures agree.

    Rates agree to the sixth digit, texts up to the audit's explanation.
    """
    if isinstance(audited, str) and isinstance(plain, str):
        return audited.split(": ")[0] == plain
    if isinstance(audited, int | float) and isinstance(plain, int | float):
        return isclose(audited, plain, rel_tol=1e-6, abs_tol=1e-6)
    return bool(audited == plain)
