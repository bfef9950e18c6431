"""Nothing cdk-nag or cfn-lint finds goes unanswered."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.app import build
from tests.infra.synth import Synthesised

ACCEPTED = {
    "ES7000": "a mail to the operators has no queue to go to when it cannot be delivered",
    "ES1001": "a queue source has no on-failure setting: the queue's own redrive policy does it",
    "ES6000": "the last stop of dead letters has no next one: an alarm watches it",
    "W3005": "the CDK states dependencies twice, which changes nothing",
    "WS1004": "each function names its log group, which has a retention; the rule knows default names only",
}


ACCEPTED_LOCALLY = (ACCEPTED | {"WS1000": "the local cloud draws no traces"}).keys() - {"ES7000"}


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_cdk_nag_is_clean(tmp_path: Path, stage: str) -> None:
    for bundle in ("app", "report"):
        (tmp_path / bundle).mkdir()
    app = build({"stage": stage, "bundle": str(tmp_path)}, outdir=str(tmp_path / "out"))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    app.synth()  # raises on the first finding that nobody acknowledged
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
    found = {finding["Rule"]["Id"]: finding["Message"] for finding in json.loads(done.stdout)}
    accepted = set(ACCEPTED if stage == "prod" else ACCEPTED_LOCALLY)
    assert {rule: message for rule, message in found.items() if rule not in accepted} == {}
    assert set(found) == accepted, "an acceptance nobody needs any more"
