"""`leadtight dev`: run the product on a local cloud."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from leadtight.devstage import steps
from leadtight.devstage.deployment import DeploymentError
from leadtight.devstage.info import DevInfo
from leadtight.devstage.local_cloud import LocalCloudError
from leadtight.devstage.local_stage import LocalStage

FOLDER = Path(".leadtight")


def dev(
    detach: Annotated[bool, typer.Option("--detach", help="Return once ready and leave everything running.")] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Delete every lead of the local stage and start empty.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop what --detach left running.")] = False,
) -> None:
    """Run the product on a local cloud; print its addresses."""
    stage = LocalStage(FOLDER, port=_port("LEADTIGHT_PORT", 4566), console_port=_port("LEADTIGHT_CONSOLE_PORT", 8080))
    if stop:
        typer.echo("stopped" if stage.stop() else "nothing was running")
        return
    if reset:
        stage.stop()
        stage.cloud.reset()
    if elsewhere := stage.running_elsewhere():
        typer.echo(f"leadtight dev: already running at {elsewhere}: stop it first (make dev-stop)", err=True)
        raise typer.Exit(1)
    # SIGTERM and a lost terminal count as Ctrl-C, so that nothing is left running by accident.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    was_running = stage.cloud.process.running()
    if was_running:
        typer.echo("a stage is already running here: updating it")
    _print(_start(stage), stage)
    if not detach:
        _stay(stage, leave_running=was_running)


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    typer.echo(f"leadtight dev: {name}: not a port: {text!r}", err=True)
    raise typer.Exit(2)


def _start(stage: LocalStage) -> DevInfo:
    if not stage.cloud.folder.exists():
        typer.echo("the first start builds and deploys everything; it takes two minutes or more")
    try:
        with steps.show_steps(Console()) as say:
            return stage.start(say)
    except (LocalCloudError, DeploymentError) as error:
        stage.stop()
        typer.echo(f"leadtight dev: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        stage.stop()
        raise


def _print(info: DevInfo, stage: LocalStage) -> None:
    typer.echo(f"console    {info.console_url}")
    typer.echo(f"API        {info.api_url}")
    typer.echo(f"AWS        {info.aws_endpoint} (region {info.region}, stack {info.stack})")
    typer.echo(f"details    {FOLDER / stage.info_file.name}")


def _stay(stage: LocalStage, *, leave_running: bool) -> None:
    """Wait until Ctrl-C, or until a program exits.

    `leave_running` spares programs that ran before this command.
    """
    end = "leaves it running, as it was (make dev-stop stops it)" if leave_running else "stops it"
    typer.echo(f"Ctrl-C {end}; all data is kept (make dev RESET=1 deletes it)")
    try:
        while stage.running():
            time.sleep(0.5)
    except KeyboardInterrupt:
        typer.echo("left running" if leave_running else "stopping")
    else:
        logs = f"{stage.cloud.process.log} and {stage.console.log}"
        typer.echo(f"leadtight dev: a program exited unexpectedly; see {logs}", err=True)
        raise typer.Exit(1)
    finally:
        if not leave_running:
            stage.stop()
