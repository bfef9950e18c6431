"""Record undelivered messages on their leads."""

from datetime import datetime

from leadtight.app.commit import change_lead
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore
from leadtight.domain.model.message import Message
from leadtight.domain.notifications.bounces import record_undelivered
from leadtight.domain.policy.policy import Policy


class BounceHandling:
    """Changes the lead of an undelivered message; idempotent."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def note(self, message: Message, now: datetime) -> None:
        """Store the consequences for the lead.

        Raises Conflict when the lead kept changing.
        """
        lead = self._store.load(message.lead_id)
        if lead:
            change_lead(
                self._store,
                self._alarms,
                lead,
                lambda current: record_undelivered(self._policy, current, message, now),
                now,
            )
