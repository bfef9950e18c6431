"""Write docs/reference/cli.md and docs/reference/http-api.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from leadtight.cli import app
from scripts import openapi

CONTEXT: Any = typer.Context(typer.main.get_command(app))
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
HEAD = {
    "cli.md": """# Command line

`leadtight COMMAND --help` says the same. Commands that look at a deployment take `--stack NAME` and use your AWS
credentials; without it they use the local stage of `make dev`. Where there is `--json`, it prints one document with a
`schema` field. This page is written by `python -m scripts.reference`.
""",
    "http-api.md": """# HTTP API

Every route of a deployment. The whole description, with each body and answer, is [openapi.json](../openapi.json)
(OpenAPI 3.1); how to use it is in [the API for programs](../guides/api.md). Both files are written from the code
(`python scripts/openapi.py`, `python -m scripts.reference`), and Schemathesis holds the handlers to them.

Errors are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problems; `errors` names each field at fault.
""",
}


def cli_text() -> str:
    """Return the command line page, one section per command."""
    root = typer.main.get_command(app)
    return HEAD["cli.md"] + "".join(_section(words, command) for words, command in _commands("leadtight", root))


def _commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield words, command
        return
    for name in sorted(command.list_commands(CONTEXT)):
        yield from _commands(f"{words} {name}", command.get_command(CONTEXT, name))


def _section(words: str, command: Any) -> str:
    arguments = " ".join(_usage(param) for param in command.params if isinstance(param, TyperArgument))
    options = [param for param in command.params if isinstance(param, TyperOption) and param.name != "help"]
    rows = "".join(f"| `{_names(option)}` | {_cell(option)} |\n" for option in options)
    text = f"\n## {words}\n\n{_one_line(command.help)}\n\n```\n{f'{words} {arguments}'.strip()}\n```\n"
    return text + (f"\n| option | does |\n|---|---|\n{rows}" if rows else "")


def _usage(argument: TyperArgument) -> str:
    name = (argument.metavar or argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _names(option: TyperOption) -> str:
    names = "`, `".join([*option.opts, *option.secondary_opts])
    value = option.make_metavar(CONTEXT).strip("<>[]")
    value = value.replace("|", "\\|") if "|" in value else value.upper()
    return names if option.is_flag else f"{names} {value}"


def _cell(option: TyperOption) -> str:
    default = option.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    words = ["Required."] * option.required + [_one_line(option.help)] + [f"Default: `{default}`."] * plain
    return " ".join(words).replace("|", "\\|")


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\b", "").split())


def http_text() -> str:
    """Return the page of the routes, one row each."""
    paths: Mapping[str, Mapping[str, Any]] = openapi.document()["paths"]
    rows = [
        f"| `{method.upper()} {path}` | {operation['summary']} | {_answers(operation)} |\n"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters"
    ]
    return f"{HEAD['http-api.md']}\n| route | does | answers |\n|---|---|---|\n{''.join(rows)}"


def _answers(operation: Mapping[str, Any]) -> str:
    return ", ".join(sorted(operation["responses"]))


PAGES = {"cli.md": cli_text, "http-api.md": http_text}


def main() -> None:
    """Write both pages."""
    for name, text in PAGES.items():
        (FOLDER / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
