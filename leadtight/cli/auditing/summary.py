"""The short summary of an audit for a terminal, and the sign that it is at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

BUCKETS = {
    "under_5m": "under 5 minutes",
    "5m_to_30m": "5 to 30 minutes",
    "30m_to_2h": "30 minutes to 2 hours",
    "2h_to_24h": "2 to 24 hours",
    "over_24h": "over 24 hours",
    "never": "never",
}
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
MOST_REASONS = 8


@contextmanager
def progress(stream: TextIO) -> Iterator[None]:
    """Show that files are read, where somebody watches."""
    console = Console(file=stream)
    if not console.is_terminal:
        yield
        return
    with console.status("Reading and counting"):
        yield


def show(report: dict[str, Any], stream: TextIO) -> None:
    """Print the headline, the buckets, the diagnosis and what could not be computed; in colour on a terminal."""
    console = Console(file=stream, highlight=False, soft_wrap=True)
    rows = report["rows"]["leads"]
    console.print(
        f"[bold]{report['leads']} leads[/bold], {_rate(report['contact_rate'])} contacted,"
        f" {_rate(report['follow_up_rate'])} within the window; median response {_length(report['response']['median'])}"
    )
    console.print(f"rows: {rows['read']} read, {rows['excluded']} excluded, {rows['rejected']} rejected")
    if report["buckets"]["under_5m"] is not None:
        console.print(_buckets(report))
    if (waste := report["money"]["monthly_waste"]) is not None:
        console.print(f"spend on leads that nobody contacted: {waste} a month")
    _diagnosis(console, report["diagnosis"])
    _reasons(console, report["cannot_compute"])
    for problem in report["problems"][:3]:
        console.print(_problem(problem), style="yellow", markup=False)
    if report["problems_total"] > 3:
        console.print(f"… {report['problems_total']} problems in all")


def _buckets(report: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False)
    for key, words in BUCKETS.items():
        count = report["buckets"][key]
        table.add_row(words, str(count), _rate(count / report["leads"]), style="red" if key == "never" else None)
    return table


def _diagnosis(console: Console, found: dict[str, Any]) -> None:
    for each in found["causes"]:
        console.print(f"[bold red]{each['cause']}[/bold red]: {each['evidence']}")
    if found["verdict"]:
        console.print(
            f"verdict: {found['verdict']}; in this order: {', '.join(found['corrective_order']) or 'nothing'}"
        )


def _reasons(console: Console, reasons: list[dict[str, str]]) -> None:
    by_reason: dict[str, list[str]] = {}
    for each in reasons:
        by_reason.setdefault(each["why"], []).append(each["what"])
    for why, what in list(by_reason.items())[:MOST_REASONS]:
        console.print(f"cannot compute {', '.join(what)}: {why}", style="dim", markup=False)


def _problem(problem: dict[str, Any]) -> str:
    column = f" column {problem['column']!r}:" if problem["column"] else ""
    value = f" {problem['value']!r}" if problem["value"] is not None else ""
    return f"{problem['file']}: row {problem['row']}:{column}{value} {problem['reason']}"


def _rate(share: float | None) -> str:
    return "unknown share" if share is None else f"{share:.1%}"


def _length(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    size, unit = next(((s, u) for s, u in UNITS if seconds >= s), UNITS[-1])
    return f"{seconds / size:.1f} {unit}"
