"""Terminal summary and progress display of an audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadtight.reporting.audit.headline import headline, is_doubtful
from leadtight.reporting.formatting import duration, exact, upper_first
from leadtight.reporting.presentation import chart, metric_rows

LABELS = chart.LABELS | {"never": "no contact in these files"}
MOST_REASONS = 8
MOST_PROBLEMS = 3


@contextmanager
def progress(stream: TextIO) -> Iterator[None]:
    """Show a status on a terminal while files are read."""
    console = Console(file=stream)
    if not console.is_terminal:
        yield
        return
    with console.status("Reading and counting"):
        yield


def show(report: dict[str, Any], stream: TextIO) -> None:
    """Print caveats, headline, diagnosis and what is unknown.

    Coloured on a terminal.
    """
    console = Console(file=stream, highlight=False, soft_wrap=True)
    _caveats(console, report["caveats"])
    for sentence in headline(report):
        console.print(Text(sentence, style="bold"))
    if report["response"]["median"] is not None:
        console.print(f"Median response {duration(report['response']['median'])}.")
    if report["buckets"]["under_5m"] is not None:
        console.print(_buckets(report))
    if report["contacted"] is not None and report["definition"]["contact"]:
        console.print(f"Counted as a contact: {report['definition']['contact']}.", style="dim", markup=False)
    _diagnosis(console, report["diagnosis"], doubtful=is_doubtful(report))
    _unknown(console, metric_rows.unknown(report))
    _problems(console, report)


def _caveats(console: Console, caveats: list[dict[str, Any]]) -> None:
    if not caveats:
        return
    console.print("Before you read the figures:", style="bold")
    for each in caveats:
        console.print(Text(f"  - {each['why']}.", style="yellow" if each["grave"] else ""))
        if each["remedy"]:
            console.print(Text(f"    {upper_first(each['remedy'])}.", style="dim"))
    console.print()


def _buckets(report: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False)
    for key, words in LABELS.items():
        count = report["buckets"][key]
        table.add_row(words, f"{count:,}", exact(count / report["leads"]), style="red" if key == "never" else None)
    return table


def _diagnosis(console: Console, diagnosis: dict[str, Any], *, doubtful: bool) -> None:
    for each in diagnosis["causes"]:
        console.print(f"[bold red]{each['cause'].capitalize()}[/bold red]: {each['evidence']}.")
    if len(diagnosis["corrective_order"]) > 1:
        console.print(f"Fix in this order: {', then '.join(diagnosis['corrective_order'])}.")
    if diagnosis["withheld"]:
        causes = " and ".join(each["cause"] for each in diagnosis["withheld"])
        console.print(f"No cause is named: the evidence for {causes} rests on contacts that the files contradict.")
    elif diagnosis["verdict"] and not doubtful:
        console.print(f"Verdict: {diagnosis['verdict']}.")


def _unknown(console: Console, unknown: list[metric_rows.Unknown]) -> None:
    if not unknown:
        return
    console.print("\nNot in this report:", style="bold")
    for each in unknown[:MOST_REASONS]:
        console.print(Text(f"  - {', '.join(each.figures)}: {each.remedy or each.reason}", style="dim"))
    if len(unknown) > MOST_REASONS:
        console.print(Text("  … and more; --html and --json list all", style="dim"))


def _problems(console: Console, report: dict[str, Any]) -> None:
    for problem in report["problems"][:MOST_PROBLEMS]:
        console.print(_problem(problem), style="yellow", markup=False)
    if report["problems_total"] > MOST_PROBLEMS:
        console.print(f"… {report['problems_total']:,} problems in all")


def _problem(problem: dict[str, Any]) -> str:
    column = f" column {problem['column']!r}:" if problem["column"] else ""
    value = f" {problem['value']!r}" if problem["value"] is not None else ""
    return f"{problem['file']}: row {problem['row']}:{column}{value} {problem['reason']}"
