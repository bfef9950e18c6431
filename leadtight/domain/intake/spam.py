"""Is this post likely to be spam? Suspicion holds a post; it never loses one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.policy.forms import Form

FILL_TIME = "fill_ms"
"""The field in which a script of the page says how many milliseconds somebody took."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamVerdict:
    """Why a post is held instead of taken for a lead."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitCounter:
    """One more in a window: at most so many under this key, which names the window, too; `what` is counted.

    What everybody counts towards is spread, for many must not wait for one item; the limit of what is not may change.
    """

    key: str
    at_most: int
    expires_at: datetime
    what: str = ""
    is_spread: bool = True


def suspicion(form: Form, fields: Mapping[str, Any]) -> SpamVerdict | None:
    """Return what gives a program away: it filled in what people do not see, or was faster than they are.

    A page without scripts tells no time, and is believed.
    """
    if form.honeypot and _is_filled_in(fields.get(form.honeypot)):
        return SpamVerdict(reason=Reason.SPAM, detail=f"the hidden field {form.honeypot} was filled in")
    took = _took(fields.get(FILL_TIME))
    if form.min_fill_time and took is not None and took < form.min_fill_time:
        return SpamVerdict(reason=Reason.SPAM, detail=f"filled in within {took.total_seconds():.1f} seconds")
    return None


def _is_filled_in(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(str(each or "").strip() for each in values)


def _took(value: Any) -> timedelta | None:
    text = str(value or "").partition(".")[0]
    return timedelta(milliseconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 12 else None
