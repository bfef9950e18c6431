"""Let new people in over a form's rate limit."""

from dataclasses import replace
from datetime import datetime

from leadtight.app.intake.inquiry_parser import ParsedInquiry
from leadtight.app.intake.submission import Submission
from leadtight.app.ports.guards import Full, Guard
from leadtight.domain.intake.rate_limits import DOOR, counts_over_limit, looks_disposable
from leadtight.domain.model.errors import TooManyPosts


def guard_beyond_limit(
    submission: Submission, reading: ParsedInquiry, guard: Guard, full: Full, now: datetime
) -> Guard:
    """Return the guard for a new person beyond a limit.

    It applies only to the limit of a form or API source. Raises TooManyPosts for any other limit.
    """
    limit_name = next((count.label for count in guard.counts if count.key == full.key), "")
    is_over = not any(count.label == DOOR for count in guard.counts)
    if submission.door is None or limit_name != DOOR:
        over = "the form's rate limit is exceeded, and " if submission.door and is_over else ""
        raise TooManyPosts(f"{over}the rate limit for {limit_name or 'such posts'} is exceeded")
    if reason := looks_disposable(reading.inquiry):
        raise TooManyPosts(f"the rate limit is exceeded, and {reason}")
    return replace(guard, counts=(*submission.counts, *counts_over_limit(submission.door, reading.inquiry, now)))
