"""Saved results of a series, to continue after a stop."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from leadtight.simulation.summary import Summary

COUNTS = ("first_seed", "runs", "leads", "sent", "doubles", "repairs", "violations")


def save(file: Path, series: str, summary: Summary) -> None:
    """Save a summary of a series, replacing its file atomically."""
    document = {
        "series": series,
        **{name: getattr(summary, name) for name in COUNTS},
        "failed": [outcome.plan.replay for outcome in summary.failed],
        "injected": [[*cell, times] for cell, times in summary.injected.items()],
        "possible": [list(cell) for cell in summary.possible],
        "waits": {step: list(seconds.items()) for step, seconds in summary.waits.items()},
    }
    written = file.with_suffix(".new")
    written.write_text(json.dumps(document), encoding="utf-8")
    written.replace(file)


def load(file: Path, series: str) -> tuple[Summary, list[str]]:
    """Return a series' saved summary and its failed runs' commands.

    Both are empty without a file. Raises ValueError for the file of another series.
    """
    if not file.exists():
        return Summary(), []
    kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if kept["series"] != series:
        raise ValueError(f"{file} holds another series: {kept['series']}")
    summary = Summary(**{name: kept[name] for name in COUNTS})
    summary.injected = Counter({(kind, point): times for kind, point, times in kept["injected"]})
    summary.possible = {(kind, point) for kind, point in kept["possible"]}
    for step, seconds in kept["waits"].items():
        summary.waits[step] = Counter(dict(map(tuple, seconds)))
    return summary, kept["failed"]
