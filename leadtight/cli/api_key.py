"""`leadtight api-key`: manage the API keys of a deployed stack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from leadtight.adapters import clock_and_ids
from leadtight.adapters.aws import clients
from leadtight.adapters.http import api_keys
from leadtight.cli.exits import stop
from leadtight.cli.stack_client import StackClient
from leadtight.domain.access.api_keys import ApiKey, Scope

COMMAND = "api-key"
SCHEMA = "leadtight.api-keys/1"
LONGEST_NAME = 60

api_key = typer.Typer(no_args_is_help=True, help="Keys of programs that use the API of a deployed stack.")
Stack = Annotated[str | None, typer.Option(help="The stack; by default the local stage that is running.")]
Name = Annotated[str, typer.Argument(help="The program that uses the key, such as crm.")]


@api_key.command()
def new(
    name: Name,
    scope: Annotated[list[Scope] | None, typer.Option(help="What the key may do; repeatable.")] = None,
    stack: Stack = None,
) -> None:
    """Create a key and print it, only this once.

    Keys of the same name work side by side until they are revoked.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        raise stop(COMMAND, f"NAME: 1 to {LONGEST_NAME} characters", code=2)
    secret = _Secret(stack)
    text, key = api_keys.make(name.strip(), dict.fromkeys(scope or [Scope.READ]), clock_and_ids.clock())
    secret.put((*secret.keys(), key))
    typer.echo(text)
    typer.echo(
        f"{key.name} {key.id}: may {_scopes(key)}. It is shown only once and works within five minutes.", err=True
    )


@api_key.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help=f"Print {SCHEMA} instead of a table.")] = False,
    stack: Stack = None,
) -> None:
    """List the active keys, never their text."""
    keys = _Secret(stack).keys()
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "keys": [_document(key) for key in keys]}, indent=2))
        return
    if not keys:
        typer.echo("There are no active keys.")
        return
    table = Table("name", "id", "may", "created")
    for key in keys:
        table.add_row(key.name, key.id, _scopes(key), f"{key.created_at:%Y-%m-%d %H:%M} UTC")
    Console().print(table)


@api_key.command()
def revoke(
    name: Name,
    key_id: Annotated[
        str | None, typer.Option("--id", help="Only the key with this id; by default all with that name.")
    ] = None,
    stack: Stack = None,
) -> None:
    """Revoke a key.

    It takes up to five minutes to reach every function.
    """
    secret = _Secret(stack)
    keys = secret.keys()
    ended = [key for key in keys if key.name == name and key_id in (None, key.id)]
    if not ended:
        raise stop(COMMAND, f"there is no active key named {name}{f' {key_id}' if key_id else ''}", code=1)
    secret.put([key for key in keys if key not in ended])
    for key in ended:
        typer.echo(f"Revoked {key.name} {key.id}.")


class _Secret:
    """The stack's secret with the key digests."""

    def __init__(self, stack: str | None) -> None:
        self._id = StackClient.find(COMMAND, stack).outputs["ApiSecretArn"]
        self._client = clients.client("secretsmanager")

    def keys(self) -> tuple[ApiKey, ...]:
        try:
            answer = self._client.get_secret_value(SecretId=self._id)
            return api_keys.read(json.loads(answer["SecretString"]))
        except (ClientError, BotoCoreError, api_keys.UnreadableKey) as error:
            raise stop(COMMAND, str(error), code=1) from error

    def put(self, keys: Sequence[ApiKey]) -> None:
        try:
            self._client.put_secret_value(SecretId=self._id, SecretString=json.dumps(api_keys.write(keys)))
        except (ClientError, BotoCoreError) as error:
            raise stop(COMMAND, str(error), code=1) from error


def _scopes(key: ApiKey) -> str:
    return " and ".join(key.scopes)


def _document(key: ApiKey) -> dict[str, Any]:
    return {"name": key.name, "id": key.id, "scopes": list(key.scopes), "created_at": key.created_at.isoformat()}
