"""`leadtight policy check` for a person and a program."""

import json
from pathlib import Path

from typer.testing import CliRunner

from leadtight.cli import app
from leadtight.policy.loader import SHIPPED

run = CliRunner().invoke


def test_the_shipped_policy_is_ok() -> None:
    result = run(app, ["policy", "check"])
    assert result.exit_code == 0
    assert "ok, version" in result.output


def test_every_problem_is_a_line_with_its_path(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    text = (
        SHIPPED.read_text()
        .replace('catch_all = "mia"', 'catch_all = "nobody"')
        .replace('within = "5m"', 'within = "soon"', 1)
    )
    file.write_text(text)
    result = run(app, ["policy", "check", str(file)])
    assert result.exit_code == 1
    assert "targets.hot.within: not a duration" in result.output
    assert "routing.catch_all: unknown person 'nobody'" in result.output, "all mistakes are reported at once"
    document = json.loads(run(app, ["policy", "check", str(file), "--json"]).output)
    assert document["schema"] == "leadtight.policy_check/1"
    assert "targets.hot.within" in [problem["path"] for problem in document["problems"]]


def test_a_likely_mistake_is_a_warning_and_fails_only_on_request(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(SHIPPED.read_text().replace('members = ["ana", "ben", "cem"]', 'members = ["ana", "ben"]'))
    result = run(app, ["policy", "check", str(file)])
    assert result.exit_code == 0
    assert "warning: people.cem: is not in a pool" in result.output
    assert "ok, version" in result.output
    assert run(app, ["policy", "check", "--strict", str(file)]).exit_code == 1
    assert run(app, ["policy", "check", "--strict"]).exit_code == 0
    document = json.loads(run(app, ["policy", "check", str(file), "--json"]).output)
    assert [warning["path"] for warning in document["warnings"]] == ["people.cem"]


def test_the_schema_is_printed_for_editors() -> None:
    assert json.loads(run(app, ["policy", "schema"]).output)["title"] == "Leadtight policy"


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    assert run(app, ["policy", "check", str(tmp_path / "none.toml")]).exit_code == 2
