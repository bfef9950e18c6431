"""A healthy stage passes; each fault is found alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from typer.testing import CliRunner

from infra.limits import LARGE, SMALL
from leadtight.cli import app
from leadtight.cli import doctor as command
from leadtight.domain.model.errors import Problem
from leadtight.policy import loader as policies
from leadtight.stages import stage_file
from leadtight.stages.checks import CheckResult, CheckStatus, as_document, exit_code, run
from leadtight.stages.doctor import account_checks
from leadtight.stages.doctor.account import ACTIONS
from leadtight.stages.doctor.checked_stage import CheckedStage
from leadtight.stages.doctor.program import checks
from tests.unit.stages.doctor.accounts import (
    ACCOUNT,
    CERTIFICATE,
    DEPLOYED,
    FRONT_CERTIFICATE,
    IDENTITY,
    REGION,
    VAULT,
    FakeAccount,
    FakeDns,
    Key,
    error,
)
from tests.unit.stages.doctor.faults import AFTER, BEFORE, Fault, with_texts

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
STAGE = f"""account = "{ACCOUNT}"
region = "{REGION}"
policy = "policy.toml"
[mail]
from = "leads@firm.de"
receive_domain = "inbox.firm.de"
[operators]
emails = ["ops@firm.de"]
[api]
domain = "leads.firm.de"
certificate = "{CERTIFICATE}"
[front]
domain = "www.firm.de"
certificate = "{FRONT_CERTIFICATE}"
[backup]
copy_to = "{VAULT}"
"""
VOICE = """
[voice]
instance = "11111111-2222-3333-4444-555555555555"
contact_flow = "66666666-7777-8888-9999-000000000000"
source_number = "+4930123450"
"""


def checked(tmp_path: Path, fault: Fault | None = None, *, deployed: bool = False) -> CheckedStage:
    """Return the stage with at most one fault."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    text = policies.SHIPPED.read_text().replace("leadtight.example", "firm.de") + VOICE
    (tmp_path / "policy.toml").write_text(fault.policy(text) if fault else text)
    (tmp_path / "prod.toml").write_text(fault.stage(STAGE) if fault else STAGE)
    for bundle in ("app", "report"):
        (tmp_path / "build" / bundle).mkdir(parents=True)
        (tmp_path / "build" / bundle / "code.py").write_text("code")
    there = {("cloudformation", "describe_stacks"): DEPLOYED, ("sesv2", "get_email_identity"): IDENTITY}
    if deployed:
        there |= {("ses", "describe_active_receipt_rule_set"): {"Metadata": {"Name": "leadtight-prod"}}}
    return CheckedStage(
        stage=stage_file.read("prod", folders=[tmp_path]),
        policy=policies.load(tmp_path / "policy.toml"),
        policy_problems=(),
        account=FakeAccount({**(there if deployed else {}), **(fault.answers if fault else {})}),
        dns=FakeDns(frozenset(fault.missing if fault else ())),
        bundles=tmp_path / "build",
        losses=lambda _, deployed: [f"{id_} would be removed" for each in deployed.values() for id_ in resources(each)],
        now=NOW,
        cannot_ask={},
    )


def resources(template: Mapping[str, Any]) -> Iterable[str]:
    return [*template.get("Resources", {})]


def examine(stage: CheckedStage) -> tuple[CheckResult, ...]:
    return run(stage, checks(), say=lambda *_: None, clock=lambda: 0.0)


def unhealthy(results: Iterable[CheckResult]) -> dict[str, CheckStatus]:
    wrong = (CheckStatus.WARN, CheckStatus.FAIL)
    return {each.id: each.verdict.status for each in results if each.verdict.status in wrong}


@pytest.mark.parametrize("deployed", [False, True])
def test_a_healthy_stage_passes_before_and_after_its_deployment(tmp_path: Path, *, deployed: bool) -> None:
    results = examine(checked(tmp_path, deployed=deployed))
    assert {each.id: each.verdict.saw for each in results if each.verdict.status is CheckStatus.FAIL} == {}
    assert unhealthy(results) == {}
    assert exit_code(results) == 0
    asked = {each.id for each in results if each.verdict.status is CheckStatus.PASS}
    assert asked >= {each.id for each in checks()} - {"mail-verified", "dns-dkim", "operators", "update"}


