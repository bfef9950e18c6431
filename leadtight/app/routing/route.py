"""Route a lead: one owner, within seconds of its creation; and one of its pool, as soon as somebody there can."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice

from leadtight.app.commit import commit_with_retry, first_read, retry_on_conflict
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore, RoutingState
from leadtight.domain.change import Change
from leadtight.domain.model.capacity import OwnerState, Roster
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.ownership.waitlist import assign_waiting, by_urgency
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.selection import candidates_for

TRIES_TOGETHER = 4
"""Fewer than for one lead: those that lost are routed alone."""

TOGETHER = 8
"""Leads of one transaction, which takes a hundred items: an assignment writes up to eleven, and people and the pool."""

READ_AT_ONCE = 25
FIRST_READ = (50, 500)
"""So many leads that wait are read first where one place is free, and all of them only when those were not enough."""

logger = logging.getLogger(__name__)
Decide = Callable[[Policy, Lead, Rotation, Roster, datetime], Change | None]


@dataclass(frozen=True, slots=True)
class PoolSnapshots:
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

    def route_all(self, leads: Iterable[Lead], now: datetime) -> Iterator[Change]:
        """Assign leads, as `route` does each of them, and yield what changed: those of one pool in few transactions.

        A pool's rotation is one item, which every lead of it moves. So they are decided on in order, each on what the
        one before it left, and stored together; those that cannot be are routed alone. Raises an ExceptionGroup with
        what failed, when the others had their turn.
        """
        failures: list[Exception] = []
        for group in self._by_pool(leads):
            changes = self._assign_together(group, now) if len(group) > 1 else None
            for lead in group if changes is None else ():
                try:
                    changes = [*(changes or ()), *filter(None, [self.route(lead, now)])]
                except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
                    failures.append(error)
            yield from changes or ()
        if failures:
            raise ExceptionGroup("leads not routed", failures)

    def _by_pool(self, leads: Iterable[Lead]) -> Iterator[list[Lead]]:
        """Yield the leads of each pool, in order, as many as one transaction takes."""
        groups: dict[str, list[Lead]] = {}
        for lead in {lead.id: lead for lead in leads}.values():
            groups.setdefault(candidates_for(self._policy, lead)[0].id, []).append(lead)
        for group in groups.values():
            yield from (group[start : start + TOGETHER] for start in range(0, len(group), TOGETHER))

    def _assign_together(self, group: Sequence[Lead], now: datetime) -> Sequence[Change] | None:
        """Store what is decided on leads of one pool in one transaction; None when that failed, for whatever reason."""
        pool = candidates_for(self._policy, group[0])[0]
        people = {person for lead in group for person in candidates_for(self._policy, lead)[1]}

        def attempt() -> Sequence[Change]:
            state = self._store.load_for_routing(group[0].id, pool.id, people)
            changes = self._in_turn(self._store.load_all([lead.id for lead in group]), state, now)
            if changes:
                self._store.commit_all(changes)
            return changes

        try:
            changes = retry_on_conflict(attempt, f"pool {pool.id}", TRIES_TOGETHER)
        except Conflict:
            return None
        except Exception:
            logger.warning("leads_not_routed_together", exc_info=True)
            return None
        for change in changes:
            self._alarms.arm(change.after, now)
        return changes

    def _in_turn(self, leads: Iterable[Lead], state: RoutingState, now: datetime) -> list[Change]:
        """Return what is decided on leads one after the other, each on what the one before it left."""
        rotation, roster, changes = state.rotation, dict(state.roster), list[Change]()
        for lead in leads:
            change = assign(self._policy, lead, rotation, roster, now)
            if change:
                rotation = change.rotation or rotation
                for load in change.loads:
                    owner = roster.get(load.person_id, OwnerState(person_id=load.person_id))
                    roster[load.person_id] = load.taken or replace(owner, open=owner.open + load.by)
                changes.append(change)
        return changes

    def waiting(self) -> Iterator[Lead]:
        """Yield the leads that wait for a person of their pool, the most urgent first, read as they are asked for."""
        return self._read(by_urgency(self._policy, self._store.waiting_in_short()))

    def _read(self, in_short: Iterable[Lead]) -> Iterator[Lead]:
        in_order = iter(in_short)
        while ids := [lead.id for lead in islice(in_order, READ_AT_ONCE)]:
            yield from self._store.load_all(ids)

    def _first_in_line(self) -> Iterator[Lead]:
        """Yield the leads that wait, in short, the most urgent first; of many no more are read than are asked for.

        Of a reading that may have been cut within a deadline, those of that deadline come with the next one.
        """
        read_ids = set[str]()
        for limit in (*FIRST_READ, None):
            leads = self._store.waiting_in_short(limit)
            is_cut = limit is not None and len(leads) == limit
            last = leads[-1].team_promise.deadline if is_cut else None
            whole = [lead for lead in leads if lead.id not in read_ids and lead.team_promise.deadline != last]
            yield from by_urgency(self._policy, whole)
            read_ids |= {lead.id for lead in whole}
            if not is_cut:
                return

    def assign_waiting(self, lead: Lead, snapshots: PoolSnapshots, now: datetime) -> Change | None:
        """Give a waiting lead to somebody of its pool; None when nobody can take it, or it does not wait any more.

        What an earlier lead of the same pass saw of the pool is believed until somebody is found: a full pool costs
        one reading, however many leads wait for it. Raises what `route` raises.
        """
        state = self._snapshot(lead, snapshots)
        if assign_waiting(self._policy, lead, state.rotation, state.roster, now) is None:
            return None
        del snapshots.states[state.rotation.pool_id]
        return self._settle(lead, assign_waiting, now, state if state.lead and state.lead.id == lead.id else None)

    def freed(self, person_id: str, now: datetime) -> Iterator[Change]:
        """Offer leads on of which somebody who has one open lead less could take one, and yield what changed.

        A person without a cap on open leads was not in the way before, so nothing is read for them. Once they have
        taken what they can, the other leads that wait are not read. Raises what `route` raises.
        """
        person = self._policy.people.get(person_id)
        if person is None or person.caps.open is None:
            return
        snapshots = PoolSnapshots()
        for lead in self._read(filter(partial(self._may_go_to, person_id), self._first_in_line())):
            if person_id in team_for(self._policy, lead)[1] and (change := self.assign_waiting(lead, snapshots, now)):
                yield change
                if _is_full(person, change):
                    return

    def _may_go_to(self, person_id: str, short: Lead) -> bool:
        """Tell whether a lead in short waits where a person is; what an edit of the policy moved, the sweep finds."""
        pool = self._policy.pools.get(short.pool_id or "")
        return pool is None or person_id in (*pool.members, short.known_owner_id, short.claimed_by)

    def _snapshot(self, lead: Lead, snapshots: PoolSnapshots) -> RoutingState:
        pool, people = team_for(self._policy, lead)
        state = snapshots.states.get(pool.id)
        if state is None or not state.roster.keys() >= set(people):
            state = snapshots.states[pool.id] = self._store.load_for_routing(lead.id, pool.id, people)
        return state

    def _settle(self, lead: Lead, decide: Decide, now: datetime, read: RoutingState | None = None) -> Change | None:
        """Decide on a lead as stored (as `read` just now, if it was), store the change and arm what comes next.

        The rotation position moves in the owner's transaction; whoever loses the race reads and chooses again.
        """
        pool, people = candidates_for(self._policy, lead)
        return commit_with_retry(
            self._store,
            self._alarms,
            first_read(read, lambda: self._store.load_for_routing(lead.id, pool.id, people)),
            lambda state: decide(self._policy, state.lead, state.rotation, state.roster, now) if state.lead else None,
            now,
            subject=f"lead {lead.id} and pool {pool.id}",
        )


def _is_full(person: Person, change: Change) -> bool:
    """Tell whether a change gave an owner the last lead that they can have open."""
    taken = next((load.taken for load in change.loads if load.person_id == person.id and load.taken), None)
    return taken is not None and person.caps.open is not None and taken.open >= person.caps.open
