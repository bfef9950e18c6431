"""Let a message that reached nobody count on its lead, whoever it was for."""

from datetime import datetime

from leadtight.app.ports import Alarms, LeadStore
from leadtight.domain.errors import Conflict
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy
from leadtight.domain.undelivered import undelivered

TRIES = 12


class Undelivered:
    """Changes the lead of a message that came back; asked again for the same one, it changes nothing more."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def note(self, message: Message, now: datetime) -> None:
        """Store what follows. Raises Conflict when the lead kept changing meanwhile."""
        for _ in range(TRIES):
            lead = self._store.load(message.lead_id)
            change = undelivered(self._policy, lead, message, now) if lead else None
            if change is None:
                return
            try:
                self._store.commit(change)
            except Conflict:
                continue
            self._alarms.arm(change.after, now)
            return
        raise Conflict(f"lead {message.lead_id} kept changing while a message to it came back")
