"""`leadtight doctor` against the running local stage."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtight.adapters.aws import clients
from leadtight.cli import app
from leadtight.devstage.local_stage import LocalStage
from leadtight.stages.doctor.local_cloud import CANNOT_ASK

NOT_SET_LOCALLY = {"backup-copy", "receiving", "certificate", "front-certificate", "domain", "calls"}


@pytest.fixture(autouse=True)
def _here(local_stage: LocalStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in a folder with the running stage."""
    (tmp_path / ".leadtight").symlink_to(local_stage.folder)
    monkeypatch.chdir(tmp_path)
    clients.forget_clients()
    yield
    clients.forget_clients()


def test_every_check_that_the_local_cloud_can_answer_is_answered() -> None:
    done = CliRunner().invoke(app, ["doctor", "local", "--json"])
    seen = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    assert {id_: check["saw"] for id_, check in seen.items() if check["status"] == "fail"} == {}
    assert done.exit_code == 0
    unasked = {id_: check["saw"] for id_, check in seen.items() if check["status"] == "not_asked"}
    assert {id_: unasked.get(id_) for id_ in CANNOT_ASK} == dict(CANNOT_ASK)
    assert set(unasked) - set(CANNOT_ASK) == NOT_SET_LOCALLY
