"""What becomes of a message that was claimed to be sent, and when it is tried again."""

from dataclasses import replace
from datetime import datetime, timedelta

from leadtight.domain.event import EventKind
from leadtight.domain.message import Message, Status

RETRIES_AT_ONCE = 2
"""The stream's own redelivery makes these: a hiccup must not cost an owner the minutes to the next sweep."""

FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=10), timedelta(minutes=15)
WITH = "with"
"""Under this name the message that a digest is known by keeps the others in it, as lead and message ids."""


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: nothing, then doubling up to a quarter of an hour."""
    if attempts <= RETRIES_AT_ONCE:
        return timedelta()
    doublings = min(attempts - RETRIES_AT_ONCE - 1, 20)
    return min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)


def dead(message: Message, why: str) -> tuple[Message, EventKind]:
    """Return a message that is given up, and what that is called."""
    return replace(message, status=Status.DEAD, detail=why), EventKind.MESSAGE_FAILED


def put_off(message: Message, until: datetime, why: str) -> Message:
    """Return a message that is tried again at `until`."""
    return replace(message, status=Status.PENDING, next_try_at=until, detail=why)
