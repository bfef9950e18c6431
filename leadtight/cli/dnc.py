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
Country = Annotated[str, typer.Option(help="Country of numbers without a prefix; by default the policy's country.")]
AsJson = Annotated[bool, typer.Option("--json", help=f"Print {SCHEMA} instead of a table.")]


@dnc.command("import")
def import_list(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="One number per line; a comma does not separate numbers.")
    ],
    name: Annotated[str, typer.Option("--list", metavar="NAME", help="The list, such as national.")],
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day the list was obtained.")],
    column: Annotated[
        str | None, typer.Option(help="The column of the numbers, if the first row has headings.")
    ] = None,
    country: Country = "",
    stack: Stack = None,
) -> None:
    """Import a list, replacing the previous one of that name.

    The previous list is replaced only when the whole new one is stored.
    """
    now = clock_and_ids.clock()
    if not name.strip() or len(name) > LONGEST_NAME or name.strip() == INTERNAL_LIST:
        raise stop(
            COMMAND,
            f"--list: 1 to {LONGEST_NAME} characters, and not {INTERNAL_LIST!r}: use `leadtight dnc add`",
            code=2,
        )
    if as_of.date() > now.date():
        raise stop(COMMAND, "--as-of: must not be in the future", code=2)
    place, is_assumed = _place(country)
    lists, read = _lists(stack), DncListFile(file, column, place, is_assumed)
    imported = DncList(name=name.strip(), as_of=as_of.date(), imported_at=now, numbers=0)
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Importing", total=None)
        keys = _counting(read.keys(), lambda: progress.advance(bar))
        numbers = _attempt(lambda: lists.add(imported, keys))
    if not numbers:
        raise stop(COMMAND, f"{file}: contains no numbers, so the list is unchanged", code=1)
    _attempt(lambda: lists.publish(_with(imported, numbers)))
    typer.echo(f"{imported.name}: {numbers} numbers as of {imported.as_of}. {read.rejected} rows were not numbers.")
    raise typer.Exit(1 if read.rejected else 0)


@dnc.command("list")
def list_(as_json: AsJson = False, stack: Stack = None) -> None:
    """List the lists and their age.

    Exits with 1 when one is too old, which stops all texts.
    """
    now = clock_and_ids.clock()
    lists = _attempt(_lists(stack).lists)
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "lists": [_document(each, now) for each in lists]}, indent=2))
    elif not lists:
        typer.echo("No list has been imported.")
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
    """Check whether the lists allow texting and calling a number.

    Exits with 1 when they do not.
    """
    key, lists = _key(number, country), _lists(stack)
    reason = _attempt(lambda: lists.standing(key)).forbids(
        policies.shipped().messaging.do_not_call_lists, clock_and_ids.clock()
    )
    typer.echo(f"Do not call: {reason}." if reason else "Not on any list.")
    raise typer.Exit(1 if reason else 0)


@dnc.command()
def add(
    number: Annotated[str, typer.Argument(help="A telephone number.")], country: Country = "", stack: Stack = None
) -> None:
    """Add a number to the internal list, permanently.

    For people who asked not to be called.
    """
    key, lists, now = _key(number, country), _lists(stack), clock_and_ids.clock()
    internal = next((each for each in _attempt(lists.lists) if each.name == INTERNAL_LIST), None)
    listed = internal is not None and INTERNAL_LIST in _attempt(lambda: lists.standing(key)).on
    updated = DncList(
        name=INTERNAL_LIST,
        as_of=now.date(),
        imported_at=now,
        numbers=(internal.numbers if internal else 0) + (not listed),
    )
    _attempt(lambda: lists.add(updated, [key]))
    _attempt(lambda: lists.publish(updated))
    typer.echo(f"{INTERNAL_LIST}: {updated.numbers} numbers.")


@dnc.command()
def drop(name: Annotated[str, typer.Argument(help="An imported list.")], stack: Stack = None) -> None:
    """Delete a list that is no longer used.

    The internal list cannot be deleted.
    """
    if name == INTERNAL_LIST:
        raise stop(COMMAND, f"{INTERNAL_LIST}: cannot be dropped, because people asked not to be called", code=2)
    if not _attempt(lambda: _lists(stack).drop(name)):
        raise stop(COMMAND, f"there is no list named {name}", code=1)
    typer.echo(f"Dropped {name}.")


def _lists(stack: str | None) -> DynamoDncLists:
    table = StackClient.find(COMMAND, stack).outputs["TableName"]
    return DynamoDncLists(DynamoTable(table, clients.client("dynamodb").meta.region_name))


def _key(number: str, country: str) -> str:
    place, is_assumed = _place(country)
    dialled = PhoneEmailNormalizer().phone(number, place, is_assumed=is_assumed)
    if dialled is None:
        raise stop(COMMAND, f"{number!r} is not a telephone number, or is ambiguous: write it as +49 30 901820", code=2)
    return person_key(number_without_extension(dialled))


def _place(country: str) -> tuple[str, bool]:
    """Return the default country code, and whether it is assumed.

    It applies to numbers without a prefix, and is assumed when no `--country` was passed.
    """
    if not country:
        return policies.shipped().company.country, True
    code = PhoneEmailNormalizer().country(country)
    if not code:
        raise stop(
            COMMAND, f"--country: {country!r} is not a country, or is ambiguous: use its code, such as DE", code=2
        )
    return code, False


def _attempt(do: Callable[[], T]) -> T:
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
    return "too old: no texts are sent" if call_list.is_stale(now) else "good"


def _document(call_list: DncList, now: datetime) -> dict[str, Any]:
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
