"""What a stage's file makes of its stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leadtight.devstage.deployment import write_stage_file
from leadtight.stages import stage_file
from leadtight.stages.stage_names import LONGEST, problem_of_name
from scripts.stateful import NAMES
from tests.infra.stage_files import ACCOUNT, REGION, stage_settings
from tests.infra.synth import Synthesised, synthesise

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1111-2222"
LONG = "a" * LONGEST
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Return a stage with its own domain and another's identity."""
    return synthesise(
        tmp_path_factory.mktemp("owned"),
        LONG,
        api={"domain": "leads.firm.example", "certificate": CERTIFICATE},
        mail={"identity_exists": True, "receive_domain": "inbox.firm.example"},
        operators={"url": "https://pager.firm.example/aws"},
    )


def artifact(template: Synthesised, stack: str) -> dict[str, Any]:
    manifest = json.loads((template.file.parent / "manifest.json").read_text())
    return dict(manifest["artifacts"][stack])


def test_account_and_region_are_those_of_the_file(prod: Synthesised) -> None:
    assert artifact(prod, "leadtight-prod")["environment"] == f"aws://{ACCOUNT}/{REGION}"


def test_the_api_has_its_own_domain_and_links_lead_there(owned: Synthesised) -> None:
    [domain] = owned.properties("ApiGatewayV2::DomainName")
    [setting] = domain["DomainNameConfigurations"]
    assert (domain["DomainName"], setting["CertificateArn"]) == ("leads.firm.example", CERTIFICATE)
    assert (setting["EndpointType"], setting["SecurityPolicy"]) == ("REGIONAL", "TLS_1_2")
    [mapping] = owned.properties("ApiGatewayV2::ApiMapping")
    [api] = owned.of_type("ApiGatewayV2::Api")
    assert mapping["ApiId"] == {"Ref": api}
    for name in ("intake", "respond", "sla", "desk", "report"):
        variables = owned.function(name)["Environment"]["Variables"]
        assert variables.get("LEADTIGHT_PUBLIC_URL", "https://leads.firm.example") == "https://leads.firm.example"
    assert owned.function("respond")["Environment"]["Variables"]["LEADTIGHT_PUBLIC_URL"]
    assert "RegionalDomainName" in json.dumps(owned.body["Outputs"]["ApiDomainRecord"])


def test_links_lead_to_another_address_where_the_file_names_one(tmp_path: Path) -> None:
    stage = stage_settings(
        tmp_path,
        "eu",
        api={"domain": "a.firm.example", "certificate": CERTIFICATE, "public_url": "https://www.firm.example"},
    )
    assert stage.public_url == "https://www.firm.example"


def test_an_identity_that_exists_is_neither_created_nor_changed(owned: Synthesised, prod: Synthesised) -> None:
    assert owned.of_type("SES::EmailIdentity") == {}
    outputs = owned.body["Outputs"]
    assert outputs
    assert not [name for name in outputs if name.startswith(("Dkim", "MailFrom"))]
    [identity] = prod.of_type("SES::EmailIdentity").values()
    assert identity["DeletionPolicy"] == "RetainExceptOnCreate", "others in the account may send by it"


def test_outputs_have_the_names_of_the_guide(prod: Synthesised, owned: Synthesised) -> None:
    assert {"Dkim1", "Dkim2", "Dkim3"} <= prod.body["Outputs"].keys()
    assert {"ReceivingMx", "ReceivingActivate", "ApiDomainRecord"} <= owned.body["Outputs"].keys()
    guide = (ROOT / "docs" / "guides" / "deploy.md").read_text(encoding="utf-8")
    for name in ("Dkim1", "ReceivingMx", "ReceivingActivate", "ApiDomainRecord"):
        assert f"`{name}`" in guide


def test_alarms_go_to_every_address_of_the_file(owned: Synthesised) -> None:
    [topic] = [id_ for id_ in owned.of_type("SNS::Topic") if id_.startswith("WatchOperators")]
    told = [s for s in owned.properties("SNS::Subscription") if s["TopicArn"] == {"Ref": topic}]
    assert {(each["Protocol"], each["Endpoint"]) for each in told} == {
        ("email", "ops@leadtight.example"),
        ("https", "https://pager.firm.example/aws"),
    }


def test_a_stack_is_protected_from_deletion_except_while_it_is_created(
    prod: Synthesised, local: Synthesised, tmp_path: Path
) -> None:
    assert artifact(prod, "leadtight-prod")["properties"]["terminationProtection"] is True
    assert artifact(local, "leadtight-local")["properties"]["terminationProtection"] is False
    creating = synthesise(tmp_path, "prod", creating=True)
    assert not artifact(creating, "leadtight-prod")["properties"].get("terminationProtection")
    [table] = creating.properties("DynamoDB::Table")
    assert table["DeletionProtectionEnabled"] is False, "else a creation that fails could not be undone"
    [table] = prod.properties("DynamoDB::Table")
    assert table["DeletionProtectionEnabled"] is True


