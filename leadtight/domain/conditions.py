"""Does a condition hold of a lead? The same question for tiers and routing rules."""

import re
from datetime import datetime

from leadtight.domain.lead import Inquiry
from leadtight.domain.policy import Condition, Policy, Tier


def holds(
    condition: Condition,
    policy: Policy,
    *,
    source: str,
    form: str | None,
    inquiry: Inquiry,
    received_at: datetime,
) -> bool:
    """Tell whether every field of `condition` that is set holds."""
    return (
        _among(condition.source, source)
        and _among(condition.form, form or "")
        and _among(condition.country, inquiry.country)
        and _among(condition.language, inquiry.language)
        and _has_word(condition.message_has, inquiry.message)
        and (condition.min_value is None or (inquiry.value is not None and inquiry.value >= condition.min_value))
        and (condition.after_hours_of is None or policy.calendars[condition.after_hours_of].is_after_hours(received_at))
    )


def tier_of(policy: Policy, *, source: str, form: str | None, inquiry: Inquiry, received_at: datetime) -> Tier:
    """Return the first tier whose condition holds; a checked policy always ends in one that does."""
    return next(
        tier
        for tier in policy.tiers
        if holds(tier.when, policy, source=source, form=form, inquiry=inquiry, received_at=received_at)
    )


def _among(wanted: tuple[str, ...], value: str) -> bool:
    return not wanted or value.casefold() in {w.casefold() for w in wanted}


def _has_word(words: tuple[str, ...], message: str) -> bool:
    if not words:
        return True
    # Not \b: a word may begin or end with a sign, such as €500 or c++.
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message, re.IGNORECASE) for word in words)
