"""Run the audit as a command, and read its output."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from typer.testing import CliRunner

from leadtight.cli import app
from tests.metamorphic.export import Export


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one run."""

    exit_code: int
    report: dict[str, Any] | None
    output: str
    facts: list[tuple[Any, ...]]  # when a lead came, when it was first contacted, what it is worth


def run_audit(export: Export, folder: Path, *options: str) -> Answer:
    """Run the command on an export's files.

    `options` are added; a crash raises.
    """
    report, facts = folder / "report.json", folder / "facts.parquet"
    command = ["audit", *export.arguments, *options, "--json", str(report), "--facts", str(facts)]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "400", "NO_COLOR": "1"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    content = json.loads(report.read_text()) if report.exists() else None
    return Answer(result.exit_code, content, result.output, read_facts(facts) if facts.exists() else [])


def read_facts(path: Path) -> list[tuple[Any, ...]]:
    """Read the facts written about each lead."""
    question = "select received_at, first_contact_at, value from read_parquet(?)"
    with duckdb.connect() as connection:
        return connection.execute(question, [str(path)]).fetchall()
