"""Route a lead: one owner, within seconds of its creation; and one of its pool, as soon as somebody there can."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from leadtight.app.ports import Alarms, LeadStore, RoutingState
from leadtight.domain.capacity import Roster
from leadtight.domain.change import Change
from leadtight.domain.errors import Conflict
from leadtight.domain.lead import Lead
from leadtight.domain.offer import by_urgency, offer
from leadtight.domain.policy import Person, Policy
from leadtight.domain.rotation import Rotation
from leadtight.domain.route import assign
from leadtight.domain.routing import team_for

TRIES = 12
READ_AT_ONCE = 25
Decide = Callable[[Policy, Lead, Rotation, Roster, datetime], Change | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """Pools and people as one pass over waiting leads last read them, by pool."""

    states: dict[str, RoutingState] = field(default_factory=dict)


class Route:
    """Gives leads their owner; safe to ask again, from the stream or from the sweep."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def route(self, lead: Lead, now: datetime) -> Change | None:
        """Assign `lead` (as the stream or the sweep saw it); None when it has an owner already.

        Raises Conflict when it lost every one of its tries: the stream delivers again, and the sweep is behind it.
        """
        return self._settle(lead, assign, now)

    def waiting(self) -> Iterator[Lead]:
        """Yield the leads that wait for somebody of their pool, the most urgent first, read as they are asked for."""
        in_order = iter(by_urgency(self._policy, self._store.waiting_in_short()))
        while ids := [lead.id for lead in islice(in_order, READ_AT_ONCE)]:
            yield from self._store.load_all(ids)

    def offer_on(self, lead: Lead, seen: Seen, now: datetime) -> Change | None:
        """Give a waiting lead to somebody of its pool; None when nobody can take it, or it does not wait any more.

        What an earlier lead of the same pass saw of the pool is believed until somebody is found: a full pool costs
        one reading, however many leads wait for it. Raises what `route` raises.
        """
        state = self._seen(lead, seen)
        if offer(self._policy, lead, state.rotation, state.roster, now) is None:
            return None
        del seen.states[state.rotation.pool_id]
        return self._settle(lead, offer, now, state if state.lead and state.lead.id == lead.id else None)

    def freed(self, person_id: str, now: datetime) -> Iterator[Change]:
        """Offer leads on of which somebody who has one open lead less could take one, and yield what changed.

        Somebody without a cap on open leads was not in the way before, so nothing is read for them. Once they have
        taken what they can, the other leads that wait are not read. Raises what `route` raises.
        """
        person = self._policy.people.get(person_id)
        if person is None or person.caps.open is None:
            return
        seen = Seen()
        for lead in self.waiting():
            if person_id in team_for(self._policy, lead)[1] and (change := self.offer_on(lead, seen, now)):
                yield change
                if _is_full(person, change):
                    return

    def _seen(self, lead: Lead, seen: Seen) -> RoutingState:
        pool, people = team_for(self._policy, lead)
        known = seen.states.get(pool.id)
        if known is None or not known.roster.keys() >= set(people):
            known = seen.states[pool.id] = self._store.load_for_routing(lead.id, pool.id, people)
        return known

    def _settle(self, lead: Lead, decide: Decide, now: datetime, read: RoutingState | None = None) -> Change | None:
        """Decide on a lead as stored (as `read` just now, if it was), store the change and arm what comes next.

        The rotation position moves in the owner's transaction; whoever loses the race reads and chooses again.
        """
        pool, people = team_for(self._policy, lead)
        for attempt in range(TRIES):
            state = read if read and attempt == 0 else self._store.load_for_routing(lead.id, pool.id, people)
            change = state.lead and decide(self._policy, state.lead, state.rotation, state.roster, now)
            if not change:
                return None
            try:
                self._store.commit(change)
            except Conflict:
                continue
            self._alarms.arm(change.after, now)
            return change
        raise Conflict(f"lead {lead.id}: lost {TRIES} races for pool {pool.id}")


def _is_full(person: Person, change: Change) -> bool:
    """Tell whether a change gave somebody the last lead that they can have open."""
    taken = next((load.taken for load in change.loads if load.person_id == person.id and load.taken), None)
    return taken is not None and person.caps.open is not None and taken.open >= person.caps.open
