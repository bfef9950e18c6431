"""Reject forms that were submitted faster than anyone reads.

Link scanners submit at once (Q3).
"""

from datetime import datetime

from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body
from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.policy.policy import Policy


def check(policy: Policy, event: events.Event, field: str, now: datetime) -> None:
    """Raise InvalidInquiry when the page was open too briefly.

    It is about `field`. The policy sets the time; an unknown one counts as too brief.
    """
    if not policy.least_reading_time:
        return
    try:
        opened = parse_timestamp(str(post_body.read(event).fields.get("opened", "")))
    except ValueError:
        opened = now
    if now - opened < policy.least_reading_time:
        raise InvalidInquiry([Problem(field, "please confirm again: link scanners press this fast")])
