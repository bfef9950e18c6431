"""`make deploy` and its like: a fake CDK, and moto."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from leadtight.stages import stage_file
from leadtight.stages.stage_settings import StageFile
from scripts.stage import account
from scripts.stage.__main__ import main
from scripts.stage.account import NEW, AccountState, StackState
from scripts.stage.commands import StageCommandError, StageCommands
from scripts.stage.obstacles import obstacles
from tests.unit.scripts.stacks import Stacks

ACCOUNT, REGION = "123456789012", "eu-central-1"
FAKE = """#!/usr/bin/env python3
import json, os, sys
record = {"words": sys.argv[1:], "region": os.environ["AWS_REGION"], "stages": os.environ["STAGES"]}
with open(os.environ["RECORD"], "a") as file:
    file.write(json.dumps(record) + "\\n")
failing = os.environ.get("FAILS", "")
count = sum(failing in line for line in open(os.environ["RECORD"])) if failing else 0
sys.exit(1 if failing and failing in json.dumps(record) and count <= int(os.environ["FAILS_TIMES"]) else 0)
"""
FRONT = """
[front]
host = "abc123.execute-api.eu-central-1.amazonaws.com"
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    for key, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(key, value)
    with mock_aws():
        stacks = Stacks()
        stacks.register()
        yield stacks
    boto3.setup_default_session()


