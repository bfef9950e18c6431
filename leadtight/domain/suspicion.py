"""Is this post likely to be spam, and is it one too many? Suspicion holds a post; it never loses one."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadtight.domain.forms import Form, Rates
from leadtight.domain.held import Reason

FILL_TIME = "fill_ms"
"""The field in which a script of the page says how many milliseconds somebody took."""

NETWORK_BITS = 64
BUCKETS = 2**20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a post is held instead of taken for a lead."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One more in a window: at most so many under this key, which names the window, too."""

    key: str
    at_most: int
    expires_at: datetime


def suspicion(form: Form, fields: Mapping[str, Any]) -> Doubt | None:
    """Return what gives a program away: it filled in what people do not see, or was faster than they are.

    A page without scripts tells no time, and is believed.
    """
    if form.honeypot and _is_filled_in(fields.get(form.honeypot)):
        return Doubt(reason=Reason.SPAM, detail=f"the hidden field {form.honeypot} was filled in")
    took = _took(fields.get(FILL_TIME))
    if form.min_fill_time and took is not None and took < form.min_fill_time:
        return Doubt(reason=Reason.SPAM, detail=f"filled in within {took.total_seconds():.1f} seconds")
    return None


def counts(door: str, rates: Rates, address: str, now: datetime) -> Iterator[Count]:
    """Yield what one post counts towards: its address and its door, each within the window that runs now."""
    number = (now - EPOCH) // rates.within
    ends = EPOCH + (number + 1) * rates.within
    if rates.per_address is not None and address:
        key = f"{door}#{number}#{_bucket(address, f'{door}#{number}')}"
        yield Count(key=key, at_most=rates.per_address, expires_at=ends)
    if rates.per_source is not None:
        yield Count(key=f"{door}#{number}", at_most=rates.per_source, expires_at=ends)


def _is_filled_in(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(str(each or "").strip() for each in values)


def _took(value: Any) -> timedelta | None:
    text = str(value or "").partition(".")[0]
    return timedelta(milliseconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _bucket(address: str, salt: str) -> int:
    """Return one of a million numbers for an address: enough to count by, and too few to find the address from.

    An IPv6 address counts as its network, of which one visitor has all.
    """
    import ipaddress  # here, for a cold start pays for it and few forms count

    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        network = str(ip) if ip.version == 4 else str(int(ip) >> NETWORK_BITS)
    digest = hashlib.sha256(f"{salt}#{network}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8]) % BUCKETS