@pytest.mark.parametrize("fault", BEFORE, ids=lambda fault: f"{fault.check}: {fault.mend}")
def test_a_fault_before_the_deployment_is_found_with_its_remedy(tmp_path: Path, fault: Fault) -> None:
    assert_found(examine(checked(tmp_path, fault)), fault)


@pytest.mark.parametrize("fault", AFTER, ids=lambda fault: f"{fault.check}: {fault.mend}")
def test_a_fault_after_the_deployment_is_found_with_its_remedy(tmp_path: Path, fault: Fault) -> None:
    assert_found(examine(checked(tmp_path, fault, deployed=True)), fault)


def assert_found(results: Iterable[CheckResult], fault: Fault) -> None:
    results = tuple(results)
    found = {each.id: each for each in results}[fault.check]
    assert (found.verdict.status, fault.mend in found.verdict.mend) == (fault.status, True), found
    assert set(unhealthy(results)) <= {fault.check, *ALSO.get(fault.check, ())}, unhealthy(results)
    assert exit_code(results) == int(fault.status is CheckStatus.FAIL)


ALSO = {"certificate": ("front-certificate",)}
"""Checks that ask the same answer."""


def test_a_denied_question_fails_and_names_what_is_missing(tmp_path: Path) -> None:
    for key in ACTIONS:
        denied = error("AccessDeniedException", "User: ada is not authorized", "TheQuestion")
        fault = replace(texting_from(SENDER_OF.get(key[1])), answers={key: denied})
        stage = checked(tmp_path / key[0] / key[1], fault, deployed=key[1] in ONLY_DEPLOYED)
        results = [each for each in examine(stage) if each.verdict.status is CheckStatus.FAIL]
        assert results, key
        assert all(
            "TheQuestion is denied" in each.verdict.saw or "may not be seen" in each.verdict.saw for each in results
        )


def test_an_unreadable_bundle_is_found(tmp_path: Path) -> None:
    stage = checked(tmp_path)
    (tmp_path / "build" / "app" / "code.py").chmod(0o600)
    results = {each.id: each.verdict for each in examine(stage)}
    assert results["bundles"].status is CheckStatus.FAIL
    assert "app/code.py" in results["bundles"].saw


def test_an_invalid_policy_fails_and_what_needs_it_is_not_asked(tmp_path: Path) -> None:
    stage = replace(checked(tmp_path), policy=None, policy_problems=(Problem("pools.sales", "unknown person"),))
    results = {each.id: each.verdict for each in examine(stage)}
    assert results["policy"].status is CheckStatus.FAIL
    assert "pools.sales: unknown person" in results["policy"].saw
    assert {results[id_].status for id_ in ("time-zone", "ses-quota", "texts", "calls")} == {CheckStatus.NOT_ASKED}


def test_without_credentials_nothing_is_asked_of_the_account(tmp_path: Path) -> None:
    stage = checked(tmp_path, Fault(check="", mend="", answers={("sts", "get_caller_identity"): NoCredentialsError()}))
    examine(stage)
    assert isinstance(stage.account, FakeAccount)
    assert stage.account.asked == [("sts", "get_caller_identity", None)]


def test_every_question_is_listed_and_only_reads(tmp_path: Path) -> None:
    asked = set[Key]()
    senders = (None, "phone-number/phone-1", "pool/pool-1", "sender-id/FIRM/DE")
    for number, sender in enumerate(senders):
        stage = checked(tmp_path / str(number), texting_from(sender), deployed=sender is None)
        assert unhealthy(examine(stage)) == {}
        assert isinstance(stage.account, FakeAccount)
        asked |= {(service, operation) for service, operation, _ in stage.account.asked}
    assert asked == set(ACTIONS)
    assert all(re.search(r":(?:Get|List|Describe)", action) for action in ACTIONS.values())


ONLY_DEPLOYED = ("get_template", "list_subscriptions_by_topic")
"""Questions about a deployed stage."""

