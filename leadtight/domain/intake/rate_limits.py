"""Rate limits of posts, by unforgeable properties.

Under the limit of its entry point a post counts for its address, its network and the entry point. Over it a new
person's post is still accepted; a post is held that repeats a network, words or a contact, or looks disposable.
"""

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.domain.intake.spam import EPOCH, RateLimitCounter
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.message import NETWORK, SOURCE
from leadtight.domain.policy.forms import FormLimits

ADDRESS_BITS = {4: 32, 6: 64}
"""Prefix of one visitor: an IPv4 address, or an IPv6 network (RFC 7421) of which they choose the rest."""

NETWORK_BITS = {4: 24, 6: 48}
"""Prefix of one site: RFC 6177 gives a home up to a /48; an IPv4 /24 is the smallest that is routed."""

ADDRESSES_OF_A_NETWORK = 4
"""A network may send as much as this many of its addresses."""

SHARED_BY_A_NETWORK = 0.2
"""Share of the limit that an IPv4 /24 keeps when it is exceeded: it has many households (RFC 6888)."""

FEWEST_WORDS = 8
"""Fewest words that count: people write the same short messages, too."""

SHARED_BY_WORDS = 0.05
"""Share of the limit that the same words keep when it is exceeded: some pages fill in the message."""

BUCKETS, OF_WORDS = 2**20, 2**62
ANY_NUMBER = 10**9
DOOR = "the door"
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOrigin:
    """Entry point of a post: limits and sender's address.

    The address is empty where it is unknown. A `source` has a total of its own; addresses are counted across sources.
    """

    name: str
    rates: FormLimits
    address: str = ""
    source: str = ""


def counts(origin: PostOrigin, now: datetime) -> Iterator[RateLimitCounter]:
    """Yield the counters of one post in the current window.

    Where one address may send as much as all together, addresses are not counted: all visitors come through one proxy.
    """
    rates = origin.rates
    if _tells_addresses_apart(origin):
        per_address = rates.per_address or ANY_NUMBER
        yield _count(origin, _part(origin.address, ADDRESS_BITS), per_address, now, "its address")
        at_most = per_address * ADDRESSES_OF_A_NETWORK
        yield _count(origin, _part(origin.address, NETWORK_BITS), at_most, now, "its network")
    if rates.per_source is not None:
        whole = replace(origin, name=f"{origin.name}:{origin.source}") if origin.source else origin
        yield _count(whole, "", rates.per_source, now, DOOR)


def counts_over_limit(origin: PostOrigin, inquiry: Inquiry, now: datetime) -> Iterator[RateLimitCounter]:
    """Yield the counters of a post over the limit.

    It must be the first of its address, and of its contact under its name. A network of many households, and words,
    have a share of the limit.
    """
    if _tells_addresses_apart(origin):
        yield _count(origin, _part(origin.address, ADDRESS_BITS), 1, now, "its address")
        yield _count(origin, _part(origin.address, NETWORK_BITS), _network_share(origin), now, "its network")
    if words := _words(inquiry.message):
        yield _count(origin, f"words:{words}", _words_share(origin), now, "its words", OF_WORDS)
    for contact in filter(None, (inquiry.email, inquiry.phone)):
        # With its name: an impostor under another name must not use up the person's limit.
        yield _count(origin, f"contact:{contact}:{inquiry.name.casefold()}", 1, now, "its contact", OF_WORDS)


def looks_disposable(inquiry: Inquiry) -> str:
    """Return why a post looks disposable, if it does.

    This counts only over the limit.
    """
    if _LINK.search(inquiry.message) or _LINK.search(inquiry.name):
        return "it contains a link"
    if not (inquiry.email or inquiry.phone):
        return "it has no address to reply to"
    return ""


def reply_limit_keys(origin: PostOrigin, source: str, now: datetime) -> dict[str, str]:
    """Return the limit keys of an automatic answer.

    They are its network for a day, as a number, and its source.
    """
    if not _tells_addresses_apart(origin):
        return {}
    network = _part(origin.address, NETWORK_BITS)
    return {NETWORK: f"{network[:2]}{_bucket(network, f'{now:%Y-%m-%d}'):05x}", SOURCE: source}


def _tells_addresses_apart(origin: PostOrigin) -> bool:
    per_address, per_source = origin.rates.per_address, origin.rates.per_source
    is_limited = per_address is not None or per_source is not None
    is_proxied = per_address is not None and per_source is not None and per_address >= per_source
    return bool(origin.address) and is_limited and not is_proxied


def _network_share(origin: PostOrigin) -> int:
    is_shared = "." in origin.address and ":" not in origin.address
    return max(1, int((origin.rates.per_source or 0) * SHARED_BY_A_NETWORK)) if is_shared else 1


def _words_share(origin: PostOrigin) -> int:
    return max(1, int((origin.rates.per_source or 0) * SHARED_BY_WORDS))


def _words(message: str) -> str:
    """Return a text without numbers, addresses and punctuation.

    Programs vary those. Empty where the text says little.
    """
    words = [word.casefold() for word in _WORD.findall(message[:4_000])]
    return " ".join(words) if len(words) >= FEWEST_WORDS else ""


def _part(address: str, bits: dict[int, int]) -> str:
    """Return the network of an address by prefix length.

    IPv4 inside IPv6 is IPv4 (RFC 4291).
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    return f"{ip.version}/{int(ip) >> (ip.max_prefixlen - bits[ip.version]):x}/{bits[ip.version]}"


def _count(
    origin: PostOrigin, name: str, at_most: int, now: datetime, label: str, buckets: int = BUCKETS
) -> RateLimitCounter:
    """Return a counter, keyed by a bucket number."""
    window = (now - EPOCH) // origin.rates.within
    key = f"{origin.name}#{window}"
    if name:
        key = f"{key}#{_bucket(name, key, buckets)}"
    return RateLimitCounter(
        key=key, at_most=at_most, expires_at=EPOCH + (window + 1) * origin.rates.within, label=label, is_spread=not name
    )


def _bucket(name: str, salt: str, buckets: int = BUCKETS) -> int:
    """Return one of a million buckets for an address.

    They are enough to count by, and too few to find the address from. Words and contacts stand in the lead's own row,
    and a flood has many: they have as many buckets as keep them apart.
    """
    digest = hashlib.sha256(f"{salt}#{name}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8]) % buckets
