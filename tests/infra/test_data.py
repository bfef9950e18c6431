"""Personal data at rest: encrypted, private, kept, expired."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.synth import Synthesised


def test_the_table_has_the_keys_that_every_part_relies_on(prod: Synthesised) -> None:
    [table] = prod.properties("DynamoDB::Table")
    assert [(k["AttributeName"], k["KeyType"]) for k in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
    [index] = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "gsi1"
    assert [k["AttributeName"] for k in index["KeySchema"]] == ["gsi1pk", "gsi1sk"]
    assert index["Projection"] == {"ProjectionType": "ALL"}
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_table_can_be_restored_and_is_protected_from_deletion(prod: Synthesised) -> None:
    [table] = prod.of_type("DynamoDB::Table").values()
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert properties["DeletionProtectionEnabled"] is True
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_the_local_stage_keeps_nothing_after_deletion(local: Synthesised) -> None:
    [table] = local.of_type("DynamoDB::Table").values()
    assert table["DeletionPolicy"] == "Delete"
    assert table["Properties"]["DeletionProtectionEnabled"] is False


def buckets(template: Synthesised) -> list[dict[str, Any]]:
    return template.properties("S3::Bucket")


def test_there_are_three_private_versioned_and_encrypted_buckets(prod: Synthesised) -> None:
    assert len(buckets(prod)) == 3
    for bucket in buckets(prod):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "BucketEncryption" in bucket
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("condition", ["aws:SecureTransport", "s3:TlsVersion"])
def test_buckets_refuse_plain_http_and_old_tls(prod: Synthesised, condition: str) -> None:
    policies = prod.properties("S3::BucketPolicy")
    assert len(policies) == len(buckets(prod))
    for policy in policies:
        denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert condition in json.dumps(denied)


def test_replaced_reports_and_raw_mail_expire_after_a_quarter_and_uploads_after_two(prod: Synthesised) -> None:
    every = [rule for bucket in buckets(prod) for rule in bucket["LifecycleConfiguration"]["Rules"]]
    rules = [rule for rule in every if "Prefix" not in rule]
    assert {rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules} == {90}
    assert [rule.get("ExpirationInDays") for rule in rules] == [None, 90, 180]


def test_aws_generates_the_link_secret_and_it_names_its_current_key(prod: Synthesised) -> None:
    secrets = prod.properties("SecretsManager::Secret")
    [generated] = [secret["GenerateSecretString"] for secret in secrets if "GenerateSecretString" in secret]
    assert json.loads(generated["SecretStringTemplate"]) == {"current": "k1"}
    assert (generated["GenerateStringKey"], generated["PasswordLength"]) == ("k1", 64)


def test_mail_events_are_sent_to_a_queue(prod: Synthesised) -> None:
    [destination] = prod.properties("SES::ConfigurationSetEventDestination")
    assert set(destination["EventDestination"]["MatchingEventTypes"]) >= {"send", "delivery", "bounce", "complaint"}
    [receipts] = [s for s in prod.properties("SNS::Subscription") if s["Protocol"] == "sqs"]
    assert receipts["RawMessageDelivery"] is True
