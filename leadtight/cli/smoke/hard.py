"""What `leadtight smoke --hard` acts with, and where not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from leadtight.cli.exits import stop
from leadtight.cli.redrive import QUEUES, redriven
from leadtight.cli.restore_parts import drill
from leadtight.cli.stack_client import StackClient
from leadtight.stages import stage_file
from leadtight.stages.smoke.disturbances import Disturbances
from leadtight.stages.smoke.hard_steps import HardParts
from leadtight.stages.smoke.session import Session
from leadtight.stages.stage_names import LOCAL, is_live

COMMAND = "smoke"
ROOT = stage_file.ROOT
PREVIOUS = ROOT / "build" / "previous"
"""Where an earlier revision is checked out, to be deployed."""


def require_permission(stage: str, hurt: str) -> None:
    """Refuse a live stage, and the local one.

    A live stage is accepted when its name was repeated as the one to hurt.
    """
    if stage == LOCAL:
        raise stop(COMMAND, "local: --hard needs a stage on AWS, because the local cloud rings no alarm", code=2)
    if is_live(stage) and hurt != stage:
        raise stop(
            COMMAND, f"{stage} is live: --hard breaks it for minutes. To do it all the same: --hurt {stage}", code=2
        )


def hard_parts(session: Session, *, previous: str, destroy: bool) -> HardParts:
    """Return what the hard steps act with; ask before destroying."""
    name, stack = session.settings.name, session.stage.stack
    if destroy and not typer.confirm(f"Destroy {stack} and deploy it again? Its leads stay in the retained table"):
        raise stop(COMMAND, "not agreed to", code=2)
    deployed = StackClient(COMMAND, stack, dict(session.stage.outputs))
    return HardParts(
        disturbances=Disturbances(session.stage, session.run),
        counts=lambda: {dead.queue: dead.waiting for dead in redriven(stack, QUEUES, apply=False, with_notes=False)},
        drill=lambda: _drill(deployed),
        deploy=lambda revision: _deploy(name, revision),
        destroy=lambda: _make(ROOT, "destroy", name),
        previous=previous,
        may_destroy=destroy,
    )


def _drill(deployed: StackClient) -> Mapping[str, Any]:
    console = Console(stderr=True)
    return drill(deployed, lambda line: console.print(line, markup=False, highlight=False))


def _deploy(name: str, revision: str | None) -> str:
    """Deploy a revision, or this tree; return what went wrong."""
    if revision is None:
        return _make(ROOT, "deploy", name)
    checkout = ("git", "worktree", "add", "--force", "--detach", str(PREVIOUS), revision)
    try:
        return _run(ROOT, checkout) or _make(PREVIOUS, "deploy", name)
    finally:
        _run(ROOT, ("git", "worktree", "remove", "--force", str(PREVIOUS)))


def _make(folder: Path, target: str, name: str) -> str:
    stages = stage_file.read(name).path.parent
    return _run(folder, ("make", target, f"STAGE={name}", f"STAGES={stages}"))


def _run(folder: Path, command: Iterable[str]) -> str:
    words = list(command)
    done = subprocess.run(words, cwd=folder, stdout=sys.stderr, check=False)
    return f"{' '.join(words)}: exit code {done.returncode}" if done.returncode else ""
