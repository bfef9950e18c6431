"""An audit beside its floor and beside pandas: each a process of its own, one after another, with the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from leadtight.cli.bench.auditing import exports
from leadtight.cli.bench.measures import Result
from leadtight.reporting.figures.patterns import WEEKDAYS

HERE = "leadtight.cli.bench.auditing"
STARTED = "import sys; from leadtight.cli import app; sys.argv[0] = 'leadtight'; app()"
COLD = 10_000
"""Leads of the audit whose start counts."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: seconds on the clock and of the processor, and its highest memory in GB."""

    wall: float
    cpu: float
    memory: float
    told: Any


def audits(leads: int) -> list[Result]:
    """Measure an audit of so many leads with five times as many calls, and of a tenth of them.

    The floor runs before and after the audit, and counts with the mean of both: other work slows both down alike.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, size in (("all", leads), ("tenth", leads // 10), ("cold", COLD)):
            exports.write(folder / name, size)
        before, full, after = _floor(folder / "all"), _audit(folder / "all"), _floor(folder / "all")
        plain = _module("plain", folder / "all")
        tenth, cold = _audit(folder / "tenth"), _audit(folder / "cold")
    wall, cpu = (before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2
    floor = Run(wall, cpu, max(before.memory, after.memory), before.told)
    return [
        Result(
            id="audit_beside_the_floor",
            what=f"an audit of {leads} leads and {5 * leads} calls to JSON and HTML, beside the bare query",
            figures={
                "times_the_floor": full.wall / floor.wall,
                "times_the_floor_in_processor_time": full.cpu / floor.cpu,
                "audit_cpu_s": full.cpu,
                "floor_cpu_s": floor.cpu,
            },
            bar=("times_the_floor", 3.0),
            disagreements=[] if full.told["buckets"] == floor.told else [f"{full.told['buckets']}, not {floor.told}"],
        ),
        Result(
            id="audit_beside_pandas",
            what=f"the same audit beside pandas, {plain.wall / full.wall:.1f} times as fast (at least 5 times)",
            figures={
                "share_of_pandas": full.wall / plain.wall,
                "share_of_pandas_in_processor_time": full.cpu / plain.cpu,
                "pandas_gb": plain.memory,
            },
            bar=("share_of_pandas", 0.2),
            disagreements=list(apart(full.told, plain.told)),
        ),
        Result(
            id="audit_memory",
            what="the highest memory of the same audit",
            figures={"audit_gb": full.memory, "floor_gb": floor.memory},
            bar=("audit_gb", 1.5),
        ),
        Result(
            id="audit_growth",
            what="the same audit beside one of a tenth of the leads",
            figures={"times_the_tenth": full.wall / tenth.wall, "in_processor_time": full.cpu / tenth.cpu},
            bar=("times_the_tenth", 11.0),
        ),
        Result(
            id="audit_cold_start",
            what=f"an audit of {COLD} leads, from the start of the process",
            figures={"wall_s": cold.wall, "cpu_s": cold.cpu},
            bar=("wall_s", 2.5),
        ),
    ]


def _floor(folder: Path) -> Run:
    return _module("floor", folder)


def _module(name: str, folder: Path) -> Run:
    return run([sys.executable, "-m", f"{HERE}.{name}", str(folder)])


def _audit(folder: Path) -> Run:
    files = ["audit", str(folder / "leads.csv"), "--activities", str(folder / "calls.csv")]
    return run([sys.executable, "-c", STARTED, *files, "--html", str(folder / "audit.html"), "--json", "-"])


def run(command: Sequence[str]) -> Run:
    """Run a program that prints JSON, and return what it took. Raises CalledProcessError when it fails."""
    before = os.times()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        after = os.times()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        out.seek(0)
        told = json.loads(out.read())
    return Run(after.elapsed - before.elapsed, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9, told)


def apart(audit: dict[str, Any], plain: dict[str, Any]) -> list[str]:
    """Return which figures of pandas are not those of the audit."""
    pairs = [("all", audit | audit["response"], plain)]
    pairs += [(kind, audit["segments"][kind], told) for kind, told in plain["segments"].items()]
    for kind in ("owner", "source"):
        rows = {row[kind]: row for row in audit[f"{kind}s"]}
        pairs += [(f"{kind} {key}", rows.get(key, {}), told) for key, told in plain[f"{kind}s"].items()]
    wrong = [f"{where}: {name}" for where, ours, theirs in pairs for name in _unlike(ours, theirs)]
    cells = {(WEEKDAYS.index(c["weekday"]), c["hour"]): [c["leads"], c["contacted_in_window"]] for c in audit["heat"]}
    same = {
        "buckets": audit["buckets"] == plain["buckets"],
        "heat": all(cells[day, hour] == counts for day, hour, *counts in plain["heat"]),
        "five_or_more": audit["attempts"]["five_or_more"] == plain["five_or_more"],
        "context_retention": isclose(audit["readiness"]["context_retention"], plain["context_retention"]),
    }
    return wrong + [name for name, is_same in same.items() if not is_same]


def _unlike(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Return the names of those numbers that both have and that differ."""
    called = {"in_window": "contacted_in_window"}
    wrong = []
    for name, value in theirs.items():
        found = ours.get(called.get(name, name))
        if name == "business_response" and found:
            wrong += [f"{name}.{each}" for each in _unlike(found, value)]
        elif isinstance(value, (int, float)) and found is not None and not isclose(found, value, rel_tol=1e-6):
            wrong.append(name)
    return wrong
