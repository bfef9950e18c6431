"""Deploy the real template to the local cloud.

It runs the real CDK command line.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_cloud import ACCOUNT, REGION, LocalCloud
from leadtight.devstage.receipts import connect_receipts
from leadtight.devstage.steps import Say, silent

ROOT = Path(__file__).resolve().parents[2]
POLICY = Path(__file__).with_name("policy.toml")
STACK = "leadtight-local"
SENDER_DOMAIN = "leadtight.example"
API = "_aws/execute-api/leadtight/$default"


class DeploymentError(Exception):
    """A step of the deployment failed."""


def deploy(cloud: LocalCloud, *, console_url: str, policy: Path = POLICY, say: Say = silent) -> DevInfo:
    """Bring the local stage up to date; return its addresses.

    Steps that are up to date are skipped.
    """
    api_url = f"{cloud.endpoint}/{API}"
    outputs, done = cloud.folder / "outputs.json", cloud.folder / "deployed"
    say("building the bundles of the functions")
    _run(cloud, sys.executable, "-m", "infra.bundle", "--target", "local", "--policy", str(policy))
    inputs = _digest(api_url, policy)
    if not (done.is_file() and outputs.is_file() and done.read_text() == inputs):
        _deploy_with_cdk(cloud, policy, api_url, outputs, say)
        done.write_text(inputs)
    values = json.loads(outputs.read_text())[STACK]
    connect_receipts(cloud, identity=SENDER_DOMAIN, topic_arn=values["ReceiptsTopicArn"])
    return DevInfo(
        api_url=api_url,
        aws_endpoint=cloud.endpoint,
        region=REGION,
        table=values["TableName"],
        reports_bucket=values["ReportsBucket"],
        mail_bucket=values["MailBucket"],
        console_url=console_url,
        stack=STACK,
    )


def _deploy_with_cdk(cloud: LocalCloud, policy: Path, api_url: str, outputs: Path, say: Say) -> None:
    cdk = str(Path(sys.prefix) / "cdk" / "node_modules" / ".bin" / "cdk")
    say("bootstrapping the CDK")
    # In the cloud's folder: with a cdk.json, bootstrapping would synthesise the stack first.
    _run(cloud, cdk, "bootstrap", f"aws://{ACCOUNT}/{REGION}", where=cloud.folder)
    file = write_stage_file(cloud.folder / "stages", policy, api_url)
    assembly, answers = ["--output", str(cloud.folder / "cdk.out")], ["--outputs-file", str(outputs)]
    say("synthesising and deploying the template")
    _run(
        cloud,
        cdk,
        "deploy",
        STACK,
        "--require-approval",
        "never",
        "-c",
        "stage=local",
        *assembly,
        *answers,
        stages=file.parent,
    )


def write_stage_file(folder: Path, policy: Path, api_url: str) -> Path:
    """Write the local stage's file, read like any."""
    settings = {"account": ACCOUNT, "region": REGION, "policy": str(policy.resolve())}
    tables = {"mail": {"from": f"leads@{SENDER_DOMAIN}"}, "api": {"public_url": api_url}}
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "local.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _run(cloud: LocalCloud, *command: str, where: Path = ROOT, stages: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=where,
        env=cloud.client_environment()
        | {"CDK_DISABLE_CLI_TELEMETRY": "true", "CI": "true", "STAGES": str(stages or "")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise DeploymentError(f"{Path(command[0]).name} {' '.join(command[1:4])}: exit code {done.returncode}")


def _digest(api_url: str, policy: Path) -> str:
    """Return a digest of everything the deployed stage depends on.

    These are the template's source, the bundles' inputs and the address.
    """
    digest = hashlib.sha256(f"{api_url} {policy}".encode())
    for file in _inputs():
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from sorted((ROOT / "infra").rglob("*.py"))
    yield from sorted((ROOT / "leadtight" / "stages").glob("*.py"))
    yield from sorted((ROOT / "build" / "local").glob("*.inputs"))
    yield ROOT / "cdk.json"
