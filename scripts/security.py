"""Check the product from outside with security tools.

These are bandit, checkov, cdk-nag's NIST pack, licences and a bill of materials. `make security` runs it. Reports go to
build/security; failures are printed. Accepted findings are in scripts/accepted.toml with their reasons.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import NIST80053R5Checks

from infra.app import build
from infra.stage import StageSettings
from leadtight.stages import stage_file
from scripts.extra import environment

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "security"
ACCEPTED = tomllib.loads((ROOT / "scripts" / "accepted.toml").read_text(encoding="utf-8"))
CODE = ("leadtight", "functions", "infra", "scripts")
SHIPPED = {"app": "lambda", "report": "lambda-report"}
"""The bundles, and the requirements that each ships."""

LICENCES = (
    "Apache",
    "BSD",
    "MIT",
    "MPL-2.0",
    "Mozilla Public License 2.0",
    "Python Software Foundation",
    "PSF",
    "ISC",
    "Unlicense",
)
"""Permitted licences of shipped packages.

They require no more than their notice; MPL is for unchanged files.
"""


def main() -> int:
    """Print the findings; return 1 if any is unaccepted."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    tools = environment("security", alone=True) / "bin"
    synthesise(REPORTS / "out")
    wrong = [*bandit(tools), *checkov(tools, REPORTS / "out" / "leadtight-example.template.json"), *licences(tools)]
    run(sys.executable, "-m", "scripts.security", "nist")
    places = json.loads((REPORTS / "nist.json").read_text(encoding="utf-8"))
    print(f"NIST 800-53: {sum(map(len, places.values()))} places by {len(places)} rules, in nist.json")
    wrong += unanswered(places)
    for bundle, requirements in SHIPPED.items():
        bill(tools, bundle, requirements)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"security: {len(wrong)} unaccepted findings; reports in {REPORTS.relative_to(ROOT)}")
    return 1 if wrong else 0


def synthesise(out: Path) -> App:
    """Write the template of a stage on AWS."""
    for bundle in SHIPPED:
        (REPORTS / "bundle" / bundle).mkdir(parents=True, exist_ok=True)
    stage = StageSettings(file=stage_file.read_file(ROOT / "stages" / "example.toml"), bundle=REPORTS / "bundle")
    app = build(stage, outdir=str(out))
    app.synth()
    return app


def nist() -> None:
    """Report the findings of NIST 800-53 by rule.

    The CDK prints them loudly, so this runs in a process of its own.
    """
    out = REPORTS / "nist"
    app = synthesise(out)
    Validations.of(app).add_plugins(NIST80053R5Checks(app))
    with suppress(Exception):  # the CDK raises when there are findings
        app.synth(force=True)
    [report] = json.loads((out / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]
    rules = {
        each["ruleName"].removeprefix("NIST.800.53.R5-"): [
            place["constructPath"] for place in each["violatingConstructs"]
        ]
        for each in report["violations"]
    }
    (REPORTS / "nist.json").write_text(json.dumps(dict(sorted(rules.items())), indent=2), encoding="utf-8")


def unanswered(places: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield rules of NIST without an answer, and unused answers."""
    answered = {answer["rule"] for answer in ACCEPTED["nist"]}
    yield from (f"{place}: NIST {rule}" for rule in sorted(places.keys() - answered) for place in places[rule])
    yield from (f"scripts/accepted.toml: {rule} matches nothing" for rule in sorted(answered - places.keys()))


def bandit(tools: Path) -> Iterator[str]:
    """Yield unaccepted findings in the code, and unused acceptances."""
    report = REPORTS / "bandit.json"
    run(tools / "bandit", "--quiet", "--recursive", *CODE, "--format", "json", "--output", report)
    unused = {(answer["rule"], under) for answer in ACCEPTED["bandit"] for under in answer["under"]}
    answers = sorted(unused)
    for finding in json.loads(report.read_text(encoding="utf-8"))["results"]:
        fitting = {(r, u) for r, u in answers if r == finding["test_id"] and finding["filename"].startswith(u)}
        unused -= fitting
        if not fitting:
            yield f"{finding['filename']}:{finding['line_number']}: {finding['test_id']} {finding['issue_text']}"
    yield from (f"scripts/accepted.toml: {rule} under {under} matches nothing" for rule, under in sorted(unused))


def checkov(tools: Path, template: Path) -> Iterator[str]:
    """Yield unaccepted findings in the template, and unused acceptances."""
    words = ("--framework", "cloudformation", "--skip-download", "--quiet", "--compact", "--output", "json")
    output = run(tools / "checkov", "--file", template, *words)
    (REPORTS / "checkov.json").write_text(output, encoding="utf-8")
    failed = json.loads(output)["results"]["failed_checks"]
    answered = {answer["rule"] for answer in ACCEPTED["checkov"]}
    for finding in failed:
        if finding["check_id"] not in answered:
            yield f"{finding['resource']}: {finding['check_id']} {finding['check_name']}"
    unused = answered - {finding["check_id"] for finding in failed}
    yield from (f"scripts/accepted.toml: {rule} matches nothing" for rule in sorted(unused))


def licences(tools: Path) -> Iterator[str]:
    """Yield shipped packages under other licences; list all licences."""
    shipped = {name for requirements in SHIPPED.values() for name in pinned_packages(requirements)}
    words = (
        "--python",
        sys.executable,
        "--format",
        "json",
        "--from",
        "mixed",
        "--packages",
        *sorted(shipped),
    )
    packages: list[dict[str, Any]] = json.loads(run(tools / "pip-licenses", *words))
    lines = [f"{each['Name']} {each['Version']}: {each['License']}" for each in packages]
    (REPORTS / "licences.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    for line, each in zip(lines, packages, strict=True):
        if not any(licence in each["License"] for licence in LICENCES):
            yield f"{line} is not a permitted licence"


def pinned_packages(requirements: str) -> list[str]:
    """Return the packages that a requirements file pins."""
    lines = (ROOT / "requirements" / f"{requirements}.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("==")[0].split("[")[0] for line in lines if line[:1].isalnum()]


def bill(tools: Path, bundle: str, requirements: str) -> None:
    """Write the CycloneDX bill of materials of a bundle."""
    out = REPORTS / f"sbom-{bundle}.cdx.json"
    pins = ROOT / "requirements" / f"{requirements}.txt"
    run(tools / "cyclonedx-py", "requirements", pins, "--output-reproducible", "--of", "JSON", "-o", out)
    print(f"{out.relative_to(ROOT)}: {len(json.loads(out.read_text(encoding='utf-8'))['components'])} packages")


def run(*words: str | Path) -> str:
    """Run a tool and return its output.

    Its exit code says no more than its report.
    """
    return subprocess.run([str(word) for word in words], cwd=ROOT, check=False, capture_output=True, text=True).stdout


if __name__ == "__main__":
    if sys.argv[1:] == ["nist"]:
        nist()
    else:
        sys.exit(main())
