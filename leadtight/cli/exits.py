"""How a command ends before its time: with one line, and an exit code."""

from __future__ import annotations

import typer


def stop(command: str, message: str, *, code: int) -> typer.Exit:
    """Say on one line why a command ends, and return the exit to raise."""
    typer.echo(f"leadtight {command}: {message}", err=True)
    return typer.Exit(code)
