"""`leadtight doctor`: what would stop a deployment, told before it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from leadtight.adapters import clock_and_ids
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import DEV, reach
from leadtight.domain.model.errors import PolicyError, Problem, StageFileError
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies
from leadtight.stages import checks, checks_page, stage_file
from leadtight.stages.doctor.account import AwsAccount
from leadtight.stages.doctor.checked_stage import CheckedStage
from leadtight.stages.doctor.dns_records import SystemDns
from leadtight.stages.doctor.local_cloud import CANNOT_ASK
from leadtight.stages.doctor.program import checks as checks_of_a_stage
from leadtight.stages.stage_names import LOCAL
from leadtight.stages.stage_settings import StageFile

COMMAND = "doctor"
SCHEMA = "leadtight.doctor/1"
TITLE = "Before deploying"
LOCAL_FILES = DEV.parent / "cloud" / "stages"
"""Where `make dev` writes the local stage's file."""

SYNTHESIS_SECONDS = 180
NOTHING: Mapping[str, str] = {}


def doctor(
    stage: Annotated[str, typer.Argument(help="The name of its file, stages/NAME.toml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.doctor/1 instead of lines.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a page.")] = None,
) -> None:
    """Say what would stop a deployment, or its mails.

    Reads only. Works before the first deployment and after it. Exits with 1 when a check fails, with 2 when the stage
    file cannot be read.
    """
    try:
        chosen = stage_file.read(stage, folders=[LOCAL_FILES] if stage == LOCAL else None)
    except StageFileError as error:
        raise stop(COMMAND, "; ".join(map(str, error.problems)), code=2) from error
    if html and (html.is_dir() or not html.parent.is_dir()):
        raise stop(COMMAND, f"--html {html}: name a file in a folder that exists", code=2)
    now = clock_and_ids.clock()
    console = Console(quiet=as_json, soft_wrap=True)
    results = checks.run(_checked(chosen), checks_of_a_stage(), say=checks_page.teller(console), clock=time.monotonic)
    if as_json:
        typer.echo(json.dumps(checks.as_document(SCHEMA, stage, now, results), indent=2, ensure_ascii=False))
    console.print(f"\n{checks_page.headline(results)}")
    if html:
        html.write_text(checks_page.page(TITLE, stage, now, results), encoding="utf-8")
    raise typer.Exit(checks.exit_code(results))


def _checked(stage: StageFile) -> CheckedStage:
    if stage.is_local:
        reach(COMMAND, stage.stack)
    policy, problems = _policy(stage.policy)
    return CheckedStage(
        stage=stage,
        policy=policy,
        policy_problems=problems,
        account=AwsAccount(stage.region),
        dns=SystemDns(),
        bundles=stage_file.ROOT / "build" / ("local" if stage.is_local else "lambda"),
        losses=losses,
        now=clock_and_ids.clock(),
        cannot_ask=CANNOT_ASK if stage.is_local else NOTHING,
    )


def losses(stage: str, deployed: Mapping[str, Any]) -> Sequence[str]:
    """Return what deploying a stage would lose; synthesises it."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.stage.upgrade", stage],
        cwd=stage_file.ROOT,
        input=json.dumps(deployed),
        capture_output=True,
        text=True,
        check=False,
        timeout=SYNTHESIS_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"the stage cannot be synthesised: {done.stderr.strip().rpartition(chr(10))[2]}")
    lost: list[str] = json.loads(done.stdout)
    return lost


def _policy(file: Path) -> tuple[Policy | None, tuple[Problem, ...]]:
    try:
        return policies.load(file), ()
    except PolicyError as error:
        return None, tuple(error.problems)
