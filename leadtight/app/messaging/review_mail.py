"""Mail the weekly review to each reader once.

It also notices readers who have not got it.
"""

from datetime import datetime

from leadtight.app.ports.outbox import Outbox
from leadtight.domain.calendar.week import Week
from leadtight.domain.notifications.review_mail import PublishedReview, is_lost, outbox_key, review_messages
from leadtight.domain.policy.policy import Policy


class WeeklyMail:
    """Puts review mails into the outbox, which sends them."""

    def __init__(self, policy: Policy, outbox: Outbox) -> None:
        """Take the policy and the outbox."""
        self._policy = policy
        self._outbox = outbox

    def owe(self, review: PublishedReview, now: datetime) -> int:
        """Put a week's mails into the outbox; count new ones.

        A review written again after the following week is mailed to no one.
        """
        today = now.astimezone(self._policy.company.zone).date()
        if Week.of(today) != review.week.after:
            return 0
        return sum(self._outbox.owe(message) for message in review_messages(self._policy, review, now))

    def lost(self, now: datetime) -> int:
        """Return how many readers lack the latest week's review."""
        today = now.astimezone(self._policy.company.zone).date()
        messages = self._outbox.messages(outbox_key(Week.of(today).before))
        return sum(is_lost(message, now) for message in messages)
