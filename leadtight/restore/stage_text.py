"""The `[restored]` section of a stage's file."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from leadtight.restore.errors import RestoreStopped

_SECTION = re.compile(r"^\[restored\][^\n]*\n(?:(?!\[)[^\n]*\n?)*", re.MULTILINE)


def section(table: str, stream: str) -> str:
    """Return the lines that name a restored table."""
    return f'[restored]\ntable = "{table}"\nstream = "{stream}"\n'


def with_restored(text: str, table: str, stream: str) -> str:
    """Return a stage's text with its section replaced or added.

    Comments and everything else stay. Raises RestoreStopped for a text in which that is not possible.
    """
    rest = _SECTION.sub("", text).rstrip("\n")
    written = f"{rest}\n\n{section(table, stream)}".lstrip("\n")
    if not _differs_there_only(text, written):
        raise RestoreStopped(f"add these lines to the stage's file yourself:\n{section(table, stream)}")
    return written


def _differs_there_only(text: str, written: str) -> bool:
    try:
        before, after = tomllib.loads(text), tomllib.loads(written)
    except tomllib.TOMLDecodeError:
        return False
    return {**before, "restored": after.get("restored")} == after


def write_restored(file: Path, table: str, stream: str) -> bool:
    """Write the section; return False if it is there."""
    text = file.read_text(encoding="utf-8")
    if tomllib.loads(text).get("restored") == {"table": table, "stream": stream}:
        return False
    draft = file.with_suffix(".toml.new")
    draft.write_text(with_restored(text, table, stream), encoding="utf-8")
    draft.replace(file)
    return True
