"""Until when calls to the table may be begun: a function that needs the rest of its time for others sets it."""

import math
import time

from botocore.exceptions import BotoCoreError


class OutOfTimeError(BotoCoreError):
    """The table was too slow: what is left of the time is for whoever keeps the rest."""

    fmt = "the table did not answer in time"


class TimeLimit:
    """One limit for the one request that a process handles; none until it is set."""

    def __init__(self) -> None:
        """Start without a limit."""
        self._until = math.inf

    def begin_within(self, seconds: float) -> None:
        """Let no try of a call begin later than so many seconds from now, until this is said anew."""
        self._until = time.monotonic() + seconds

    def check(self, **_: object) -> None:
        """Raise OutOfTimeError when the time is over: called by botocore before it sends."""
        if time.monotonic() > self._until:
            raise OutOfTimeError


calls = TimeLimit()
