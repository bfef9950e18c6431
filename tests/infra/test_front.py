"""The front door before the API, only where configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from infra.app import build
from infra.edge import _rules
from leadtight.stages.stage_settings import FrontSettings
from tests.infra.stage_files import stage_settings
from tests.infra.synth import Synthesised

HOST = "abc123.execute-api.eu-central-1.amazonaws.com"
WEBHOOKS = "\n[webhooks.phone]\nchannel = 'phone'\n[webhooks.portal]\nchannel = 'form'\n"


def stacks(folder: Path, **front: Any) -> dict[str, dict[str, Any]]:
    stage = stage_settings(folder, "prod", front={"host": HOST} | front)
    build(stage, outdir=str(folder / "out")).synth()
    stack_names = {"main": "leadtight-prod", "front": "leadtight-prod-front"}
    return {
        name: json.loads((folder / "out" / f"{stack}.template.json").read_text()) for name, stack in stack_names.items()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return stacks(tmp_path_factory.mktemp("front"), countries=["de", "AT"], only=True)


def only(template: dict[str, Any], kind: str) -> dict[str, Any]:
    [resource] = [r["Properties"] for r in template["Resources"].values() if r["Type"] == f"AWS::{kind}"]
    return dict(resource)


def test_without_it_there_is_neither_secret_nor_setting(prod: Synthesised) -> None:
    assert "FRONT" not in json.dumps(prod.body)


def test_the_door_adds_its_secret_and_the_client_address_over_tls_and_keeps_nothing(
    made: dict[str, dict[str, Any]],
) -> None:
    config = only(made["front"], "CloudFront::Distribution")["DistributionConfig"]
    [origin] = config["Origins"]
    assert origin["DomainName"] == HOST
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    [sent] = origin["OriginCustomHeaders"]
    secret = "{{resolve:secretsmanager:leadtight-prod-front:SecretString:k1}}"
    assert (sent["HeaderName"], sent["HeaderValue"]) == ("x-leadtight-front", secret)
    behaviour = config["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS' CachingDisabled
    assert "POST" in behaviour["AllowedMethods"]
    assert "event.viewer.ip" in only(made["front"], "CloudFront::Function")["FunctionCode"]


def test_single_addresses_and_distant_countries_are_limited(made: dict[str, dict[str, Any]]) -> None:
    acl = only(made["front"], "WAFv2::WebACL")
    assert acl["Scope"] == "CLOUDFRONT"
    rate, country = acl["Rules"]
    assert rate["Statement"]["RateBasedStatement"] == {"Limit": 300, "AggregateKeyType": "IP"}
    assert country["Statement"]["NotStatement"]["Statement"]["GeoMatchStatement"]["CountryCodes"] == ["AT", "DE"]
    assert all(list(rule["Action"]) == ["Block"] for rule in acl["Rules"])


def test_a_block_can_be_explained_by_samples_of_its_requests(made: dict[str, dict[str, Any]]) -> None:
    acl = only(made["front"], "WAFv2::WebACL")
    seen = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert [each["SampledRequestsEnabled"] for each in seen] == [True] * 3


def blocks(statement: dict[str, Any], path: str, country: str) -> bool:
    """Evaluate AWS WAF's statement on a request over the rate."""
    [(kind, inner)] = statement.items()
    match kind:
        case "RateBasedStatement":
            return "ScopeDownStatement" not in inner or blocks(inner["ScopeDownStatement"], path, country)
        case "NotStatement":
            return not blocks(inner["Statement"], path, country)
        case "AndStatement":
            assert len(inner["Statements"]) > 1, "AWS refuses a combination of one"
            return all(blocks(each, path, country) for each in inner["Statements"])
        case "GeoMatchStatement":
            return bool(country in inner["CountryCodes"])
        case "ByteMatchStatement":
            assert inner["TextTransformations"] == [{"Priority": 0, "Type": "NONE"}]
            text = inner["SearchString"]
            matches = {"EXACTLY": path == text, "STARTS_WITH": path.startswith(text)}
            return bool(matches[inner["PositionalConstraint"]])
    raise AssertionError(kind)


@pytest.mark.parametrize("names", [("phone",), ("phone", "portal")], ids=["one", "two"])
def test_only_the_webhooks_that_the_policy_names_are_exempt_from_rate_and_country(names: tuple[str, ...]) -> None:
    front = FrontSettings(host=HOST, domain=None, certificate=None, countries=("AT",), rate=300, only=False, key="k1")
    stack = Stack()
    rules = stack.resolve([rule.statement for rule in _rules(front, names)])
    statements = [capitalised(rule) for rule in rules]
    assert statements
    for name in names:
        assert not any(blocks(statement, f"/webhooks/{name}", "US") for statement in statements)
    for path in (
        "/webhooks/",
        "/webhooks/phoney",
        "/webhooks/phone/x",
        "/webhooks/other",
        "/x/webhooks/phone",
        "/leads",
    ):
        assert all(blocks(statement, path, "US") for statement in statements), path


def capitalised(value: Any) -> Any:
    """Return a statement as the template has it."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: capitalised(each) for key, each in value.items()}
    return [capitalised(each) for each in value] if isinstance(value, list) else value


def test_the_exempt_webhooks_are_those_of_the_stages_policy(tmp_path: Path) -> None:
    stage = stage_settings(tmp_path, "prod")
    stage.file.policy.write_text(stage.file.policy.read_text() + WEBHOOKS)
    assert stage.webhooks == ("phone", "portal")


def test_a_front_that_is_removed_can_come_again(made: dict[str, dict[str, Any]]) -> None:
    [secret] = [
        r
        for r in made["main"]["Resources"].values()
        if r["Type"] == "AWS::SecretsManager::Secret" and "Name" in r["Properties"]
    ]
    assert secret["DeletionPolicy"] == "Delete", "a retained name would be taken"


def test_both_stacks_read_the_secret_and_the_two_public_functions_require_it(
    made: dict[str, dict[str, Any]],
) -> None:
    [secret] = [
        r["Properties"]
        for r in made["main"]["Resources"].values()
        if r["Type"] == "AWS::SecretsManager::Secret" and r["Properties"].get("Name")
    ]
    assert (secret["Name"], secret["ReplicaRegions"]) == ("leadtight-prod-front", [{"Region": "us-east-1"}])
    guarded = {
        r["Properties"]["Handler"].split(".")[1]
        for r in made["main"]["Resources"].values()
        if r["Type"] == "AWS::Lambda::Function"
        and "LEADTIGHT_FRONT_SECRET_ARN" in r["Properties"]["Environment"]["Variables"]
    }
    assert guarded == {"intake", "desk"}


def test_nothing_is_refused_until_it_is_the_only_way(tmp_path: Path) -> None:
    assert "LEADTIGHT_FRONT_SECRET_ARN" not in json.dumps(stacks(tmp_path)["main"])
