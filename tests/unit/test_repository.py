"""The repository is consistent: one version, licence and CI command."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import leadtight
from scripts.commit_subject import problem

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_is_defined_once() -> None:
    assert "version" not in PROJECT, "the version is leadtight/__init__.py's"
    assert json.loads((ROOT / "docs/openapi.json").read_text())["info"]["version"] == leadtight.__version__
    releases = re.findall(
        r"^## (\d+\.\d+\.\d+) – (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert releases[0][0] == leadtight.__version__
    assert [day for _, day in releases] == sorted((day for _, day in releases), reverse=True)


def test_the_licence_matches_the_metadata() -> None:
    licence = (ROOT / PROJECT["license-files"][0]).read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", licence)
    assert "END OF TERMS AND CONDITIONS" in licence


def test_ci_runs_the_same_command_as_a_laptop() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands == ["bash .ci/run"]
    assert workflow["permissions"] == {"contents": "read"}


def test_commit_hooks_download_nothing_and_run_existing_files() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    hooks = [hook for repo in repos for hook in repo["hooks"]]
    assert {repo["repo"] for repo in repos} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    scripts = [file for hook in hooks for file in re.findall(r"scripts/\S+", hook["entry"])]
    assert scripts
    assert [file for file in scripts if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize(
    ("message", "wrong"),
    [
        ("Measure first response from the first owner\n\nA later owner had the figure of another.\n", None),
        ("# a comment of git\nSay when a lead is late\n# another\n", None),
        ("wip\n", "says nothing"),
        ("", "says nothing"),
        ("Fix.\n", "says nothing"),
        ("S" * 61, "61 characters"),
        ("Say when a lead is late\nbecause it was not said\n", "blank line"),
    ],
)
def test_commit_subjects_are_short_and_meaningful(message: str, wrong: str | None) -> None:
    subject_problem = problem(message)
    assert subject_problem is None if wrong is None else wrong in str(subject_problem)


def test_contributor_pages_name_only_existing_files_and_verbs() -> None:
    verbs = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in (
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        ".github/pull_request_template.md",
    ):
        text = (ROOT / page).read_text()
        assert set(re.findall(r"`make ([a-z-]+)`", text)) <= verbs, page
        targets = set(re.findall(r"\]\(([^)#:]+)[)#]|(?:src|srcset)=\"([^\":]+)\"", text))
        targets = {link or picture for link, picture in targets}
        assert {target for target in targets if not (ROOT / target).exists()} == set(), page
