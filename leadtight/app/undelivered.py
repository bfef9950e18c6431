"""Let a message that reached nobody count on its lead, whoever it was for."""

from datetime import datetime

from leadtight.app.changing import changed
from leadtight.app.ports import Alarms, LeadStore
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy
from leadtight.domain.undelivered import undelivered


class Undelivered:
    """Changes the lead of a message that came back; asked again for the same one, it changes nothing more."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def note(self, message: Message, now: datetime) -> None:
        """Store what follows. Raises Conflict when the lead kept changing meanwhile."""
        lead = self._store.load(message.lead_id)
        if lead:
            changed(self._store, self._alarms, lead, lambda found: undelivered(self._policy, found, message, now), now)
