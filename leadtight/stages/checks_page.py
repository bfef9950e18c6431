"""Show a run of checks on a page or terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from markupsafe import escape as escape_html
from rich.console import Console
from rich.markup import escape

from leadtight.stages.checks import Check, CheckResult, CheckStatus, Say, T, Verdict, count

WORDS = {
    CheckStatus.PASS: "passed",
    CheckStatus.WARN: "to look at",
    CheckStatus.FAIL: "failed",
    CheckStatus.NOT_ASKED: "not asked",
}
STYLES = {
    CheckStatus.PASS: "green",
    CheckStatus.WARN: "yellow",
    CheckStatus.FAIL: "bold red",
    CheckStatus.NOT_ASKED: "dim",
}
ORDER = (CheckStatus.FAIL, CheckStatus.WARN, CheckStatus.PASS, CheckStatus.NOT_ASKED)


def page(title: str, stage: str, at: datetime, results: Sequence[CheckResult]) -> str:
    """Return a self-contained page, what failed first."""
    groups = [(WORDS[status], str(status), _of(results, status)) for status in ORDER]
    return (
        _environment()
        .get_template("checks.html.j2")
        .render(title=title, stage=stage, at=at, groups=groups, headline=headline(results))
    )


def headline(results: Sequence[CheckResult]) -> str:
    """Return the result in one sentence."""
    counts = count(results)
    if counts["fail"]:
        return f"{counts['fail']} of {len(results)} checks failed."
    if counts["warn"]:
        return f"No check failed; {counts['warn']} of {len(results)} deserve a look."
    return f"{counts['pass']} checks passed."


def _of(results: Sequence[CheckResult], status: CheckStatus) -> list[CheckResult]:
    return [each for each in results if each.verdict.status is status]


@cache
def _environment() -> Environment:
    folder = Path(__file__).with_name("templates")
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["with_code"] = _with_code
    return made


def _with_code(text: str) -> Markup:
    """Return escaped text with its `words` as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape_html(text))))


def teller(console: Console) -> Say[T]:
    """Return a printer of checks and their verdicts."""

    def say(check: Check[T], verdict: Verdict | None) -> None:
        if verdict is None:
            if console.is_terminal:
                console.print(f"[dim]… {escape(check.asks)}[/]", end="\r")
            return
        style = STYLES[verdict.status]
        console.print(f"[{style}]{WORDS[verdict.status]:>10}[/]  {escape(check.asks)} [dim]({check.id})[/]")
        console.print(f"            {escape(verdict.saw)}", style="dim")
        if verdict.mend:
            console.print(f"            → {escape(verdict.mend)}")

    return say
