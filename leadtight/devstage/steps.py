"""Show the steps of a start.

A terminal gets a spinner, other outputs a line for each step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

Say = Callable[[str], None]
"""Callback for the step that begins."""


@contextmanager
def show_steps(console: Console) -> Iterator[Say]:
    """Yield a callback that shows each step.

    Every finished step leaves a line with its seconds.
    """
    began, current = time.monotonic(), ""

    def finish() -> None:
        if current and console.is_terminal:
            console.print(f"  {current} ({time.monotonic() - began:.0f} s)")

    with console.status("") as status:

        def begin(step: str) -> None:
            nonlocal began, current
            finish()
            began, current = time.monotonic(), step
            if console.is_terminal:
                status.update(f"{step} …")
            else:
                console.print(f"  {step} …")

        yield begin
        finish()


def silent(step: str) -> None:
    """Ignore a step."""
