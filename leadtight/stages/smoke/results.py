"""The results of a run: document and page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadtight.stages import checks, checks_page
from leadtight.stages.checks import CheckResult
from leadtight.stages.smoke.session import Session

SCHEMA = "leadtight.smoke/1"
TITLE = "Smoke test"


def document(session: Session, results: Sequence[CheckResult]) -> dict[str, Any]:
    """Return a run as `leadtight.smoke/1`.

    Latencies are in seconds.
    """
    return {
        **checks.as_document(SCHEMA, session.settings.name, session.started_at, results),
        "run": session.run,
        "seconds": round((session.now() - session.started_at).total_seconds(), 1),
        "latencies_seconds": dict(sorted(session.latencies.items())),
        "report_link": session.notes.get("report_link"),
        "ses_events": session.notes.get("ses_events"),
    }


def write(session: Session, results: Sequence[CheckResult]) -> tuple[Path, Path]:
    """Write document and page; return where they are."""
    session.folder.mkdir(parents=True, exist_ok=True)
    written, page = session.folder / f"{session.run}.json", session.folder / f"{session.run}.html"
    text = json.dumps(document(session, results), indent=2, ensure_ascii=False)
    written.write_text(f"{text}\n", encoding="utf-8")
    page.write_text(checks_page.page(TITLE, session.settings.name, session.started_at, results), encoding="utf-8")
    return written, page
