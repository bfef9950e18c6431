"""`leadtight dnc`: the do-not-call lists of a deployed stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.cli.dnc_file import DncFileError, DncListFile
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient
from leadtight.domain.compliance.do_not_call import INTERNAL_LIST, DncList
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.identity import number_without_extension, person_key
from leadtight.policy import loader as policies

COMMAND = "dnc"
SCHEMA = "leadtight.call-lists/1"
LONGEST_NAME = 60
T = TypeVar("T")

dnc = typer.Typer(no_args_is_help=True, help="Do-not-call lists: import, list, check, add, drop.")
Stack = Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")]
Country = Annotated[str, typer.Option(help="Where numbers without a prefix are; by default the policy's country.")]
AsJson = Annotated[bool, typer.Option("--json", help=f"Print {SCHEMA} instead of a table.")]


@dnc.command("import")
def import_list(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A number a line; what a comma separates is one number.")
    ],
    name: Annotated[str, typer.Option("--list", metavar="NAME", help="The list, such as national.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it was obtained.")],
    column: Annotated[
        str | None, typer.Option(help="The column with the number, where the first row names them.")
    ] = None,
    country: Country = "",
    stack: Stack = None,
) -> None:
    """Import a list: it takes the place of the one before it of that name when all of it is stored."""
    now = clock_and_ids.clock()
    if not name.strip() or len(name) > LONGEST_NAME or name.strip() == INTERNAL_LIST:
        raise stop(
            COMMAND,
            f"--list: 1 to {LONGEST_NAME} characters, and not {INTERNAL_LIST!r}: use `leadtight dnc add`",
            code=2,
        )
    if as_of.date() > now.date():
        raise stop(COMMAND, "--as-of: this day has not come yet", code=2)
    place, is_assumed = _place(country)
    lists, read = _lists(stack), DncListFile(file, column, place, is_assumed)
    imported = DncList(name=name.strip(), as_of=as_of.date(), imported_at=now, numbers=0)
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Importing", total=None)
        keys = _counting(read.keys(), lambda: progress.advance(bar))
        numbers = _tried(lambda: lists.add(imported, keys))
    if not numbers:
        raise stop(COMMAND, f"{file}: there is no number in it, so the list stays as it was", code=1)
    _tried(lambda: lists.publish(_with(imported, numbers)))
    typer.echo(f"{imported.name}: {numbers} numbers as of {imported.as_of}. {read.rejected} rows were no numbers.")
    raise typer.Exit(1 if read.rejected else 0)


@dnc.command("list")
def list_(as_json: AsJson = False, stack: Stack = None) -> None:
    """Show the lists and how old they are; exit 1 when one is too old, so that nobody is texted."""
    now = clock_and_ids.clock()
    lists = _tried(_lists(stack).lists)
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "lists": [_told(each, now) for each in lists]}, indent=2))
    elif not lists:
        typer.echo("No list was imported.")
    else:
        table = Table("list", "numbers", "as of", "age", "")
        for each in lists:
            age = "–" if each.name == INTERNAL_LIST else f"{each.age(now)} days"
            table.add_row(each.name, f"{each.numbers:,}", each.as_of.isoformat(), age, _state(each, now))
        Console().print(table)
    raise typer.Exit(1 if any(each.is_stale(now) for each in lists) else 0)


@dnc.command()
def check(
    number: Annotated[str, typer.Argument(help="A telephone number.")], country: Country = "", stack: Stack = None
) -> None:
    """Say whether a number may be texted and called as far as the lists say; exit 1 when not."""
    key, lists = _key(number, country), _lists(stack)
    reason = _tried(lambda: lists.standing(key)).forbids(
        policies.shipped().messaging.do_not_call_lists, clock_and_ids.clock()
    )
    typer.echo(f"Not to be called: {reason}." if reason else "On no list.")
    raise typer.Exit(1 if reason else 0)


@dnc.command()
def add(
    number: Annotated[str, typer.Argument(help="A telephone number.")], country: Country = "", stack: Stack = None
) -> None:
    """Put a number on our own list, for good: somebody asked not to be called."""
    key, lists, now = _key(number, country), _lists(stack), clock_and_ids.clock()
    internal = next((each for each in _tried(lists.lists) if each.name == INTERNAL_LIST), None)
    listed = internal is not None and INTERNAL_LIST in _tried(lambda: lists.standing(key)).on
    ours = DncList(
        name=INTERNAL_LIST,
        as_of=now.date(),
        imported_at=now,
        numbers=(internal.numbers if internal else 0) + (not listed),
    )
    _tried(lambda: lists.add(ours, [key]))
    _tried(lambda: lists.publish(ours))
    typer.echo(f"{INTERNAL_LIST}: {ours.numbers} numbers.")


@dnc.command()
def drop(name: Annotated[str, typer.Argument(help="A list of others.")], stack: Stack = None) -> None:
    """Forget a list that is not used any more. Our own is never forgotten."""
    if name == INTERNAL_LIST:
        raise stop(COMMAND, f"{INTERNAL_LIST}: who asked not to be called is not forgotten", code=2)
    if not _tried(lambda: _lists(stack).drop(name)):
        raise stop(COMMAND, f"no list is called {name}", code=1)
    typer.echo(f"Dropped {name}.")


def _lists(stack: str | None) -> DynamoDncLists:
    table = StackClient.find(COMMAND, stack).outputs["TableName"]
    return DynamoDncLists(DynamoTable(table, clients.client("dynamodb").meta.region_name))


def _key(number: str, country: str) -> str:
    place, is_assumed = _place(country)
    dialled = PhoneEmailNormalizer().phone(number, place, is_assumed=is_assumed)
    if dialled is None:
        raise stop(COMMAND, f"{number!r} is no telephone number, or may be two: write it as +49 30 901820", code=2)
    return person_key(number_without_extension(dialled))


def _place(country: str) -> tuple[str, bool]:
    """Return the code of where numbers without a prefix are, and whether that is assumed and not named."""
    if not country:
        return policies.shipped().company.country, True
    code = PhoneEmailNormalizer().country(country)
    if not code:
        raise stop(
            COMMAND, f"--country: {country!r} is no country, or may be several: use its code, such as DE", code=2
        )
    return code, False


def _tried(do: Callable[[], T]) -> T:
    try:
        return do()
    except DncFileError as error:
        raise stop(COMMAND, str(error), code=2) from error
    except (ClientError, BotoCoreError, PynamoDBException, Conflict) as error:
        raise stop(COMMAND, str(error), code=1) from error


def _counting(keys: Iterable[str], advance: Callable[[], None]) -> Iterator[str]:
    for key in keys:
        advance()
        yield key


def _with(imported: DncList, numbers: int) -> DncList:
    return DncList(name=imported.name, as_of=imported.as_of, imported_at=imported.imported_at, numbers=numbers)


def _state(call_list: DncList, now: datetime) -> str:
    return "too old: nobody is texted" if call_list.is_stale(now) else "good"


def _told(call_list: DncList, now: datetime) -> dict[str, Any]:
    age: int | None = None if call_list.name == INTERNAL_LIST else call_list.age(now)
    at: date = call_list.as_of
    return {
        "name": call_list.name,
        "numbers": call_list.numbers,
        "as_of": at.isoformat(),
        "imported_at": call_list.imported_at.isoformat(),
        "age_days": age,
        "stale": call_list.is_stale(now),
    }
