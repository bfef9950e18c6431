"""What becomes of a message that was claimed to be sent, and when it is tried again."""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta

from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Message, Status

RETRIES_AT_ONCE = 2
"""The stream's own redelivery makes these: a hiccup must not cost an owner the minutes to the next sweep."""

FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=10), timedelta(minutes=15)
JITTER = 0.25
NEXT_SECOND = timedelta(seconds=1)
OVER_RATE = "over the provider's rate"
"""So the detail of a message begins that waits for the next second."""

WITH = "with"
"""Under this name the message that a digest is known by keeps the others in it, as lead and message ids."""


def backoff(message: Message) -> timedelta:
    """Return how long a message waits after its attempts: nothing, then doubling up to a quarter of an hour.

    Up to a quarter of it is left out, differently for each message and attempt: what failed together does not come back
    together.
    """
    if message.attempts <= RETRIES_AT_ONCE:
        return timedelta()
    doublings = min(message.attempts - RETRIES_AT_ONCE - 1, 20)
    whole = min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
    return whole * (1 - JITTER * _spread(message))


def _spread(message: Message) -> float:
    """Return a number from 0 to 1 that is as good as random, and the same for the same attempt."""
    return zlib.crc32(f"{message.lead_id}/{message.id}/{message.attempts}".encode()) / 0xFFFF_FFFF


def over_rate(message: Message, now: datetime, error: str = "") -> Message:
    """Return a message that is tried again in the next second, for its provider takes no more in this one."""
    return put_off(message, now + NEXT_SECOND, f"{OVER_RATE}: {error}" if error else OVER_RATE)


def dead(message: Message, detail: str) -> tuple[Message, EventKind]:
    """Return a message that is given up, and what that is called."""
    return replace(message, status=Status.DEAD, detail=detail), EventKind.MESSAGE_FAILED


def put_off(message: Message, until: datetime, detail: str) -> Message:
    """Return a message that is tried again at `until`."""
    return replace(message, status=Status.PENDING, next_try_at=until, detail=detail)
