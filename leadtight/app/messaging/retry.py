"""Return claimed messages to the outbox, with their next try."""

import zlib
from dataclasses import replace
from datetime import datetime, timedelta

from leadtight.domain.model.event import EventKind
from leadtight.domain.model.message import Message, Status

RETRIES_AT_ONCE = 2
"""Retries by the stream's own redelivery.

A hiccup must not cost an owner the minutes to the next sweep.
"""

FIRST_BACKOFF, LONGEST_BACKOFF = timedelta(seconds=10), timedelta(minutes=15)
JITTER = 0.25
NEXT_SECOND = timedelta(seconds=1)
OVER_RATE = "over the provider's rate"
"""Start of the detail of messages that wait a second."""

WITH = "with"
"""Data key for the other messages of a digest.

The message that the digest is known by holds them as lead and message ids.
"""


def backoff(message: Message) -> timedelta:
    """Return the wait after a message's attempts.

    It is nothing at first, then doubles up to a quarter of an hour. Up to a quarter of it is left out, differently for
    each message and attempt: messages that failed together do not come back together.
    """
    if message.attempts <= RETRIES_AT_ONCE:
        return timedelta()
    doublings = min(message.attempts - RETRIES_AT_ONCE - 1, 20)
    whole = min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)
    return whole * (1 - JITTER * _spread(message))


def _spread(message: Message) -> float:
    """Return a pseudo-random number from 0 to 1 per attempt.

    The same attempt has the same number.
    """
    return zlib.crc32(f"{message.lead_id}/{message.id}/{message.attempts}".encode()) / 0xFFFF_FFFF


def over_rate(message: Message, now: datetime, error: str = "") -> Message:
    """Return a message to be tried in the next second.

    Its provider takes no more in this one.
    """
    return put_off(message, now + NEXT_SECOND, f"{OVER_RATE}: {error}" if error else OVER_RATE)


def dead(message: Message, detail: str) -> tuple[Message, EventKind]:
    """Return a message as given up, with its event kind."""
    return replace(message, status=Status.DEAD, detail=detail), EventKind.MESSAGE_FAILED


def put_off(message: Message, until: datetime, detail: str) -> Message:
    """Return a message that is tried again at `until`."""
    return replace(message, status=Status.PENDING, next_try_at=until, detail=detail)
