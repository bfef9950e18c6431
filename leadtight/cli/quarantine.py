"""`leadtight quarantine`: review and settle the quarantine of a stack."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient

COMMAND = "quarantine"
SCHEMA = "leadtight.quarantine/1"
quarantine = typer.Typer(
    no_args_is_help=True, help="Quarantined deliveries: list, show, release, discard, replay, link."
)

Stack = Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")]
AsJson = Annotated[bool, typer.Option("--json", help=f"Print {SCHEMA}.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id.")]


@quarantine.command("list")
def listed(as_json: AsJson = False, stack: Stack = None) -> None:
    """List deliveries awaiting review, suspected spam and set-aside ones.

    Deliveries that rules set aside are listed for the last seven days.
    """
    answer = _ask(stack, do="list")
    if as_json:
        _print(answer)
        return
    for title, rows in (
        ("Waiting", answer["waiting"]),
        ("Suspected spam", answer["suspected"]),
        ("Set aside", answer["set_aside"]),
    ):
        _table(title, rows)
    for key in answer.get("unreadable", ()):  # a function from before a deploy names none
        typer.echo(f"This version cannot read {key}; nothing of it is lost.")


@quarantine.command()
def show(held_id: Id, as_json: AsJson = False, stack: Stack = None) -> None:
    """Show one delivery whole."""
    answer = _ask(stack, do="show", id=held_id)
    if as_json:
        _print(answer)
        return
    delivery = answer["held"]
    for name in (
        "id",
        "state",
        "reason",
        "detail",
        "channel",
        "source",
        "received_at",
        "settled_by",
        "note",
        "lead_id",
    ):
        if delivery.get(name):
            typer.echo(f"{name:12} {_plain(str(delivery[name]))}")
    for name, value in delivery["data"].items():
        typer.echo(f"{name:12} {_plain(str(value))}")
    if delivery["content"]:
        typer.echo(_plain(delivery["content"]))
    for body in answer["reads_as"]:
        typer.echo("\nReleased, it becomes this lead:")
        for name, value in body.items():
            typer.echo(f"{name:12} {_plain(str(value))}")


@quarantine.command()
def release(
    held_id: Id,
    name: Annotated[str, typer.Option(help="The person's name, if it could not be read.")] = "",
    email: Annotated[str, typer.Option(help="Their e-mail address, if it could not be read.")] = "",
    phone: Annotated[str, typer.Option(help="Their phone number, if it could not be read.")] = "",
    message: Annotated[str, typer.Option(help="Their message, if it could not be read.")] = "",
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Release a delivery as a lead.

    Values that you pass replace those that were read.
    """
    completed = {"name": name, "email": email, "phone": phone, "message": message}
    answer = _ask(stack, do="release", id=held_id, by=_me(), completed=completed)
    if as_json:
        _print(answer)
        return
    for lead in answer["leads"]:
        typer.echo(f"lead {lead['lead_id']} {lead['status']}")


