"""Every finding of cdk-nag, cfn-lint and our rules is answered."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import guardpycfn  # type: ignore[import-untyped]  # it ships no types
import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.app import build
from tests.infra.stage_files import stage_settings
from tests.infra.synth import Synthesised

ACCEPTED = {
    "ES7000": "a mail to the operators has no queue to go to when it cannot be delivered",
    "ES1001": "a queue source has no on-failure setting: the queue's own redrive policy does it",
    "ES6000": "the last stop of dead letters has no next one: an alarm watches it",
    "W3005": "the CDK states dependencies twice, which changes nothing",
    "WS1004": "each function names its log group, which has a retention; the rule knows default names only",
}


ACCEPTED_LOCALLY = (ACCEPTED | {"WS1000": "the local cloud draws no traces"}).keys() - {"ES7000"}


FRONT = {"front": {"host": "abc.execute-api.eu-central-1.amazonaws.com", "only": True}}


@pytest.mark.parametrize(("stage", "more"), [("prod", {}), ("local", {}), ("prod", FRONT)])
def test_cdk_nag_is_clean(tmp_path: Path, stage: str, more: dict[str, Any]) -> None:
    app = build(stage_settings(tmp_path, stage, **more), outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    app.synth()  # raises on the first unacknowledged finding
    reports = json.loads((tmp_path / "out" / "validation-report.json").read_text())["pluginReports"]
    accepted = [s for report in reports for s in report.get("suppressedViolations", [])]
    assert accepted, "the checks ran"


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_cfn_lint_is_clean(stage: str, request: pytest.FixtureRequest) -> None:
    template: Synthesised = request.getfixturevalue(stage)
    linter = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run(
        [str(linter), "--format", "json", "--append-rules", "cfn_lint_serverless.rules", "--", str(template.file)],
        capture_output=True,
        text=True,
        check=False,
    )
    findings = {finding["Rule"]["Id"]: finding["Message"] for finding in json.loads(done.stdout)}
    accepted = set(ACCEPTED if stage == "prod" else ACCEPTED_LOCALLY)
    assert {rule: message for rule, message in findings.items() if rule not in accepted} == {}
    assert set(findings) == accepted, "an unnecessary acceptance"


RULES = Path("infra/rules.guard").read_text(encoding="utf-8")
BROKEN: dict[str, tuple[str, str, Any]] = {
    "tables_outlive_mistakes": ("DynamoDB::Table", "DeletionPolicy", "Delete"),
    "buckets_are_private_and_kept": (
        "S3::Bucket",
        "Properties.PublicAccessBlockConfiguration.BlockPublicPolicy",
        False,
    ),
    "queues_keep_what_they_hold": ("SQS::Queue", "Properties.SqsManagedSseEnabled", False),
    "functions_are_bounded": ("Lambda::Function", "Properties.LoggingConfig", None),
    "chains_bounded_by_policy_are_not_cut_off": ("Lambda::Function", "Properties.RecursiveLoop", "Terminate"),
    "streams_never_block_or_drop": ("Lambda::EventSourceMapping", "Properties.DestinationConfig", None),
    "queues_deliver_again_only_what_failed": ("Lambda::EventSourceMapping", "Properties.FunctionResponseTypes", None),
    "logs_end": ("Logs::LogGroup", "Properties.RetentionInDays", None),
    "keys_outlive_mistakes": ("SecretsManager::Secret", "DeletionPolicy", "Delete"),
    "chains_of_runs_are_bounded": ("Lambda::Function", "Properties.RecursiveLoop", "Allow"),
    "dead_letters_wait_two_weeks": ("SQS::Queue", "Properties.MessageRetentionPeriod", 345_600),
    "plain_http_is_refused": ("SNS::TopicPolicy", "Properties.PolicyDocument.Statement", []),
    "schedules_try_again_and_tell": ("Scheduler::Schedule", "Properties.Target.DeadLetterConfig", None),
    "alarms_ring_and_end": ("CloudWatch::Alarm", "Properties.OKActions", None),
    "roles_trust_services_alone": (
        "IAM::Role",
        "Properties.AssumeRolePolicyDocument.Statement",
        [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    ),
    "the_api_is_limited_and_logged": ("ApiGatewayV2::Stage", "Properties.AccessLogSettings", None),
    "no_action_is_a_wildcard": (
        "IAM::Policy",
        "Properties.PolicyDocument.Statement",
        [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}],
    ),
}
"""Each of our rules, and what breaks it: a type of resource, a path in it, and the value there (None: nothing)."""


def test_our_own_rules_hold(prod: Synthesised) -> None:
    assert not_held(prod.body) == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_violation_of_our_own_rules_is_noticed(prod: Synthesised, rule: str) -> None:
    kind, path, value = BROKEN[rule]
    body = copy.deepcopy(prod.body)
    *way, last = path.split(".")
    for thing in [resource for resource in body["Resources"].values() if resource["Type"] == f"AWS::{kind}"]:
        for step in way:
            thing = thing[step]
        if value is None:
            thing.pop(last, None)
        else:
            thing[last] = value
    assert rule in not_held(body)


def not_held(template: dict[str, Any]) -> set[str]:
    """Return the names of our rules that a template violates."""
    report = guardpycfn.validate_with_guard(json.dumps(template), RULES, verbose=True)
    rules = [each["container"]["RuleCheck"] for each in report["result"]["children"]]
    assert {rule["name"] for rule in rules} == set(BROKEN), "every rule ran"
    return {rule["name"] for rule in rules if rule["status"] != "PASS"}
