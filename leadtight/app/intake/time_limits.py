"""A limit of time for each of many items, so that a slow one costs only itself."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import repeat

Limits = Callable[[int], Iterator[AbstractContextManager[None]]]
"""Yields a limit for each of so many items; what is entered raises OutOfTime in an item that takes longer."""


def unlimited(items: int) -> Iterator[AbstractContextManager[None]]:
    """Yield no limit for each of so many items."""
    return repeat(nullcontext(), items)
