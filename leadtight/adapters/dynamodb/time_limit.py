"""A limit for when calls to the table may begin.

A function that needs the rest of its time sets it.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from botocore.exceptions import BotoCoreError


class OutOfTimeError(BotoCoreError):
    """The table was too slow.

    The rest of the time is reserved for the caller.
    """

    fmt = "the table did not answer in time"


class TimeLimit:
    """The limit of the one request that a process handles.

    There is none until it is set.
    """

    def __init__(self) -> None:
        """Start without a limit."""
        self._until = math.inf

    @contextmanager
    def begin_within(self, seconds: float) -> Iterator[None]:
        """Let no call begin later than `seconds` from now.

        Retries are calls, too. The limit holds within the context.
        """
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = math.inf

    def left(self) -> timedelta:
        """Return how long calls may still begin.

        It is `timedelta.max` without a limit.
        """
        seconds = self._until - time.monotonic()
        return timedelta(seconds=seconds) if math.isfinite(seconds) else timedelta.max

    def check(self, **_: object) -> None:
        """Raise OutOfTimeError when the time is over.

        botocore calls it before it sends.
        """
        if time.monotonic() > self._until:
            raise OutOfTimeError


calls = TimeLimit()