@quarantine.command()
def discard(
    held_id: Id,
    explanation: Annotated[str, typer.Option("--why", help="Why it is not a lead.")],
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Decide that a delivery is not a lead."""
    answer = _ask(stack, do="discard", id=held_id, why=explanation, by=_me())
    _print(answer) if as_json else typer.echo(f"discarded {answer['discarded']}")


@quarantine.command()
def replay(
    channel: Annotated[str, typer.Argument(help="The channel, such as webhook:typeform or form:contact.")],
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Read every delivery of a channel again.

    Use it after its mapping was corrected. Suspected spam is left alone.
    """
    answer = _ask(stack, do="replay", channel=channel, by=_me())
    if as_json:
        _print(answer)
    else:
        typer.echo(f"released {answer['released']}, still held {len(answer['still_held'])}")
        for delivery in answer["still_held"]:
            typer.echo(f"{delivery['id']}: {_plain(delivery['lacks'])}")
    if answer["still_held"]:
        raise typer.Exit(1)


@quarantine.command("release-all")
def release_all(
    reason: Annotated[str, typer.Argument(help="The reason they are held, such as too_many.")],
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Release all deliveries held for one reason as leads."""
    _confirm(f"Release all deliveries held as {reason}?", sure)
    _settle_all(stack, as_json, "released", do="release_all", reason=reason, by=_me())


@quarantine.command("discard-all")
def discard_all(
    reason: Annotated[str, typer.Argument(help="The reason they are held, such as too_many.")],
    explanation: Annotated[str, typer.Option("--why", help="Why they are not leads.")],
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Discard all deliveries held for one reason.

    `reopen-all` undoes it within a week.
    """
    _confirm(f"Discard all deliveries held as {reason}?", sure)
    _settle_all(stack, as_json, "discarded", do="discard_all", reason=reason, why=explanation, by=_me())


@quarantine.command("reopen-all")
def reopen_all(
    reason: Annotated[str, typer.Argument(help="The reason they were held, such as too_many.")],
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Quarantine again what discard-all discarded in the last week."""
    _settle_all(stack, as_json, "held again", do="reopen_all", reason=reason, by=_me())


@quarantine.command()
def export(
    reason: Annotated[str, typer.Argument(help="The reason they are held, such as too_many.")],
    stack: Stack = None,
) -> None:
    """Print all deliveries held for one reason, as JSON lines."""
    skip = 0
    while deliveries := _ask(stack, do="export", reason=reason, skip=skip)["held"]:
        for delivery in deliveries:
            typer.echo(json.dumps(delivery))
        skip += len(deliveries)


@quarantine.command()
def link(
    person: Annotated[str | None, typer.Argument(help="A manager; by default the catch-all person.")] = None,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Print the address of a manager's quarantine page.

    The address works for 14 days, for anyone who has it.
    """
    answer = _ask(stack, do="link", person=person)
    _print(answer) if as_json else typer.echo(answer["link"])


def _ask(stack: str | None, **request: Any) -> dict[str, Any]:
    answer = StackClient.find(COMMAND, stack).ask("DeskFunction", {"quarantine": request})
    if "problem" in answer:
        raise stop(COMMAND, answer["problem"], code=1)
    return answer


def _confirm(question: str, sure: bool) -> None:
    if not sure:
        typer.confirm(question, abort=True)


def _settle_all(stack: str | None, as_json: bool, verb: str, **request: Any) -> None:
    """Ask until all are settled.

    One call settles as many as it has time for.
    """
    done, still_held, until = 0, dict[str, str](), ""
    while True:
        answer = _ask(stack, **request, until=until)
        done, until = done + answer["done"], answer["until"]
        still_held |= {delivery["id"]: delivery["lacks"] for delivery in answer["still_held"]}
        if answer["is_complete"] or not answer["done"]:
            break
    if as_json:
        _print({"done": done, "still_held": [{"id": id_, "lacks": lacks} for id_, lacks in still_held.items()]})
        return
    typer.echo(f"{verb} {done}, still held {len(still_held)}")
    for held_id, lacks in still_held.items():
        typer.echo(f"{held_id}: {_plain(lacks)}")


def _me() -> str:
    return f"cli:{getpass.getuser()}"


def _print(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps({"schema": SCHEMA, **answer}, indent=2))


def _table(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        typer.echo(f"{title}: none.")
        return
    table = Table(title=title, title_justify="left")
    table.add_column("id", no_wrap=True, min_width=len(rows[0]["id"]))  # an id that is cut cannot be pasted
    for name in ("received", "channel", "source", "from", "reason", "detail"):
        table.add_column(name, overflow="fold")
    for row in rows:
        at = f"{datetime.fromisoformat(row['received_at']):%Y-%m-%d %H:%M} UTC"
        cells = (row["channel"], row["source"], row.get("from", ""), row["reason"], row["detail"])
        table.add_row(row["id"], at, *(escape(_plain(word)) for word in cells))
    Console().print(table)


def _plain(text: str) -> str:
    """Return text without terminal control characters.

    Senders choose these words.
    """
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
