"""Exports for the tests of the audit, written by us."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from leadtight.cli import app

PLAIN = ("lead_id", "created_at", "first_contact_at", "owner", "source", "stage")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",") -> Path:
    """Write a file as most tools do."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    """Run `leadtight audit`; return exit code, output and errors."""
    result = CliRunner().invoke(app, ["audit", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def report(leads: Path, *arguments: object) -> dict[str, Any]:
    """Run an audit that succeeds, and return its report."""
    out = leads.with_suffix(".report.json")
    code, _, errors = run(leads, *arguments, "--json", out)
    assert (code, errors) == (0, "")
    result: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return result
