"""`leadtight export` over moto, as folder or zip.

With everything that is kept about a person.
"""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight import bootstrap
from leadtight.app.intake.submission import Submission
from leadtight.cli import app
from leadtight.domain.policy.trust import Submitter
from tests.integration.conftest import Stage
from tests.integration.deployed_stack import deploy


@pytest.fixture(autouse=True)
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(monkeypatch, {"TableName": "leadtight"})


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["export", *words, "--stack", "leadtight-prod"], env={"COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.proves("H6")
def test_a_person_is_exported_to_a_folder_or_zip_without_overwriting(tmp_path: Path) -> None:
    body = {"name": "Ada Obi", "email": "ada@example.com", "consent": {"marketing": ["email"], "text": "Yes"}}
    submission = Submission(source="api", body=body, caller=Submitter.KEYED_API)
    lead_id = bootstrap.app().intake.receive(submission, bootstrap.clock()()).lead_id
    folder, archive = tmp_path / "ada", tmp_path / "ada.zip"
    code, output, _ = run("ada@example.com", "--out", str(folder))
    assert (code, output) == (0, f"1 lead, 1 record of evidence: {folder}\n")
    assert run(lead_id, "--out", str(archive))[0] == 0
    exported = json.loads((folder / "export.json").read_text())
    with zipfile.ZipFile(archive) as files:
        assert set(files.namelist()) == {"export.json", "evidence.html"}
        assert json.loads(files.read("export.json"))["leads"] == exported["leads"]
    assert [entry["what"] for entry in exported["evidence"]] == ["agreed"]
    for out in (folder, archive):
        assert run(lead_id, "--out", str(out))[0] == 2
    assert run("nobody@example.com", "--out", str(tmp_path / "x"))[0] == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.proves("H6")
@pytest.mark.parametrize("name", ["Ada Obi", "Obi", "ada at example", "Obi 3000 Ltd", "Герой"])
def test_exporting_by_name_is_rejected(tmp_path: Path, name: str) -> None:
    body = {"name": name, "email": "ada@example.com"}
    bootstrap.app().intake.receive(Submission(source="api", body=body), bootstrap.clock()())
    code, output, error = run(name, "--out", str(tmp_path / "x"))
    assert (code, output) == (2, "")
    assert "names are not searched" in error
    assert "no data is stored" not in error


@pytest.mark.parametrize("who", ["nobody@example.com", "+49 30 901820", "01M8NTXT361E9KA01QFT0YBMXD"])
def test_a_person_who_is_not_found_is_reported(tmp_path: Path, who: str) -> None:
    code, _, error = run(who, "--out", str(tmp_path / "x"))
    assert code == 1
    assert f"no data is stored about {who}" in error
