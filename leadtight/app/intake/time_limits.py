"""Limit the time of each item in a batch.

So a slow item costs only itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import repeat

Limits = Callable[[int], Iterator[AbstractContextManager[None]]]
"""Yields one time limit for each of so many items.

Each is a context manager that raises OutOfTime when the item takes longer.
"""


def unlimited(items: int) -> Iterator[AbstractContextManager[None]]:
    """Yield no limit for each of so many items."""
    return repeat(nullcontext(), items)
