"""Ten thousand rows through command and deployed intake (A9).

The table is the twin in memory: moto copies all of its items in every transaction.
"""

import csv
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.progress import Progress
from typer.testing import CliRunner

from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.adapters.memory.table import MemoryTable
from leadtight.cli import app
from leadtight.cli.import_ import command
from leadtight.domain.model.lead import Lead
from tests.integration.deployed_stack import DeployedStack, deploy

pytestmark = pytest.mark.slow

ROWS = 10_000
NOTE = "x" * 300


def row(number: int) -> tuple[str, str]:
    """Return a row and its result.

    Of ten, eight are new, one is known, and one has no contact.
    """
    if number % 10 == 9:
        return f"{number},,,{NOTE}", "rejected"
    known = number - 1 if number % 10 == 8 else number
    return f"{number},Ada {known},ada{known}@example.com,{NOTE}", "created" if known == number else "merged"


def write(rows: int) -> list[str]:
    """Write a file of rows; return their results."""
    lines, results = zip(*(row(number) for number in range(rows)), strict=True)
    Path("leads.csv").write_text("\n".join(("Id,Name,Email,Note", *lines)) + "\n", encoding="utf-8")
    return list(results)


def run() -> str:
    """Run the command and return what it prints."""
    result = CliRunner().invoke(app, ["import", "leads.csv", "--source", "old_crm", "--stack", "leadtight-prod"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.stdout


def results() -> Iterator[str]:
    with Path("leads.results.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from (line["result"] for line in csv.DictReader(file))


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "AT_ONCE", 1)


@pytest.mark.proves("A9")
def test_ten_thousand_rows_have_their_results_and_the_same_file_again_creates_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = MemoryTable()
    monkeypatch.setattr(bootstrap, "table", cache(lambda: table))
    deploy(monkeypatch, IntakeFunction=intake)
    expected = write(ROWS)
    assert "8000 created, 1000 merged, 0 duplicate, 1000 rejected" in run()
    assert list(results()) == expected
    assert sum(isinstance(each, Lead) for each in table.inserted) == 8_000
    assert "0 created, 0 merged, 9000 duplicate, 1000 rejected" in run()
    assert Counter(results()) == {"duplicate": 9_000, "rejected": 1_000}
    assert sum(isinstance(each, Lead) for each in table.inserted) == 8_000


class Forgetful(DeployedStack):
    """A stack that accepts rows and remembers one payload."""

    def __init__(self) -> None:
        super().__init__({}, {"IntakeFunction": accept})
        self.payloads = deque(maxlen=1)  # type: ignore[assignment]  # a list would grow with the file


def accept(event: dict[str, Any], context: object) -> dict[str, Any]:
    rows = event["import"]["rows"]
    return {"results": [{"row": row["row"], "result": "created", "lead_id": "L", "problems": []} for row in rows]}


def test_the_command_needs_no_more_memory_for_ten_thousand_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "Progress", partial(Progress, disable=True))  # the runner keeps what it draws
    deployed = Forgetful()
    monkeypatch.setattr("leadtight.cli.stack_client.clients", SimpleNamespace(client=lambda *_, **__: deployed))

    def peak(rows: int) -> int:
        write(rows)
        tracemalloc.start()
        run()
        bytes_ = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return bytes_

    write(ROWS)
    run()  # fills the caches, which are bounded
    assert peak(ROWS) < 1.3 * peak(3_000)