@pytest.fixture
def record(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    cdk = tmp_path / "bin" / "cdk"
    cdk.write_text(FAKE)
    cdk.chmod(cdk.stat().st_mode | stat.S_IXUSR)
    return tmp_path / "record.jsonl"


def stage(folder: Path, name: str = "prod", more: str = "", *, owner: str = ACCOUNT) -> StageFile:
    (folder / "stages").mkdir(exist_ok=True)
    (folder / "policy.toml").write_text('[company]\ntimezone = "Europe/Berlin"\n')
    file = folder / "stages" / f"{name}.toml"
    top = f'account = "{owner}"\nregion = "{REGION}"\npolicy = "../policy.toml"\n'
    tables = '[operators]\nemails = ["ops@firm.de"]\n[api]\ndomain = "none"\n'
    mail = "" if "[mail]" in more else '[mail]\nfrom = "leads@firm.de"\n'
    file.write_text(top + tables + mail + more)
    return stage_file.read_file(file)


class Commands(StageCommands):
    """The commands without the bundles, which take a minute."""

    def _bundle(self) -> None:
        self._run(["cdk", "bundle"])


def commands(file: StageFile, record: Path, answer: str = "", **more: str) -> Commands:
    kept = {key: value for key, value in os.environ.items() if key not in ("CDK_FLAGS", "POLICY", "MAIL_FROM")}
    path = f"{record.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = kept | {"PATH": path, "RECORD": str(record)} | more
    said: list[str] = []
    return Commands(stage=file, environment=environment, say=said.append, ask=lambda _: answer, wait=lambda _: None)


def ran(record: Path) -> list[str]:
    lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    assert {line["region"] for line in lines} <= {REGION}
    return [" ".join(line["words"]) for line in lines]


def test_a_first_deployment_turns_protection_on_in_a_second_step(aws: Stacks, tmp_path: Path, record: Path) -> None:
    commands(stage(tmp_path), record).deploy()
    first = "deploy leadtight-prod -c creating=on --exclusively -c stage=prod"
    assert ran(record) == ["bundle", first, "deploy leadtight-prod --exclusively -c stage=prod"]
    assert json.loads(record.read_text().splitlines()[1])["stages"] == str(tmp_path / "stages")


def test_a_later_deployment_is_one_step_with_the_flags_of_the_cdk(aws: Stacks, tmp_path: Path, record: Path) -> None:
    aws.add("leadtight-prod")
    commands(stage(tmp_path), record, CDK_FLAGS="--require-approval never").deploy()
    assert ran(record)[1:] == ["deploy leadtight-prod --exclusively -c stage=prod --require-approval never"]


def test_a_first_deployment_that_fails_stops_there(aws: Stacks, tmp_path: Path, record: Path) -> None:
    with pytest.raises(StageCommandError, match="cdk deploy leadtight-prod"):
        commands(stage(tmp_path), record, FAILS="creating", FAILS_TIMES="9").deploy()
    assert len(ran(record)) == 2


def test_credentials_of_another_account_are_refused_before_anything_is_built(
    aws: Stacks, tmp_path: Path, record: Path
) -> None:
    with pytest.raises(StageCommandError, match=f"account 444455556666: the credentials are of {ACCOUNT}"):
        commands(stage(tmp_path, owner="444455556666"), record).deploy()
    assert ran(record) == []


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("POLICY", "mine.toml", 'policy = "FILE"'),
        ("MAIL_FROM", "a@firm.de", r"under \[mail\]"),
        ("OPERATORS_EMAIL", "ops@firm.de", r"under \[operators\]"),
        ("CDK_FLAGS", "--verbose -c reserve=on", "settings of a stage are in its file"),
        ("CDK_FLAGS", "-creserve=on", "settings of a stage are in its file"),
        ("CDK_FLAGS", "--context=reserve=on", "settings of a stage are in its file"),
    ],
)
@pytest.mark.parametrize("command", ["deploy", "diff", "destroy", "synth"])
def test_a_setting_outside_the_file_is_refused_and_says_where_it_moved(
    aws: Stacks, tmp_path: Path, record: Path, command: str, variable: str, value: str, place: str
) -> None:
    with pytest.raises(StageCommandError, match=place):
        getattr(commands(stage(tmp_path), record, **{variable: value}), command)()
    assert ran(record) == []


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_a_failed_creation_by_a_former_version_is_tried_again(
    aws: Stacks, tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    aws.add("leadtight-prod", protected=True)
    failed = AccountState(stack=StackState(status=status, is_protected=True), front=StackState())
    monkeypatch.setattr(account, "read_account", lambda _: failed)
    commands(stage(tmp_path), record).deploy()
    assert not aws.named["leadtight-prod"]["EnableTerminationProtection"]
    assert len(ran(record)) == 3


def test_cloudfront_is_deployed_once_its_secret_has_arrived_and_tried_once_more(
    aws: Stacks, tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([False, False, True])
    monkeypatch.setattr(account, "front_secret_is_replicated", lambda _: next(looks))
    commands(stage(tmp_path, more=FRONT), record, FAILS="prod-front", FAILS_TIMES="1").deploy()
    front = "deploy leadtight-prod-front -c creating=on --exclusively -c stage=prod"
    assert ran(record)[3:] == [front, front, "deploy leadtight-prod-front --exclusively -c stage=prod"]
    assert list(looks) == []


def test_a_secret_that_never_arrives_is_said(
    aws: Stacks, tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "front_secret_is_replicated", lambda _: False)
    with pytest.raises(StageCommandError, match="did not reach us-east-1: deploy again"):
        commands(stage(tmp_path, more=FRONT), record).deploy()


def test_synthesis_needs_no_credentials_and_takes_the_files_settings(tmp_path: Path, record: Path) -> None:
    outside = commands(stage(tmp_path), record)
    with pytest.raises(FileNotFoundError):  # the fake writes no template
        outside.synth()
    assert ran(record)[1] == "synth leadtight-prod --quiet -c stage=prod"


def test_a_comparison_shows_obstacles_and_compares_each_stack(aws: Stacks, tmp_path: Path, record: Path) -> None:
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity="firm.de")
    comparing = commands(stage(tmp_path, more=FRONT), record)
    said: list[str] = []
    object.__setattr__(comparing, "say", said.append)
    comparing.diff()
    assert [line.split()[:2] for line in ran(record)[1:]] == [
        ["diff", "leadtight-prod"],
        ["diff", "leadtight-prod-front"],
    ]
    assert ["identity_exists = true" in line for line in said] == [True]


def test_a_stage_is_destroyed_only_after_its_name_was_typed(aws: Stacks, tmp_path: Path, record: Path) -> None:
    aws.add("leadtight-prod")
    with pytest.raises(StageCommandError, match="not confirmed"):
        commands(stage(tmp_path), record, answer="yes").destroy()
    assert ran(record) == []
    commands(stage(tmp_path), record, CONFIRM="prod").destroy()
    assert ran(record)[1:] == ["destroy leadtight-prod --force --exclusively -c stage=prod"]


def test_a_protected_stage_needs_another_word_to_be_destroyed(aws: Stacks, tmp_path: Path, record: Path) -> None:
    aws.add("leadtight-prod", protected=True)
    with pytest.raises(StageCommandError, match="unprotect prod"):
        commands(stage(tmp_path), record, answer="prod").destroy()
    assert aws.named["leadtight-prod"]["EnableTerminationProtection"]
    commands(stage(tmp_path), record, answer="unprotect prod").destroy()
    assert not aws.named["leadtight-prod"]["EnableTerminationProtection"]


def test_destroying_first_switches_off_the_stages_own_rule_set_alone(aws: Stacks, tmp_path: Path, record: Path) -> None:
    aws.add("leadtight-prod")
    ses = boto3.client("ses", region_name=REGION)
    for name in ("leadtight-prod", "another"):
        ses.create_receipt_rule_set(RuleSetName=name)
    ses.set_active_receipt_rule_set(RuleSetName="another")
    commands(stage(tmp_path), record, answer="prod").destroy()
    assert account._active_rule_set(REGION) == "another"
    released: list[str] = []
    active = AccountState(
        stack=StackState(status="CREATE_COMPLETE"), front=StackState(), active_rule_set="leadtight-prod"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account, "read_account", lambda _: active)
        patch.setattr(account, "stop_receiving", lambda file: released.append(f"{file.name} {ran(record)[-1]}"))
        commands(stage(tmp_path), record, answer="prod").destroy()
    assert released == ["prod bundle"], "before the CDK destroys anything"


def test_the_front_is_destroyed_before_what_it_reads(
    aws: Stacks, tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = StackState(status="CREATE_COMPLETE", resources={"AWS::DynamoDB::Table": ("leadtight-prod",)})
    both = AccountState(stack=kept, front=StackState(status="CREATE_COMPLETE"))
    monkeypatch.setattr(account, "read_account", lambda _: both)
    taking_down = commands(stage(tmp_path, more=FRONT), record, answer="prod")
    said: list[str] = []
    object.__setattr__(taking_down, "say", said.append)
    taking_down.destroy()
    assert [line.split()[1] for line in ran(record)[1:]] == ["leadtight-prod-front", "leadtight-prod"]
    assert "stays: table leadtight-prod" in said


def test_where_nothing_is_there_is_nothing_to_destroy(aws: Stacks, tmp_path: Path, record: Path) -> None:
    commands(stage(tmp_path), record).destroy()
    assert ran(record) == []


DEPLOYED = StackState(status="UPDATE_COMPLETE", outputs={"TableName": "leadtight-prod"})
NOTHING = StackState()
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leadtight-prod/stream/2026-12-01T00:00:00.000"
CASES = {
    "a table of an earlier stage": ("", AccountState(stack=NOTHING, front=NOTHING, table_stream=STREAM), STREAM),
    "a restored table that the file forgot": (
        "",
        AccountState(
            stack=StackState(status="UPDATE_COMPLETE", outputs={"TableName": "leadtight-prod-r1"}), front=NOTHING
        ),
        "runs on the restored table leadtight-prod-r1",
    ),
    "another system's identity": (
        "",
        AccountState(stack=NOTHING, front=NOTHING, identity_is_there=True),
        "identity_exists = true",
    ),
    "an identity that is not there": (
        '[mail]\nfrom = "leads@firm.de"\nidentity_exists = true\n',
        AccountState(stack=NOTHING, front=NOTHING),
        "SES has no identity firm.de",
    ),
    "a front that the file forgot": ("", AccountState(stack=DEPLOYED, front=DEPLOYED), r"\[front\] is gone"),
    "a secret of an earlier front": (
        FRONT,
        AccountState(stack=DEPLOYED, front=NOTHING, front_secret_is_there=True),
        "the secret leadtight-prod-front of an earlier stage",
    ),
    "receiving that the file forgot": (
        "",
        AccountState(
            stack=StackState(
                status="UPDATE_COMPLETE",
                outputs={"TableName": "leadtight-prod"},
                resources={account.RULE_SET: ("leadtight-prod",)},
            ),
            front=NOTHING,
            active_rule_set="leadtight-prod",
        ),
        "mail.receive_domain is gone",
    ),
    "a running change": (
        "",
        AccountState(stack=StackState(status="UPDATE_IN_PROGRESS", outputs=DEPLOYED.outputs), front=NOTHING),
        "is being changed",
    ),
    "a stuck creation": ("", AccountState(stack=StackState(status="ROLLBACK_FAILED"), front=NOTHING), "is stuck"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_obstacle_is_met_before_deploying_and_says_what_to_do(
    aws: Stacks, tmp_path: Path, record: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    more, state, sentence = CASES[case]
    monkeypatch.setattr(account, "read_account", lambda _: state)
    with pytest.raises(StageCommandError, match=sentence):
        commands(stage(tmp_path, more=more), record).deploy()
    assert ran(record) == []


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("", AccountState(stack=NOTHING, front=NOTHING)),
        ("", AccountState(stack=DEPLOYED, front=NOTHING, table_stream=STREAM)),
        (
            f'[restored]\ntable = "leadtight-prod"\nstream = "{STREAM}"\n',
            AccountState(stack=NOTHING, front=NOTHING, table_stream=STREAM),
        ),
        (
            '[mail]\nfrom = "leads@firm.de"\nidentity_exists = true\n',
            AccountState(stack=NOTHING, front=NOTHING, identity_is_there=True),
        ),
        (
            "",
            AccountState(
                stack=StackState(
                    status="CREATE_COMPLETE", outputs=DEPLOYED.outputs, resources={account.IDENTITY: ("firm.de",)}
                ),
                front=NOTHING,
                identity_is_there=True,
            ),
        ),
        (
            FRONT,
            AccountState(
                stack=StackState(
                    status="CREATE_COMPLETE",
                    outputs=DEPLOYED.outputs,
                    resources={
                        "AWS::SecretsManager::Secret": (
                            f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:leadtight-prod-front-AbCdEf",
                        )
                    },
                ),
                front=DEPLOYED,
                front_secret_is_there=True,
            ),
        ),
    ],
    ids=["new", "deployed", "adopted", "another's identity", "own identity", "own secret"],
)
def test_what_is_the_stages_own_is_no_obstacle(tmp_path: Path, more: str, state: AccountState) -> None:
    assert [*obstacles(stage(tmp_path, more=more), state)] == []


def test_an_account_is_read_as_aws_describes_it(aws: Stacks, tmp_path: Path) -> None:
    file = stage(tmp_path)
    assert account.read_account(file) == AccountState(stack=NOTHING, front=NOTHING)
    aws.add("leadtight-prod", protected=True, resources={"AWS::SNS::Topic": "arn"})
    boto3.client("dynamodb", region_name=REGION).create_table(
        TableName="leadtight-prod",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity="firm.de")
    boto3.client("secretsmanager", region_name=REGION).create_secret(Name="leadtight-prod-front")
    state = account.read_account(file)
    assert (state.stack.status, state.stack.is_protected) == ("CREATE_COMPLETE", True)
    assert state.stack.status not in NEW
    assert state.stack.resources == {"AWS::SNS::Topic": ("arn",)}
    assert state.stack.outputs == {"TableName": "leadtight-prod"}
    assert "/stream/" in str(state.table_stream)
    assert (state.identity_is_there, state.front_secret_is_there, state.active_rule_set) == (True, True, None)
    assert not account.front_secret_is_replicated(file)


@pytest.mark.parametrize("name", ["local", "example"])
def test_a_name_that_no_stage_on_aws_has_is_refused(aws: Stacks, tmp_path: Path, record: Path, name: str) -> None:
    with pytest.raises(StageCommandError, match="no stage on AWS has this name"):
        commands(stage(tmp_path, name), record).deploy()


def test_an_unusable_file_ends_with_2_and_another_refusal_with_1(
    aws: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAGES", str(tmp_path / "stages"))
    assert main(["deploy", "prod"]) == 2
    assert "copy stages/example.toml" in capsys.readouterr().err
    stage(tmp_path, owner="444455556666")
    assert main(["deploy", "prod"]) == 1
    assert "the credentials are of" in capsys.readouterr().err
