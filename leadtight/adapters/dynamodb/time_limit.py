"""Until when calls to the table may be begun: a function that needs the rest of its time for others sets it."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from botocore.exceptions import BotoCoreError


class OutOfTimeError(BotoCoreError):
    """The table was too slow: what is left of the time is for the caller, who keeps the rest."""

    fmt = "the table did not answer in time"


class TimeLimit:
    """One limit for the one request that a process handles; none until it is set."""

    def __init__(self) -> None:
        """Start without a limit."""
        self._until = math.inf

    @contextmanager
    def begin_within(self, seconds: float) -> Iterator[None]:
        """Let no try of a call begin later than so many seconds from now, as long as this is entered."""
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = math.inf

    def left(self) -> timedelta:
        """Return how long calls may still be begun; `timedelta.max` without a limit."""
        seconds = self._until - time.monotonic()
        return timedelta(seconds=seconds) if math.isfinite(seconds) else timedelta.max

    def check(self, **_: object) -> None:
        """Raise OutOfTimeError when the time is over: called by botocore before it sends."""
        if time.monotonic() > self._until:
            raise OutOfTimeError


calls = TimeLimit()
