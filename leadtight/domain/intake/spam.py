"""Spam suspicion of form posts.

It holds a post and never loses one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.policy.forms import Form

FILL_TIME = "fill_ms"
"""Field in which a page's script sends the time of filling in, in milliseconds."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpamVerdict:
    """Why a post is held instead of becoming a lead."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitCounter:
    """An increment of a counter within a window.

    At most so many are allowed under its key, which names the window; `label` is the thing counted. A shared counter is
    spread over items, because many writers must not wait for one; only an unspread one may change its limit.
    """

    key: str
    at_most: int
    expires_at: datetime
    label: str = ""
    is_spread: bool = True


def suspicion(form: Form, fields: Mapping[str, Any]) -> SpamVerdict | None:
    """Return the sign that a program filled in a form.

    It filled in a hidden field, or was faster than people are. A page without scripts sends no time, and is believed.
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
