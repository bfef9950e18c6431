"""The template has no secret, public bucket or outside access."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.infra.synth import Synthesised, as_list, policy_statements

ALLOWED_ON_ANY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"}
_KEYLIKE = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN|whsec_|(?<![\w/+])[A-Za-z0-9+/]{40,}={0,2}(?![\w/+])")
_SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|API_?KEY", re.IGNORECASE)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_no_secret_value_is_in_the_template(prod: Synthesised) -> None:
    secrets = prod.properties("SecretsManager::Secret")
    assert secrets
    for secret in secrets:
        value = secret.get("SecretString")
        assert value in (None, "{}"), "a secret is made by AWS or written by an operator"


def test_environment_variables_of_secrets_hold_only_references(prod: Synthesised) -> None:
    secrets = [
        (name, value)
        for function in prod.properties("Lambda::Function")
        for name, value in function.get("Environment", {}).get("Variables", {}).items()
        if _SECRET_NAME.search(name)
    ]
    assert secrets
    for name, value in secrets:
        assert isinstance(value, dict), name
        assert set(value) <= {"Ref", "Fn::GetAtt"}, name


def test_nothing_in_the_template_looks_like_a_key(prod: Synthesised) -> None:
    bodies = [{k: v for k, v in r.items() if k != "Metadata"} for r in prod.body["Resources"].values()]
    for function in bodies:
        function.get("Properties", {}).pop("Code", None)
    names = prod.body["Resources"].keys() | prod.body.get("Parameters", {}).keys()
    texts = {part for text in strings(bodies) for part in re.split(r"[.${}:]", text)} - names
    assert len(texts) > 100
    assert not [text for text in texts if _KEYLIKE.search(text)]


def test_a_wildcard_resource_is_used_only_for_actions_without_names(prod: Synthesised) -> None:
    on_any = [
        statement
        for statement in policy_statements(prod)
        if statement["Effect"] == "Allow" and "*" in as_list(statement.get("Resource", []))
    ]
    assert on_any
    for statement in on_any:
        assert set(as_list(statement["Action"])) <= ALLOWED_ON_ANY, json.dumps(statement)


def test_no_outside_principal_is_allowed_anything(prod: Synthesised) -> None:
    kinds = ("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy", "SecretsManager::ResourcePolicy")
    documents = [
        policy["ResourcePolicy" if kind.startswith("SecretsManager") else "PolicyDocument"]
        for kind in kinds
        for policy in prod.properties(kind)
    ]
    statements = [statement for document in documents for statement in document["Statement"]]
    assert len(statements) > len(kinds)
    for statement in statements:
        is_anybody = statement["Principal"] in ("*", {"AWS": "*"})
        assert statement["Effect"] == "Deny" or not is_anybody or "Condition" in statement, json.dumps(statement)


def test_no_policy_or_acl_opens_a_bucket(prod: Synthesised) -> None:
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    buckets = prod.properties("S3::Bucket")
    assert len(buckets) == 3
    for bucket in buckets:
        assert all(bucket["PublicAccessBlockConfiguration"][name] is True for name in closed)
        assert "AccessControl" not in bucket
        assert "WebsiteConfiguration" not in bucket
