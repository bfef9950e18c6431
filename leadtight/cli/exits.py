"""Early exit of a command, with message and code."""

from __future__ import annotations

import typer


def stop(command: str, message: str, *, code: int) -> typer.Exit:
    """Print why a command ends; return the exit to raise."""
    typer.echo(f"leadtight {command}: {message}", err=True)
    return typer.Exit(code)
