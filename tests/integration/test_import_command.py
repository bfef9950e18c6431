"""`leadtight import` over moto.

The command sends rows to the deployed intake, which stores them.
"""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.intake.handler import handle as intake
from leadtight import bootstrap
from leadtight.cli import app
from leadtight.cli.import_ import command
from leadtight.domain.model.stage import Stage as LeadStage
from tests.integration.conftest import Stage
from tests.integration.deployed_stack import DeployedStack, deploy

pytestmark = pytest.mark.slow

MONDAY_NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HEADER = "Id;Full Name;E-Mail;Phone;Status;Created;Close Date;Lost reason;Colour\n"
ROWS = (
    "1234567890123456789;Ada Obi;ada@example.com;030 901820;New;21.11.2026 09:30;;;blue\n"
    "1234567890123456790;Bo Lee;bo@example.com;12;Open;20.11.2026 09:30;;;=1+1\n"
    "3;Cara Diaz;;;Closed lost;01.02.2026 10:00;05.03.2026;price;\n"
    "4;;;;New;20.11.2026 10:00;;;green\n"
    "5;Dee;dee@example.com;;New;31.31.2026;;;\n"
    "6;Ada again;ADA@example.com;;New;20.11.2026 10:00;;;\n"
)


@pytest.fixture
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DeployedStack:
    monkeypatch.setattr(command, "AT_ONCE", 1)  # moto checks and writes in two steps that threads interleave
    monkeypatch.setattr(bootstrap, "clock", lambda: lambda: MONDAY_NINE)  # the rows join each other within their days
    monkeypatch.chdir(tmp_path)
    return deploy(monkeypatch, IntakeFunction=intake)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    (tmp_path / "leads.csv").write_bytes((HEADER + ROWS).encode("utf-8-sig"))

    def invoke(*words: str) -> tuple[int, str, str]:
        arguments = ["import", "leads.csv", "--source", "old_crm", "--stack", "leadtight-prod", *words]
        result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        return result.exit_code, result.stdout, result.stderr

    return invoke


def result_rows() -> list[dict[str, str]]:
    text = Path("leads.results.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.proves("A9")
@pytest.mark.usefixtures("deployed")
def test_every_row_has_a_result_and_errors_name_their_column(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run()
    assert code == 1, "some rows were rejected"
    assert "3 created, 1 merged, 0 duplicate, 2 rejected. Row by row: leads.results.csv" in out
    results = result_rows()
    assert [(row["row"], row["result"]) for row in results] == [
        *(("2", "created"), ("3", "created"), ("4", "created")),
        *(("5", "rejected"), ("6", "rejected"), ("7", "merged")),
    ]
    assert results[1]["reason"] == "column 'Phone': could not be read; kept as written"
    assert "column 'Full Name': give a name, an email address or a phone number" in results[3]["reason"]
    assert "column 'Created': '31.31.2026' is not a date" in results[4]["reason"]
    assert results[5]["lead_id"] == results[0]["lead_id"]
    closed = bootstrap.ports().store.load(results[2]["lead_id"])
    assert closed is not None
    assert (closed.stage, closed.lost_reason, f"{closed.closed_at:%Y-%m-%d}") == (LeadStage.LOST, "price", "2026-03-04")
    ada = bootstrap.ports().store.load(results[0]["lead_id"])
    assert ada is not None
    assert (ada.source, ada.also_from, ada.inquiry.fields["Colour"]) == ("old_crm", ("old_crm",), "blue")


@pytest.mark.proves("A9")
@pytest.mark.usefixtures("deployed")
def test_importing_the_same_file_again_creates_nothing(stage: Stage, run: Callable[..., tuple[int, str, str]]) -> None:
    run()
    items = stage.items("")
    assert "0 created, 0 merged, 4 duplicate, 2 rejected" in run()[1]
    assert stage.items("") == items


def test_a_dry_run_reports_what_would_be_sent_and_sends_nothing(
    stage: Stage, deployed: DeployedStack, run: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = run("--dry-run", "--write-mapping", "mapping.toml")
    assert code == 1
    assert "4 live, 1 as records, 1 rejected" in out
    assert "6 rows, utf-8-sig, separated by “;”" in out
    assert "leads.csv: row 6: column 'Created'" in err
    assert (deployed.payloads, stage.items("")) == ([], [])
    assert not Path("leads.results.csv").exists()
    written = Path("mapping.toml").read_text(encoding="utf-8")
    assert '"E-Mail" = "email"' in written
    Path("mapping.toml").write_text(written.replace('"E-Mail" = "email"\n', ""), encoding="utf-8")
    assert "E-Mail" in run("--dry-run", "--mapping", "mapping.toml")[1]


@pytest.mark.usefixtures("deployed")
def test_historical_rows_are_all_records(stage: Stage, run: Callable[..., tuple[int, str, str]]) -> None:
    run("--historical")
    leads = [json.loads(item["doc"]["S"]) for item in stage.items("LEAD")]
    assert len(leads) == 4
    assert {lead["excluded"]["reason"] for lead in leads} == {"historical"}
    assert stage.items("MSG#") == []
    assert stage.alarms() == []


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Colour\nblue\n", "no column holds a name, an address or a number"),
        (
            "Name,Created\nAda,03/04/2026\n",
            "column 'Created': row 2: '03/04/2026': the column does not tell day from month",
        ),
        ("", "the file is empty"),
    ],
)
def test_an_unreadable_file_is_a_usage_error(run: Callable[..., tuple[int, str, str]], content: str, says: str) -> None:
    Path("leads.csv").write_text(content)
    code, _, err = run()
    assert code == 2
    assert says in err
    assert err.startswith("leadtight import: leads.csv: ")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("deployed")
def test_a_source_and_an_existing_file_are_required(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("--source", " ")[0] == 2
    Path("leads.csv").unlink()
    assert run()[0] == 2


def test_rows_are_sent_in_batches_in_file_order(
    deployed: DeployedStack, run: Callable[..., tuple[int, str, str]]
) -> None:
    rows = "".join(f"Ada {number},ada{number}@example.com\n" for number in range(60))
    Path("leads.csv").write_text(f"Name,Email\n{rows}")
    assert run()[0] == 0
    sizes = [len(payload["import"]["rows"]) for payload in deployed.payloads]
    assert sizes == [25, 25, 10]
    assert [int(row["row"]) for row in result_rows()] == list(range(2, 62))
