"""`leadtight report`: have a deployed stack compute any past day or week again."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from leadtight.adapters import aws
from leadtight.cli.dev.info import DevInfo

DEV = Path(".leadtight/dev.json")
# The report function may take five minutes; a caller that gives up earlier would not learn what it found.
PATIENCE_SECONDS = 310


def report(
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The day, or any day of the week.")],
    week: Annotated[bool, typer.Option("--week", help="The weekly review instead of the nightly metrics.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Compute the report of a past day or week again: the same events give the same bytes."""
    payload = {"kind": "weekly" if week else "nightly", "date": _day(day)}
    outputs = _outputs(_reach(stack))
    answer = _invoke(outputs["ReportFunction"], payload)
    for key in _keys(answer):
        typer.echo(f"s3://{outputs['ReportsBucket']}/{key}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _stop(f"--date: not a date such as 2026-11-21: {text}", code=2) from error


def _reach(stack: str | None) -> str:
    """Return the stack's name; when it is the local stage, point the AWS clients at the local cloud."""
    local = DevInfo.read(DEV) if DEV.is_file() else None
    if local and stack in (None, local.stack):
        os.environ |= {
            "AWS_ENDPOINT_URL": local.aws_endpoint,
            "AWS_DEFAULT_REGION": local.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return local.stack
    if stack is None:
        raise _stop("--stack: no local stage is running here, so name a stack", code=2)
    return stack


def _outputs(stack: str) -> dict[str, str]:
    try:
        found = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        raise _stop(f"{stack}: {error}", code=2) from error
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def _invoke(function: str, payload: dict[str, str]) -> dict[str, Any]:
    client = aws.client("lambda", attempts=1, read_seconds=PATIENCE_SECONDS)
    try:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
    except (ClientError, BotoCoreError) as error:
        raise _stop(f"{function}: {error}", code=1) from error
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise _stop(f"{function}: {told.get('errorMessage', 'failed')}", code=1)
    return told


def _keys(answer: dict[str, Any]) -> list[str]:
    if "week" in answer:
        return [f"weekly/{answer['week']}/{name}" for name in ("index.html", "review.json")]
    return [f"metrics/dt={answer['date']}/metrics.json", f"facts/dt={answer['date']}/facts.parquet"]


def _stop(message: str, *, code: int) -> typer.Exit:
    typer.echo(f"leadtight report: {message}", err=True)
    return typer.Exit(code)
