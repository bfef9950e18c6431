"""Process state of functions, separate for each run.

On Lambda no two concurrent runs share a process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from aws_lambda_powertools.utilities.batch import BatchProcessor
from greenlet import getcurrent


class PerTask:
    """Stands for a batch processor; every task has its own."""

    def __init__(self, original: BatchProcessor) -> None:
        """Take the processor that the module created."""
        self._original = original
        self._each: WeakKeyDictionary[Any, BatchProcessor] = WeakKeyDictionary()

    def _mine(self) -> BatchProcessor:
        return self._each.setdefault(getcurrent(), deepcopy(self._original))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mine(), name)

    def __call__(self, *args: Any) -> Any:
        """Prepare this task's processor."""
        return self._mine()(*args)


@contextmanager
def isolated() -> Iterator[None]:
    """Give every task its own state of the functions' modules."""
    import functions.intake.spill  # noqa: F401 - else imported with the first spilled post, too late to be patched

    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("functions."):
                for attribute, value in list(vars(module).items()):
                    if isinstance(value, BatchProcessor):
                        stack.enter_context(patch.object(module, attribute, PerTask(value)))
        yield
