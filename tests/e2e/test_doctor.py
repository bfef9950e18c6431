"""`leadtight doctor` against the running local stage."""

import json

import pytest
from typer.testing import CliRunner

from leadtight.cli import app
from leadtight.stages.doctor.local_cloud import CANNOT_ASK

NOT_SET_LOCALLY = {"backup-copy", "receiving", "certificate", "front-certificate", "domain", "calls"}


pytestmark = pytest.mark.usefixtures("beside_the_stage")


def test_every_check_that_the_local_cloud_can_answer_is_answered() -> None:
    done = CliRunner().invoke(app, ["doctor", "local", "--json"])
    seen = {check["id"]: check for check in json.loads(done.stdout)["checks"]}
    assert {id_: check["saw"] for id_, check in seen.items() if check["status"] == "fail"} == {}
    assert done.exit_code == 0
    unasked = {id_: check["saw"] for id_, check in seen.items() if check["status"] == "not_asked"}
    assert {id_: unasked.get(id_) for id_ in CANNOT_ASK} == dict(CANNOT_ASK)
    assert set(unasked) - set(CANNOT_ASK) == NOT_SET_LOCALLY
