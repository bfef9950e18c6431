"""Backups that survive the table, its region and its account."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from leadtight.restore.settings import STREAM, TTL_ATTRIBUTE
from tests.infra.synth import Synthesised, as_list, managed_policy, synthesise

COPIES = "arn:aws:backup:eu-west-1:111122223333:backup-vault:leadtight-copies"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Return a stage that copies and locks its backups."""
    backup = {"copy_to": COPIES, "lock_days": 30, "compliance": True}
    return synthesise(tmp_path_factory.mktemp("locked"), "locked", backup=backup)


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Return a stage with a restored, softly locked table."""
    table = "leadtight-again-restored-20261201T031500Z"
    stream = f"arn:aws:dynamodb:eu-central-1:123456789012:table/{table}/stream/2026-12-01T04:00:00.000"
    named = {"table": table, "stream": stream}
    return synthesise(tmp_path_factory.mktemp("again"), "again", restored=named, backup={"lock_days": 7})


def rule(template: Synthesised) -> dict[str, Any]:
    [plan] = template.properties("Backup::BackupPlan")
    [only] = plan["BackupPlan"]["BackupPlanRule"]
    assert isinstance(only, dict)
    return only


def statements(template: Synthesised, role: str) -> list[dict[str, Any]]:
    """Return the statements of one of AWS Backup's roles."""
    [id_] = [id_ for id_ in template.of_type("IAM::Role") if id_.startswith(role)]
    policies = [p for p in template.properties("IAM::Policy") if {"Ref": id_} in p["Roles"]]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_the_table_is_backed_up_every_day_and_backups_expire(prod: Synthesised) -> None:
    [table] = prod.of_type("DynamoDB::Table")
    [selection] = prod.properties("Backup::BackupSelection")
    assert selection["BackupSelection"]["Resources"] == [{"Fn::GetAtt": [table, "Arn"]}]
    assert rule(prod)["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert rule(prod)["Lifecycle"] == {"DeleteAfterDays": 35}
    assert rule(prod)["CopyActions"] == []


def test_the_vault_outlives_the_stack_and_no_single_call_deletes_a_backup(prod: Synthesised) -> None:
    [vault] = prod.of_type("Backup::BackupVault").values()
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    [denied] = vault["Properties"]["AccessPolicy"]["Statement"]
    assert denied["Effect"] == "Deny"
    assert set(denied["Action"]) == {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}
    assert "LockConfiguration" not in vault["Properties"]


def test_a_stage_that_is_deployed_again_gets_a_vault_of_another_name(prod: Synthesised) -> None:
    [vault] = prod.properties("Backup::BackupVault")
    assert "AWS::StackId" in json.dumps(vault["BackupVaultName"])


def test_backups_are_copied_and_kept_there_as_long(locked: Synthesised) -> None:
    assert rule(locked)["CopyActions"] == [{"DestinationBackupVaultArn": COPIES, "Lifecycle": {"DeleteAfterDays": 35}}]
    into = [s["Resource"] for s in statements(locked, "BackupsBackupRole") if "CopyIntoBackupVault" in str(s["Action"])]
    assert [COPIES in as_list(resources) for resources in into] == [True]


def test_a_lock_is_for_governance_unless_compliance_is_asked_for(locked: Synthesised, restored: Synthesised) -> None:
    [vault] = locked.properties("Backup::BackupVault")
    assert vault["LockConfiguration"] == {"MinRetentionDays": 30, "ChangeableForDays": 3}
    [removable] = restored.properties("Backup::BackupVault")
    assert removable["LockConfiguration"] == {"MinRetentionDays": 7}


def test_the_role_that_backs_up_reads_one_table_and_writes_none(prod: Synthesised) -> None:
    [table] = prod.of_type("DynamoDB::Table")
    of_the_role = statements(prod, "BackupsBackupRole")
    actions = {action for statement in of_the_role for action in as_list(statement["Action"])}
    assert {action for action in actions if action.endswith(("Item", "Table"))} == {"dynamodb:DescribeTable"}
    on_tables = [each for each in of_the_role if "dynamodb:" in json.dumps(each["Action"])]
    assert on_tables
    assert [each for each in on_tables if table not in json.dumps(each["Resource"])] == []


def test_the_role_that_restores_cannot_touch_the_table_in_use(prod: Synthesised) -> None:
    [table] = prod.of_type("DynamoDB::Table")
    resources = [json.dumps(s["Resource"]) for s in statements(prod, "BackupsRestoreRole")]
    assert resources
    assert not any(table in resource for resource in resources)
    written = [r for s, r in zip(statements(prod, "BackupsRestoreRole"), resources, strict=True) if "PutItem" in str(s)]
    assert len(written) == 1
    assert ":table/leadtight-prod-restored-*" in written[0]


def test_only_aws_backup_in_this_account_assumes_the_roles(prod: Synthesised) -> None:
    roles = [r["Properties"] for id_, r in prod.of_type("IAM::Role").items() if id_.startswith("Backups")]
    assert len(roles) == 2
    for role in roles:
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def alarm(template: Synthesised, metric: str) -> dict[str, Any]:
    [only] = [a for a in template.properties("CloudWatch::Alarm") if a.get("MetricName") == metric]
    return only


def named(template: Synthesised, name: str) -> dict[str, Any]:
    [only] = [a for a in template.properties("CloudWatch::Alarm") if a["AlarmName"] == f"leadtight-prod-{name}"]
    return only


def test_a_backup_that_ends_badly_alarms(prod: Synthesised) -> None:
    ended = named(prod, "backup-failed")
    metrics = [m["MetricStat"]["Metric"] for m in ended["Metrics"] if "MetricStat" in m]
    states = ("Failed", "Expired", "Aborted")
    assert [(m["Namespace"], m["MetricName"]) for m in metrics] == [
        ("AWS/Backup", f"NumberOfBackupJobs{state}") for state in states
    ]
    for metric in metrics:
        assert [d["Name"] for d in metric["Dimensions"]] == ["BackupVaultName", "ResourceType"]


def test_a_day_without_a_backup_alarms_though_nothing_is_reported(prod: Synthesised) -> None:
    missing = named(prod, "backup-missing")
    assert (missing["ComparisonOperator"], missing["Threshold"]) == ("LessThanThreshold", 1)
    assert missing["EvaluationPeriods"] == missing["DatapointsToAlarm"] == 31


def test_a_copy_that_fails_alarms_by_the_name_of_the_vault_it_goes_to(locked: Synthesised) -> None:
    vault, kind = alarm(locked, "NumberOfCopyJobsFailed")["Dimensions"]
    assert (vault, kind) == (
        {"Name": "BackupVaultName", "Value": "leadtight-copies"},
        {"Name": "ResourceType", "Value": "DynamoDB"},
    )


def test_a_restored_table_is_backed_up_and_its_functions_use_it(restored: Synthesised) -> None:
    [selection] = restored.properties("Backup::BackupSelection")
    [table] = selection["BackupSelection"]["Resources"]
    assert ":table/leadtight-again-restored-20261201T031500Z" in json.dumps(table)
    assert restored.function("sla")["Environment"]["Variables"]["LEADTIGHT_TABLE"] == (
        "leadtight-again-restored-20261201T031500Z"
    )
    assert restored.of_type("DynamoDB::Table") == {}


def test_a_restorer_still_reads_the_former_table_once_the_restored_one_is_in_use(restored: Synthesised) -> None:
    statements = managed_policy(restored, "RestorerPolicy")["PolicyDocument"]["Statement"]
    read = [s["Resource"] for s in statements if "dynamodb:Scan" in as_list(s["Action"])]
    assert any(re.search(r':table/leadtight-again"', json.dumps(each)) for each in read)


def test_a_restored_table_is_given_what_the_template_gives_the_first(prod: Synthesised) -> None:
    [table] = prod.properties("DynamoDB::Table")
    assert table["StreamSpecification"] == {"StreamViewType": STREAM["StreamViewType"]}
    assert table["TimeToLiveSpecification"] == {"AttributeName": TTL_ATTRIBUTE, "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"] == {"SSEEnabled": True}
    known = {"TableName", "BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "Tags"}
    known |= {"StreamSpecification", "TimeToLiveSpecification", "PointInTimeRecoverySpecification", "SSESpecification"}
    assert set(table) == known | {"DeletionProtectionEnabled"}, "a restore may leave this setting out"


def test_the_local_stage_has_no_backups(local: Synthesised) -> None:
    assert local.of_type("Backup::BackupPlan") == {}
