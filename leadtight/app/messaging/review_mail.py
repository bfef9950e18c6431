"""Mail the weekly review: owe it to each reader once, and notice when one has not got it."""

from datetime import datetime

from leadtight.app.ports.outbox import Outbox
from leadtight.domain.calendar.week import Week
from leadtight.domain.notifications.review_mail import PublishedReview, is_lost, outbox_key, review_messages
from leadtight.domain.policy.policy import Policy


class WeeklyMail:
    """The outbox does the rest: it sends each mail when it is due, with its claims and retries."""

    def __init__(self, policy: Policy, outbox: Outbox) -> None:
        """Take the policy and the outbox."""
        self._policy = policy
        self._outbox = outbox

    def owe(self, review: PublishedReview, now: datetime) -> int:
        """Put the mails of a week into the outbox, and return how many were not there before.

        A review that is written again after the week that follows it is for whoever asked, and mailed to nobody.
        """
        today = now.astimezone(self._policy.company.zone).date()
        if Week.of(today) != review.week.after:
            return 0
        return sum(self._outbox.owe(message) for message in owed(self._policy, review, now))

    def lost(self, now: datetime) -> int:
        """Return how many readers have not got the review of the week that ended last."""
        today = now.astimezone(self._policy.company.zone).date()
        messages = self._outbox.messages(outbox_key(Week.of(today).before))
        return sum(is_lost(message, now) for message in messages)
