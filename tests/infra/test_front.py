"""The front door before the API, only where configured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.app import build
from tests.infra.synth import Synthesised

HOST = "abc123.execute-api.eu-central-1.amazonaws.com"


def stacks(folder: Path, **context: str) -> dict[str, dict[str, Any]]:
    for bundle in ("app", "report"):
        (folder / "bundle" / bundle).mkdir(parents=True)
    build({"stage": "prod", "bundle": str(folder / "bundle")} | context, outdir=str(folder / "out")).synth()
    stack_names = {"main": "leadtight-prod", "front": "leadtight-prod-front"}
    return {
        name: json.loads((folder / "out" / f"{stack}.template.json").read_text()) for name, stack in stack_names.items()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return stacks(tmp_path_factory.mktemp("front"), front=HOST, front_countries="de, AT", front_only="on")


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


def test_single_addresses_and_distant_countries_are_limited_but_never_a_signed_webhook(
    made: dict[str, dict[str, Any]],
) -> None:
    acl = only(made["front"], "WAFv2::WebACL")
    assert acl["Scope"] == "CLOUDFRONT"
    rate, country = acl["Rules"]
    assert rate["Statement"]["RateBasedStatement"]["Limit"] == 300
    far, signed = country["Statement"]["AndStatement"]["Statements"]
    assert far["NotStatement"]["Statement"]["GeoMatchStatement"]["CountryCodes"] == ["AT", "DE"]
    for scope in (rate["Statement"]["RateBasedStatement"]["ScopeDownStatement"], signed):
        match = scope["NotStatement"]["Statement"]["ByteMatchStatement"]
        assert (match["PositionalConstraint"], match["SearchString"]) == ("STARTS_WITH", "/webhooks/")
    assert all(list(rule["Action"]) == ["Block"] for rule in acl["Rules"])


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
    assert "LEADTIGHT_FRONT_SECRET_ARN" not in json.dumps(stacks(tmp_path, front=HOST)["main"])


def test_an_invalid_api_host_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="front: "):
        stacks(tmp_path, front="https://leads.firm.example")
