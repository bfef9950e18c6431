"""`leadtight dev`: start the local cloud, deploy, open the console, and stay until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from leadtight.cli.dev.deployment import DeploymentError, deploy
from leadtight.cli.dev.info import DevInfo
from leadtight.cli.dev.local_cloud import LocalCloud, LocalCloudError
from leadtight.cli.dev.process import Process

FOLDER = Path(".leadtight")
INFO = FOLDER / "dev.json"


def dev(
    detach: Annotated[bool, typer.Option(help="Return once ready and leave everything running.")] = False,
    reset: Annotated[bool, typer.Option(help="Forget every lead of the local stage and start empty.")] = False,
    stop: Annotated[bool, typer.Option(help="Stop what --detach left running.")] = False,
) -> None:
    """Run the whole product on a local cloud, and print where it is."""
    cloud = LocalCloud(FOLDER / "cloud", port=int(os.environ.get("LEADTIGHT_PORT", "4566")))
    console = Process(FOLDER.resolve(), "console")
    if stop or reset:
        _stop(cloud, console)
    if stop:
        return
    if reset:
        cloud.reset()
    try:
        info = _start(cloud, console)
    except (LocalCloudError, DeploymentError) as error:
        typer.echo(f"leadtight dev: {error}", err=True)
        raise typer.Exit(1) from error
    _print(info)
    if not detach:
        _stay(cloud, console)


def _start(cloud: LocalCloud, console: Process) -> DevInfo:
    """Start and deploy what is not running yet; the file that says so is written last."""
    INFO.unlink(missing_ok=True)
    typer.echo("starting the local cloud")
    cloud.start()
    typer.echo("deploying the template (about a minute the first time)")
    port = int(os.environ.get("LEADTIGHT_CONSOLE_PORT", "8080"))
    info = deploy(cloud, console_url=f"http://127.0.0.1:{port}")
    info.write(INFO)
    if not console.running():
        serve = [sys.executable, "-m", "leadtight.cli.dev.serve", str(INFO.resolve()), str(port)]
        console.start(serve, cloud.client_environment())
    return info


def _print(info: DevInfo) -> None:
    typer.echo(f"console    {info.console_url}")
    typer.echo(f"API        {info.api_url}")
    typer.echo(f"AWS        {info.aws_endpoint} (region {info.region}, stack {info.stack})")
    typer.echo(f"details    {INFO}")


def _stay(cloud: LocalCloud, console: Process) -> None:
    """Wait until Ctrl-C, or until the cloud ends by itself."""
    typer.echo("Ctrl-C stops it; what happened is kept (RESET=1 forgets it)")
    try:
        while cloud.process.running():
            time.sleep(0.5)
        typer.echo(f"the local cloud ended by itself; see {cloud.process.log}", err=True)
    except KeyboardInterrupt:
        typer.echo("stopping")
    finally:
        _stop(cloud, console)


def _stop(cloud: LocalCloud, console: Process) -> None:
    console.stop()
    stopped = cloud.stop()
    INFO.unlink(missing_ok=True)
    typer.echo("stopped" if stopped else "nothing was running")
