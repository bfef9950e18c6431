"""Mail the weekly review: owe it to each reader once, and notice when one has not got it."""

from datetime import datetime, timedelta

from leadtight.app.ports import Outbox
from leadtight.domain.policy import Policy
from leadtight.domain.review_mail import ReviewTold, is_lost, outbox_of, owed

MAILED_FOR = timedelta(days=7)
"""A review that is written again later than this after its week is for whoever asked, and mailed to nobody."""


class WeeklyMail:
    """The outbox does the rest: it sends each mail when it is due, with its claims and retries."""

    def __init__(self, policy: Policy, outbox: Outbox) -> None:
        """Take the policy and the outbox."""
        self._policy = policy
        self._outbox = outbox

    def owe(self, told: ReviewTold, now: datetime) -> int:
        """Put the mails of a week into the outbox, and return how many were not there before."""
        today = now.astimezone(self._policy.company.zone).date()
        if not told.monday <= today < told.monday + MAILED_FOR:
            return 0
        return sum(self._outbox.owe(message) for message in owed(self._policy, told, now))

    def lost(self, now: datetime) -> int:
        """Return how many readers have not got the review of the week that ended last."""
        today = now.astimezone(self._policy.company.zone).date()
        year, number, _ = (today - timedelta(days=7)).isocalendar()
        messages = self._outbox.messages(outbox_of(f"{year:04d}-W{number:02d}"))
        return sum(is_lost(message, now) for message in messages)
