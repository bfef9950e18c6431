"""Route a lead: one owner, within seconds of its creation."""

from datetime import datetime

from leadtight.app.ports import Alarms, LeadStore
from leadtight.domain.change import Change
from leadtight.domain.errors import Conflict
from leadtight.domain.lead import Lead
from leadtight.domain.policy import Policy
from leadtight.domain.route import assign
from leadtight.domain.routing import people_for, pool_for

TRIES = 12


class Route:
    """Gives unowned leads their owner; safe to ask again, from the stream or from the sweep."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def route(self, lead: Lead, now: datetime) -> Change | None:
        """Assign `lead` (as the stream or the sweep saw it); None when it has an owner already.

        The rotation position moves in the owner's transaction; whoever loses the race reads and chooses again.
        Raises Conflict when it lost every one of its tries: the stream delivers again, and the sweep is behind it.
        """
        pool, people = pool_for(self._policy, lead)[1], people_for(self._policy, lead)
        for _ in range(TRIES):
            state = self._store.load_for_routing(lead.id, pool.id, people)
            change = state.lead and assign(self._policy, state.lead, state.rotation, state.roster, now)
            if not change:
                return None
            try:
                self._store.commit(change)
            except Conflict:
                continue
            self._alarms.arm(change.after, now)
            return change
        raise Conflict(f"lead {lead.id}: lost {TRIES} races for pool {pool.id}")
