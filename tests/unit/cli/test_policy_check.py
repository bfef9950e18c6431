"""`leadtight policy check` for a person and a program."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
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


def checked(tmp_path: Path, text: str) -> Any:
    """Return document and exit code of `policy check`.

    It is strict.
    """
    file = tmp_path / "policy.toml"
    file.write_text(text)
    result = run(app, ["policy", "check", "--strict", "--json", str(file)])
    return json.loads(result.output) | {"exit": result.exit_code}


def problems(tmp_path: Path, text: str) -> dict[str, str]:
    """Return what the command refuses, by path."""
    document = checked(tmp_path, text)
    assert document["exit"] == 1
    return {problem["path"]: problem["detail"] for problem in document["problems"]}


@pytest.mark.proves("C1")
@pytest.mark.parametrize("name", ["sales", "admin", "team", "queue", "lead_queue", "projects", "inbound"])
def test_role_team_queue_or_pool_is_refused_as_a_person(tmp_path: Path, name: str) -> None:
    text = SHIPPED.read_text().replace("[people.ana]", f"[people.{name}]").replace('"ana"', f'"{name}"')
    detail = problems(tmp_path, text)[f"people.{name}"]
    assert detail.endswith("a lead is owned by one named person")


@pytest.mark.proves("C4")
def test_policy_without_a_catch_all_is_refused(tmp_path: Path) -> None:
    shipped = SHIPPED.read_text()
    last = '[[routing.rules]]\nid = "everything_else"\npool = "inbound"\n'
    assert last in shipped
    assert list(problems(tmp_path, shipped.replace(last, ""))) == ["routing.rules"]
    assert list(problems(tmp_path, shipped.replace('catch_all = "mia"', 'catch_all = "gone"'))) == ["routing.catch_all"]
    assert list(problems(tmp_path, shipped.replace('catch_all = "mia"\n', ""))) == ["routing.catch_all"]


@pytest.mark.proves("C4")
def test_command_reports_overlapping_rules_and_gaps(tmp_path: Path) -> None:
    rules = """
[[routing.rules]]
id = "germans"
pool = "inbound"
when = { country = ["DE"] }

[[routing.rules]]
id = "everything_else"
"""
    text = SHIPPED.read_text().replace('[[routing.rules]]\nid = "everything_else"\n', rules.lstrip())
    document = checked(tmp_path, text.replace('members = ["dora", "eli"]', 'members = ["dora"]\nrequire = ["product"]'))
    warnings = {warning["path"]: warning["detail"] for warning in document["warnings"]}
    assert document["exit"] == 1
    assert warnings["routing.rules[2].when"].startswith("overlaps 'large_projects'")
    assert warnings["people.eli"].startswith("is not in a pool")


@pytest.mark.proves("C11")
@pytest.mark.parametrize(
    ("was", "becomes", "missing"),
    [
        (r'id = "hot"\n', 'id = "hot"\npool = "lonely"\nsequence = "nurture"\n', "needs routing first"),
        (r"\nescalate = \[\{ after = \"0m\".*\nreassign = .*", "", "needs a promise first"),
        (r"\ncaps = .*", "", "needs capacity first"),
    ],
)
def test_sequences_are_refused_before_routing_promise_and_capacity(
    tmp_path: Path, was: str, becomes: str, missing: str
) -> None:
    lonely = '[pools.lonely]\nmembers = ["ana"]\n\n[pools.projects]'
    text = SHIPPED.read_text().replace("[pools.projects]", lonely, 1)
    assert not checked(tmp_path, text)["problems"]
    refused = problems(tmp_path, re.sub(was, becomes, text))
    assert {"outcomes.not_interested.sequence", "stages.contacted.sequence"} <= refused.keys()
    assert all(detail.startswith(missing) for detail in refused.values())