SENDER_OF = {
    "describe_account_attributes": "phone-number/phone-1",
    "describe_spend_limits": "phone-number/phone-1",
    "describe_phone_numbers": "phone-number/phone-1",
    "describe_pools": "pool/pool-1",
    "describe_sender_ids": "sender-id/FIRM/DE",
}
"""The sender of texts with which a question is asked."""


def texting_from(sender: str | None) -> Fault:
    """Return no fault, but texts from a sender."""
    return Fault(check="", mend="", stage=lambda text: with_texts(text, sender) if sender else text)


def test_the_guide_lists_every_action() -> None:
    guide = (stage_file.ROOT / "docs" / "guides" / "deploy.md").read_text(encoding="utf-8")
    section = guide.partition("<!-- doctor:")[2].partition("-->")[2].partition("<!-- end")[0]
    assert re.findall(r"`([^`]+)`", section) == sorted(ACTIONS.values())


def test_concurrency_that_is_asked_for_is_what_the_limits_use() -> None:
    assert SMALL.background < account_checks.SMALL
    assert LARGE.background + sum(LARGE.reserved.values()) <= account_checks.RESERVED


@pytest.mark.slow
def test_the_stage_is_synthesised_and_compared_with_what_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(tmp_path)
    monkeypatch.setenv("STAGES", str(tmp_path))
    former = {"Resources": {"Former": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "firm-reports"}}}}
    [lost] = command.losses("prod", {"leadtight-prod": former})
    assert lost == "Former (AWS::S3::Bucket) would be removed: it holds reports, mails or files"


def test_the_document_has_every_check_with_its_remedy(tmp_path: Path) -> None:
    results = examine(checked(tmp_path, next(fault for fault in BEFORE if fault.check == "bootstrap")))
    document = json.loads(json.dumps(as_document("leadtight.doctor/1", "prod", NOW, results)))
    assert (document["schema"], document["stage"], document["counts"]["fail"]) == ("leadtight.doctor/1", "prod", 1)
    [failed] = [each for each in document["checks"] if each["status"] == "fail"]
    assert failed["id"] == "bootstrap"
    assert "cdk bootstrap" in failed["mend"]


@pytest.mark.proves("V1")
def test_the_command_reports_lines_json_and_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = checked(tmp_path, next(fault for fault in BEFORE if fault.check == "bootstrap"))
    monkeypatch.setenv("STAGES", str(tmp_path))
    monkeypatch.setattr(command, "AwsAccount", lambda _: stage.account)
    monkeypatch.setattr(command, "SystemDns", lambda: stage.dns)
    monkeypatch.setattr("leadtight.adapters.clock_and_ids.clock", lambda: NOW)
    page = tmp_path / "page.html"
    result = CliRunner().invoke(app, ["doctor", "prod", "--html", str(page)])
    assert (result.exit_code, "→ .venv/cdk/node_modules/.bin/cdk bootstrap" in result.output) == (1, True)
    assert "1 of " in result.output.splitlines()[-1]
    text = page.read_text(encoding="utf-8")
    assert text.index('id="bootstrap"') < text.index('id="credentials"'), "what failed comes first"
    assert "<script" not in text
    assert "http" not in text.partition("<main>")[0]
    as_json = CliRunner().invoke(app, ["doctor", "prod", "--json"])
    assert json.loads(as_json.output)["counts"]["fail"] == 1
    missing = CliRunner().invoke(app, ["doctor", "staging"])
    assert (missing.exit_code, "copy stages/example.toml" in missing.output) == (2, True)


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = checked(tmp_path)
    monkeypatch.setenv("STAGES", str(tmp_path))
    monkeypatch.setattr(command, "AwsAccount", lambda _: stage.account)
    for page in (tmp_path, tmp_path / "missing" / "page.html"):
        result = CliRunner().invoke(app, ["doctor", "prod", "--html", str(page)])
        assert (result.exit_code, "name a file in a folder that exists" in result.output) == (2, True)
    assert isinstance(stage.account, FakeAccount)
    assert stage.account.asked == []


def test_without_a_local_stage_the_doctor_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["doctor", "local"])
    assert (result.exit_code, "make dev" in result.output) == (2, True)
