"""The results of a run: document, page, exit code."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadtight.stages.smoke.program import StepResult
from leadtight.stages.smoke.session import Session
from leadtight.stages.smoke.verdict import StepStatus

SCHEMA = "leadtight.smoke/1"
ALL_PASSED, ONE_FAILED = 0, 1
WORDS = {
    StepStatus.PASS: "Pass",
    StepStatus.WARN: "Warning",
    StepStatus.FAIL: "Fail",
    StepStatus.NOT_ASKED: "Not asked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmokeReport:
    """One finished run."""

    stage: str
    run: str
    started_at: datetime
    ended_at: datetime
    results: tuple[StepResult, ...]
    latencies: Mapping[str, float]
    notes: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, results: Iterable[StepResult]) -> SmokeReport:
        """Return the report of a session."""
        return cls(
            stage=session.settings.name,
            run=session.run,
            started_at=session.started_at,
            ended_at=session.now(),
            results=tuple(results),
            latencies=dict(session.latencies),
            notes=dict(session.notes),
        )

    @property
    def exit_code(self) -> int:
        """Return 1 when a step failed, else 0."""
        return ONE_FAILED if any(r.verdict.status is StepStatus.FAIL for r in self.results) else ALL_PASSED

    def counts(self) -> dict[str, int]:
        """Return the number of steps by outcome."""
        counted = Counter(result.verdict.status for result in self.results)
        return {str(outcome): counted[outcome] for outcome in StepStatus}

    def document(self) -> dict[str, Any]:
        """Return the run as `leadtight.smoke/1`; times are seconds."""
        return {
            "schema": SCHEMA,
            "stage": self.stage,
            "run": self.run,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "seconds": round((self.ended_at - self.started_at).total_seconds(), 1),
            "counts": self.counts(),
            "latencies_seconds": dict(sorted(self.latencies.items())),
            "report_link": self.notes.get("report_link"),
            "ses_events": self.notes.get("ses_events"),
            "steps": [
                {
                    "id": result.step.id,
                    "asks": result.step.asks,
                    "status": str(result.verdict.status),
                    "saw": result.verdict.saw,
                    "mend": result.verdict.mend,
                    "seconds": round(result.seconds, 2),
                }
                for result in self.results
            ],
        }

    def page(self) -> str:
        """Return the run as one self-contained page."""
        counted = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in self.counts().items() if count)
        title = f"Smoke test of {html.escape(self.stage)}: {counted}"
        when = f"{self.started_at:%Y-%m-%d %H:%M} UTC, run {html.escape(self.run)}"
        measured = "".join(
            f"<tr><th scope='row'>{html.escape(name.replace('_', ' '))}</th>"
            f"<td class='number'>{seconds:.2f} s</td></tr>"
            for name, seconds in sorted(self.latencies.items())
        )
        return _PAGE.format(
            title=title,
            style=_STYLE,
            when=when,
            rows="".join(self._rows()),
            measured=f"<h2>Measured</h2><table><tbody>{measured}</tbody></table>" if measured else "",
        )

    def _rows(self) -> Iterator[str]:
        for result in self.results:
            verdict = result.verdict
            mend = f"<pre>{html.escape(verdict.mend)}</pre>" if verdict.mend else ""
            yield (
                f"<tr class='{verdict.status}'><td><strong>{WORDS[verdict.status]}</strong></td>"
                f"<th scope='row'>{html.escape(result.step.asks)}<br><code>{result.step.id}</code></th>"
                f"<td>{html.escape(verdict.saw)}{mend}</td><td class='number'>{result.seconds:.1f} s</td></tr>"
            )

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the document and the page; return where they are."""
        folder.mkdir(parents=True, exist_ok=True)
        document, page = folder / f"{self.run}.json", folder / f"{self.run}.html"
        document.write_text(json.dumps(self.document(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        page.write_text(self.page(), encoding="utf-8")
        return document, page


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.5rem .75rem;border-bottom:1px solid #d0d7de;overflow-wrap:anywhere}th{font-weight:500}"
    ".number{text-align:right;white-space:nowrap}pre{white-space:pre-wrap;background:#f6f8fa;padding:.5rem;"
    "margin:.5rem 0 0}code{color:#57606a}.fail strong{color:#a40e26}.warn strong{color:#7d4e00}"
    ".pass strong{color:#116329}.not_asked strong{color:#57606a}"
)
_PAGE = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{style}</style>'
    "</head><body><main><h1>{title}</h1><p>{when}</p><table><thead><tr><th scope='col'>Result</th>"
    "<th scope='col'>Question</th><th scope='col'>What it saw, and how to mend it</th>"
    "<th scope='col' class='number'>Time</th></tr></thead><tbody>{rows}</tbody></table>{measured}</main></body>"
    "</html>\n"
)