def test_a_creation_that_fails_leaves_nothing_whose_name_is_taken(prod: Synthesised) -> None:
    kept = {
        id_: resource["DeletionPolicy"]
        for id_, resource in prod.body["Resources"].items()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept
    assert set(kept.values()) == {"RetainExceptOnCreate"}


LIMITS = {
    "AWS::Lambda::Function": 64,
    "AWS::Scheduler::ScheduleGroup": 64,
    "AWS::Scheduler::Schedule": 64,
    "AWS::SES::ConfigurationSet": 64,
    "AWS::SES::ReceiptRuleSet": 64,
    "AWS::SQS::Queue": 80,
    "AWS::ApiGatewayV2::Api": 128,
    "AWS::Athena::WorkGroup": 128,
    "AWS::DynamoDB::Table": 255,
    "AWS::SNS::Topic": 256,
    "AWS::SecretsManager::Secret": 512,
    "AWS::Logs::LogGroup": 512,
    "AWS::CloudWatch::Alarm": 255,
    "AWS::CloudWatch::Dashboard": 255,
}
"""The most characters that AWS accepts in a name."""

STACK_ID = "a" * 12
"""As long as the last part of a stack's id, which a vault's name ends with."""


def named(template: Synthesised) -> list[tuple[str, str]]:
    """Return each resource's type and its name with the stage."""
    names = []
    for resource in template.body["Resources"].values():
        for key in (*NAMES, "DashboardName", "Name"):
            name = resource.get("Properties", {}).get(key)
            if isinstance(name, str) and LONG in name:
                names.append((resource["Type"], name))
    return names


def test_every_name_made_from_the_longest_stage_name_fits(owned: Synthesised) -> None:
    names = named(owned)
    assert len({kind for kind, _ in names}) >= 7
    for kind, name in names:
        assert len(name) <= LIMITS.get(kind, 64), (kind, name)
    [vault] = owned.properties("Backup::BackupVault")
    assert len(f"leadtight-{LONG}-{STACK_ID}") <= 50
    assert f"leadtight-{LONG}-" in json.dumps(vault["BackupVaultName"])


def suffixes(template: Synthesised) -> dict[str, set[str]]:
    """Return by type what follows `leadtight-STAGE` in names."""
    prefix, found = f"leadtight-{LONG}", {"a stack": {"", "-front"}}
    for kind, name in named(template):
        if name.startswith(prefix):
            found.setdefault(kind, set()).add(name.removeprefix(prefix))
    return found


def test_no_two_stages_of_an_account_can_have_a_resource_of_the_same_name(owned: Synthesised) -> None:
    ends = suffixes(owned)
    assert len(ends) > 7
    dangerous = {
        longer.removesuffix(shorter)
        for same_type in ends.values()
        for longer in same_type
        for shorter in same_type
        if longer != shorter and longer.endswith(shorter) and longer.removesuffix(shorter).startswith("-")
    }
    assert {"-front", "-recurring", "-stream"} <= dangerous
    assert [end for end in sorted(dangerous) if problem_of_name(f"eu{end}") is None] == []


def test_the_local_stage_is_read_by_the_same_reader(tmp_path: Path) -> None:
    policy = ROOT / "leadtight" / "policy.toml"
    stage = stage_file.read_file(write_stage_file(tmp_path, policy, "http://127.0.0.1:4566/_aws/$default"))
    assert (stage.is_local, stage.api.public_url) == (True, "http://127.0.0.1:4566/_aws/$default")
    assert (stage.termination_protection, stage.tracing, stage.mail.mail_from_domain) == (False, False, None)


def test_a_policy_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[company]\n")
    stage = stage_settings(tmp_path, "eu", policy=str(policy))
    with pytest.raises(TypeError, match=r"policy\.toml: company\.timezone: missing"):
        _ = stage.timezone


def test_the_cdk_behaves_as_pinned_in_every_synthesis(prod: Synthesised) -> None:
    pinned = json.loads((ROOT / "cdk.json").read_text())["context"]
    assert len(pinned) > 80, "every flag that the CDK recommends, with our answer"
    tree = json.loads((prod.file.parent / "manifest.json").read_text())
    assert tree["artifacts"]["leadtight-prod"]["properties"]["tags"] == {"project": "leadtight", "stage": "prod"}
