"""What one mail counts towards: whoever a loop is with, it ends (RFC 3834 section 2)."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from leadtight.domain.letter import Letter, likeness
from leadtight.domain.policy import Mailbox
from leadtight.domain.suspicion import EPOCH, Count


def answer_counts(mailbox: Mailbox, letter: Letter, now: datetime) -> Iterator[Count]:
    """Yield what an automatic answer counts towards: its address and the mailbox, each within the window that runs."""
    limits = mailbox.limits
    yield _count(mailbox, f"to:{letter.sender.casefold()}", limits.answers_per_address, now)
    yield _count(mailbox, "answers", limits.answers, now)


def alike_counts(mailbox: Mailbox, letter: Letter, now: datetime) -> Iterator[Count]:
    """Yield what a mail of somebody unknown counts towards: all of one template, from whatever addresses."""
    yield _count(mailbox, f"alike:{likeness(letter)}", mailbox.limits.alike, now)


def _count(mailbox: Mailbox, name: str, at_most: int, now: datetime) -> Count:
    """Return one more under a name; addresses and words are in the key only as a hash."""
    within = mailbox.limits.within
    window = (now - EPOCH) // within
    digest = hashlib.sha256(f"{window}#{name}".encode("utf-8", "replace")).hexdigest()[:20]
    return Count(key=f"mail:{mailbox.id}#{window}#{digest}", at_most=at_most, expires_at=EPOCH + (window + 1) * within)
