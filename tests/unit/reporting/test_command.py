"""`leadtight report` against a stack with a fake Lambda."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadtight.adapters.aws import clients
from leadtight.cli import app
from leadtight.devstage.info import DevInfo


class FakeAws:
    """One stack with one function.

    `answer` and `error` are the results of invoking it.
    """

    def __init__(self) -> None:
        self.answer: dict[str, Any] = {"date": "2026-03-02"}
        self.error: str | None = None
        self.payloads: list[dict[str, Any]] = []

    def client(self, service: str, **_: object) -> "FakeAws":
        return self

    def describe_stacks(self, **params: str) -> dict[str, Any]:
        assert params == {"StackName": "leadtight-prod"}
        outputs = {"ReportFunction": "leadtight-prod-report", "ReportsBucket": "reports"}
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}]}

    def invoke(self, **params: Any) -> dict[str, Any]:
        assert params["FunctionName"] == "leadtight-prod-report"
        self.payloads.append(json.loads(params["Payload"]))
        body = io.BytesIO(json.dumps(self.answer).encode())
        return {"Payload": body} | ({"FunctionError": self.error} if self.error else {})


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeAws:
    made = FakeAws()
    monkeypatch.setattr(clients, "client", made.client)
    monkeypatch.chdir(tmp_path)
    return made


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["report", *words])
    return result.exit_code, result.stdout, result.stderr


def test_a_day_is_recomputed_and_its_files_are_named(fake: FakeAws) -> None:
    code, out, _ = run("--date", "2026-03-02", "--stack", "leadtight-prod")
    assert code == 0
    assert fake.payloads == [{"kind": "nightly", "date": "2026-03-02"}]
    assert "s3://reports/metrics/dt=2026-03-02/metrics.json" in out


def test_a_week_is_named_by_any_of_its_days(fake: FakeAws) -> None:
    fake.answer = {"week": "2026-W10"}
    code, out, _ = run("--date", "2026-03-04", "--week", "--stack", "leadtight-prod")
    assert (code, fake.payloads[0]["kind"]) == (0, "weekly")
    assert "s3://reports/weekly/2026-W10/index.html" in out


@pytest.mark.usefixtures("fake")
def test_an_invalid_date_is_a_usage_error() -> None:
    assert run("--date", "yesterday", "--stack", "leadtight-prod")[::2] == (
        2,
        "leadtight report: --date: not a date such as 2026-11-21: yesterday\n",
    )


@pytest.mark.usefixtures("fake")
def test_without_a_stack_or_local_stage_it_asks_for_one() -> None:
    code, _, error = run("--date", "2026-03-02")
    assert code == 2
    assert "--stack" in error


def test_the_running_local_stage_is_the_default(fake: FakeAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".leadtight").mkdir()
    names = ("api_url", "region", "table", "reports_bucket", "mail_bucket", "console_url")
    info = DevInfo(**dict.fromkeys(names, "x"), aws_endpoint="http://localhost:4566", stack="leadtight-prod")
    info.write(tmp_path / ".leadtight" / "dev.json")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert run("--date", "2026-03-02")[0] == 0
    assert os.environ["AWS_ENDPOINT_URL"] == "http://localhost:4566"
    assert len(fake.payloads) == 1


def test_a_failed_report_says_why(fake: FakeAws) -> None:
    fake.answer, fake.error = {"errorMessage": "2099-01-01 has not begun in Europe/Berlin"}, "Unhandled"
    code, _, error = run("--date", "2099-01-01", "--stack", "leadtight-prod")
    assert code == 1
    assert "has not begun in Europe/Berlin" in error
