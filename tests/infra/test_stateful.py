"""An update loses nothing that a released stage holds."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadtight.stages import stage_file
from leadtight.stages.stage_settings import StageFile
from scripts.stage.upgrade import lost
from scripts.stateful import (
    RELEASED,
    SNAPSHOT,
    STAGE,
    STATEFUL,
    Template,
    changed_state,
    losses,
    present_templates,
    stateful,
)

MAIN, FRONT = "leadtight-everything", "leadtight-everything-front"
RELEASES = sorted(RELEASED.glob("[0-9]*.json"))
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def present() -> dict[str, Template]:
    return present_templates()


@pytest.fixture(scope="module")
def released() -> dict[str, Template]:
    templates: dict[str, Template] = json.loads(RELEASES[-1].read_text())
    return templates


def test_ids_names_and_generated_secrets_are_those_of_every_stage(present: dict[str, Template]) -> None:
    assert [*changed_state(json.loads(SNAPSHOT.read_text()), stateful(present))] == []


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_an_update_from_a_release_replaces_and_removes_nothing_with_state(
    present: dict[str, Template], release: Path
) -> None:
    templates = json.loads(release.read_text())
    assert MAIN in templates
    lost = {stack: [*losses(template, present[stack])] for stack, template in templates.items()}
    assert lost == {key: [] for key in templates}


@pytest.mark.parametrize("stack", [MAIN, FRONT])
def test_the_cdk_finds_no_replacement_with_state_either(
    present: dict[str, Template], released: dict[str, Template], tmp_path: Path, stack: str
) -> None:
    (tmp_path / "before.json").write_text(json.dumps(released[stack]))
    (tmp_path / "now.json").write_text(json.dumps(present[stack]))
    changes = compared(tmp_path)
    assert "[~] AWS::" in changes, "it compared"
    lost = [line for line in changes.splitlines() if re.search(r"replace|destroy|orphan", line)]
    assert [line for line in lost if any(kind in line for kind in STATEFUL)] == []


def compared(folder: Path) -> str:
    """Return what `cdk diff` says of two templates, offline."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-central-1",
        "properties": {"templateFile": "now.json", "validateOnSynth": False},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": {"Stage": artifact}}))
    cdk = Path(sys.prefix) / "cdk" / "node_modules" / ".bin" / "cdk"
    ended = subprocess.run(
        [str(cdk), "diff", "--app", str(folder), "--template", str(folder / "before.json"), "--no-color", "Stage"],
        cwd=folder,
        env=environment
        | {"AWS_EC2_METADATA_DISABLED": "true", "CDK_DISABLE_CLI_TELEMETRY": "true", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout + ended.stderr


def only(template: dict[str, Any], kind: str) -> str:
    ids: dict[str, dict[str, Any]] = template["Resources"]
    return next(id_ for id_, resource in ids.items() if resource["Type"] == kind)


def rename(kind: str, key: str) -> Change:
    return lambda template: template["Resources"][only(template, kind)]["Properties"].update({key: "another"})


def move(kind: str) -> Change:
    def change(template: dict[str, Any]) -> None:
        template["Resources"]["Moved"] = template["Resources"].pop(only(template, kind))

    return change


def new_key(template: dict[str, Any]) -> None:
    secrets = [r["Properties"] for r in template["Resources"].values() if "GenerateSecretString" in r["Properties"]]
    secrets[0]["GenerateSecretString"]["PasswordLength"] = 32


CHANGES: dict[str, tuple[Change, str]] = {
    "a renamed table": (rename("AWS::DynamoDB::Table", "TableName"), "it holds every lead"),
    "a moved table": (move("AWS::DynamoDB::Table"), "it holds every lead"),
    "a moved bucket": (move("AWS::S3::Bucket"), "it holds reports, mails or files"),
    "a named bucket": (rename("AWS::S3::Bucket", "BucketName"), "it holds reports, mails or files"),
    "a renamed queue": (rename("AWS::SQS::Queue", "QueueName"), "it holds work in progress"),
    "a moved API": (move("AWS::ApiGatewayV2::Api"), "its address is in every link"),
    "a renamed schedule group": (rename("AWS::Scheduler::ScheduleGroup", "Name"), "the alarm of every open lead"),
    "another identity": (rename("AWS::SES::EmailIdentity", "EmailIdentity"), "its DKIM records are in DNS"),
    "a named secret": (rename("AWS::SecretsManager::Secret", "Name"), "it signs links already mailed"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_that_loses_state_is_noticed_twice(
    present: dict[str, Template], released: dict[str, Template], case: str
) -> None:
    change, reason = CHANGES[case]
    changed = copy.deepcopy(dict(present[MAIN]))
    change(changed)
    assert any(reason in line for line in losses(released[MAIN], changed))
    now = stateful(dict(present) | {MAIN: changed})
    assert any(reason in line for line in changed_state(json.loads(SNAPSHOT.read_text()), now))


def test_a_stage_of_another_account_is_compared_with_what_is_deployed(
    present: dict[str, Template], released: dict[str, Template]
) -> None:
    stage = replace(stage_file.read_file(STAGE), account="999900001111", region="eu-west-1")
    there = {stack: in_place(template, stage) for stack, template in present.items()}
    deployed = {stack: in_place(template, stage) for stack, template in released.items()}
    assert [*lost(stage, deployed, there)] == []
    rename("AWS::DynamoDB::Table", "TableName")(deployed[MAIN])
    [line] = lost(stage, deployed, there)
    assert "would be replaced, for TableName: it holds every lead" in line


def in_place(template: Template, stage: StageFile) -> dict[str, Any]:
    """Return a template as another account and region have it."""
    reference = stage_file.read_file(STAGE)
    text = json.dumps(template).replace(reference.account, stage.account).replace(reference.region, stage.region)
    return dict(json.loads(text))


def test_a_changed_block_of_a_generated_secret_is_noticed(present: dict[str, Template]) -> None:
    changed = copy.deepcopy(dict(present[MAIN]))
    new_key(changed)
    now = stateful(dict(present) | {MAIN: changed})
    [line] = changed_state(json.loads(SNAPSHOT.read_text()), now)
    assert "GenerateSecretString changed" in line
    assert "it signs links already mailed" in line


def test_an_addition_is_to_be_written_down(present: dict[str, Template]) -> None:
    snapshot = json.loads(SNAPSHOT.read_text())
    [dropped, *_] = snapshot
    left = {id_: kept for id_, kept in snapshot.items() if id_ != dropped}
    assert [line.partition(":")[0] for line in changed_state(left, stateful(present))] == [dropped]


def test_a_resource_with_a_name_of_its_own_is_not_created_beside_itself(released: dict[str, Template]) -> None:
    replaced, moved = copy.deepcopy(dict(released[MAIN])), copy.deepcopy(dict(released[MAIN]))
    replaced["Resources"][only(replaced, "AWS::Lambda::Function")]["Properties"]["PackageType"] = "Image"
    move("AWS::Lambda::Function")(moved)
    assert any("its name is taken" in line for line in losses(released[MAIN], replaced))
    assert any("deleted only afterwards" in line for line in losses(released[MAIN], moved))
    assert [*losses(released[MAIN], released[MAIN])] == []
