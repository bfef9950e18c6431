"""`leadtight redrive`: move dead letters back to their queues."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from leadtight.adapters.aws import clients
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient

COMMAND = "redrive"
SCHEMA = "leadtight.redrive/1"
QUEUES = ("alarms", "collect", "mails", "receipts", "retries", "spill")
SWEPT = {
    "stream-failed": "covered by the sweep: each record names a position in the stream",
    "failed": "each is a failed scheduled run: the next run repairs it, `leadtight report --date` a night",
}
"""Dead letters of no queue, and how they are repaired."""

BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterCount:
    """Approximate dead letters of a queue, and those redriven."""

    queue: str
    waiting: int
    given_back: int = 0
    note: str = ""


def redrive(
    queue: Annotated[list[str] | None, typer.Option(help=f"Only this one: {', '.join(QUEUES)}. Repeatable.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Move the messages; without it nothing changes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print leadtight.redrive/1 instead of a table.")] = False,
    stack: Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")] = None,
) -> None:
    """Move dead letters back to their queues.

    Messages that were handled meanwhile are recognised, so nothing happens twice.
    """
    for name in queue or ():
        if name not in QUEUES:
            raise stop(COMMAND, f"--queue {name}: choose from {', '.join(QUEUES)}", code=2)
    deployed = StackClient.find(COMMAND, stack)
    try:
        messages = list(redriven(deployed.stack, tuple(queue or QUEUES), apply=apply, with_notes=not queue))
    except (ClientError, BotoCoreError) as error:
        raise stop(COMMAND, f"{deployed.stack}: {error}", code=1) from error
    if as_json:
        typer.echo(
            json.dumps({"schema": SCHEMA, "applied": apply, "queues": [asdict(dead) for dead in messages]}, indent=2)
        )
    else:
        _show(messages, apply, Console())


def redriven(stack: str, names: tuple[str, ...], *, apply: bool, with_notes: bool) -> Iterator[DeadLetterCount]:
    """Yield each queue's dead letters, moved back with `apply`."""
    sqs = clients.client("sqs")
    for name in names:
        source, dead = (sqs.get_queue_url(QueueName=f"{stack}-{part}")["QueueUrl"] for part in (name, f"{name}-dead"))
        waiting = _waiting(sqs, dead)
        yield DeadLetterCount(queue=name, waiting=waiting, given_back=_give_back(sqs, dead, source) if apply else 0)
    for name, note in SWEPT.items() if with_notes else ():
        waiting = _waiting(sqs, sqs.get_queue_url(QueueName=f"{stack}-{name}")["QueueUrl"])
        yield DeadLetterCount(queue=name, waiting=waiting, note=note)


def _waiting(sqs: Any, url: str) -> int:
    queue_attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(queue_attributes["Attributes"]["ApproximateNumberOfMessages"])


def _give_back(sqs: Any, dead: str, source: str) -> int:
    """Send each message to its queue, then delete it.

    A message sent twice finds nothing to do.
    """
    given_back = 0
    while messages := _received(sqs, dead):
        sent = sqs.send_message_batch(
            QueueUrl=source, Entries=[_again(number, message) for number, message in enumerate(messages)]
        )
        done = [messages[int(entry["Id"])] for entry in sent.get("Successful", ())]
        if not done:
            break
        entries = [{"Id": str(number), "ReceiptHandle": m["ReceiptHandle"]} for number, m in enumerate(done)]
        sqs.delete_message_batch(QueueUrl=dead, Entries=entries)
        given_back += len(done)
    return given_back


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    response = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=BATCH, MessageAttributeNames=["All"])
    messages: list[dict[str, Any]] = response.get("Messages", [])
    return messages


def _again(number: int, message: Mapping[str, Any]) -> dict[str, Any]:
    attributes = message.get("MessageAttributes")
    return {"Id": str(number), "MessageBody": message["Body"]} | (
        {"MessageAttributes": attributes} if attributes else {}
    )


def _show(deads: list[DeadLetterCount], applied: bool, console: Console) -> None:
    table = Table("queue", "dead letters", "redriven", "")
    for dead in deads:
        table.add_row(dead.queue, str(dead.waiting), str(dead.given_back) if applied else "–", dead.note)
    console.print(table)
    if not applied and any(dead.waiting for dead in deads if not dead.note):
        console.print("Nothing was changed: run it again with --apply.")
