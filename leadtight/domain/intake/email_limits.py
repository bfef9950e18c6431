"""Rate limits of inbound mail, so that every loop ends.

RFC 3834 section 2.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from leadtight.domain.intake.inbound_email import InboundEmail, template_words
from leadtight.domain.intake.spam import EPOCH, RateLimitCounter
from leadtight.domain.policy.sources import Mailbox

FEWEST_WORDS = 3
_SHARED = frozenset(
    {"aol", "bluewin", "btinternet", "comcast", "daum", "free", "freenet", "gmail", "gmx", "googlemail", "hotmail"}
    | {"icloud", "laposte", "libero", "live", "mac", "me", "msn", "naver", "orange", "outlook", "posteo", "proton"}
    | {"protonmail", "qq", "rediffmail", "seznam", "sfr", "t-online", "tiscali", "tuta", "uol", "verizon", "virgilio"}
    | {"wanadoo", "web", "wp", "yahoo", "yandex", "ymail", "ziggo", "zoho"}
)
"""Second-level domains at which strangers have their addresses."""


def answer_counts(mailbox: Mailbox, letter: InboundEmail, now: datetime) -> Iterator[RateLimitCounter]:
    """Yield the counters of an automatic answer.

    They are those of its address and of the mailbox, each within the current window.
    """
    limits = mailbox.limits
    yield _count(mailbox, f"to:{letter.sender.casefold()}", limits.answers_per_address, now)
    yield _count(mailbox, "answers", limits.answers, now)


def alike_counts(mailbox: Mailbox, letter: InboundEmail, now: datetime) -> Iterator[RateLimitCounter]:
    """Yield the counters of an unknown sender's mail.

    They cover all mails of one template and one place. A machine that writes from a new address each time changes its
    numbers and codes; people who use a link with prepared words have names and domains of their own. Messages of few
    words are not counted, because people write the same ones; nor are mails of a site for its visitors, which are
    answered to them and not to the site.
    """
    is_for_somebody = _domain(letter.author) != _domain(letter.sender)
    if is_for_somebody or len((letter.own_text or letter.subject).split()) < FEWEST_WORDS:
        return
    yield _count(mailbox, f"alike:{template_words(letter)}:{_place(letter.sender)}", mailbox.limits.alike, now)


def _place(address: str) -> str:
    """Return an address without numbers and codes.

    That is its domain, with the local part where the domain alone says little.
    """
    local, _, domain = address.casefold().rpartition("@")
    plain = re.sub("[0-9]+", "", domain)
    is_of_strangers = plain != domain or domain.partition(".")[0] in _SHARED
    return f"{_without_codes(local) if is_of_strangers else ''}@{plain}"


def _without_codes(local: str) -> str:
    """Return the local part before its first digit group."""
    prefix, *after = re.split("[0-9]", local, maxsplit=1)
    return re.split(r"[^.+_-]++$", prefix, maxsplit=1)[0] if after else prefix


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def _count(mailbox: Mailbox, name: str, at_most: int, now: datetime) -> RateLimitCounter:
    """Return a counter for a name.

    Its key contains addresses and words only as a hash.
    """
    within = mailbox.limits.within
    window = (now - EPOCH) // within
    digest = hashlib.sha256(f"{window}#{name}".encode("utf-8", "replace")).hexdigest()[:20]
    return RateLimitCounter(
        key=f"mail:{mailbox.id}#{window}#{digest}", at_most=at_most, expires_at=EPOCH + (window + 1) * within
    )
