"""Assign each lead one owner, within seconds of its creation.

A lead that waits for a pool member is assigned as soon as one is available.
"""

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

TOGETHER = 8
"""Leads in one transaction.

It takes a hundred items: an assignment writes up to eleven, besides people and the pool.
"""

READ_AT_ONCE = 25
FIRST_READ = (50, 500)
"""Sizes of the first reads of waiting leads.

All are read only when these were not enough for one free place.
"""

logger = logging.getLogger(__name__)
Decide = Callable[[Policy, Lead, Rotation, Roster, datetime], Change | None]


@dataclass(frozen=True, slots=True)
class PoolSnapshots:
    """The states of one pass's last reads, by pool."""

    states: dict[str, RoutingState] = field(default_factory=dict)


class Route:
    """Assigns leads to owners, from stream or sweep; idempotent."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms) -> None:
        """Take the policy and the ports."""
        self._policy = policy
        self._store = store
        self._alarms = alarms

    def route(self, lead: Lead, now: datetime) -> Change | None:
        """Assign a lead; None when it has an owner already.

        `lead` is as the stream or the sweep saw it. Raises Conflict when all tries were lost: the stream delivers
        again, and the sweep is behind it.
        """
        return self._settle(lead, assign, now)

    def route_all(self, leads: Iterable[Lead], now: datetime) -> Iterator[Change]:
        """Assign leads, those of one pool together; yield the changes.

        A pool's rotation is one item, which every lead of it moves. So they are decided on in order, each on the result
        of the one before it, and stored together; those that cannot be are routed alone. Raises an ExceptionGroup with
        the failures, after the others had their turn.
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
        """Yield groups of one pool's leads that fit one transaction."""
        groups: dict[str, list[Lead]] = {}
        for lead in {lead.id: lead for lead in leads}.values():
            groups.setdefault(candidates_for(self._policy, lead)[0].id, []).append(lead)
        for group in groups.values():
            yield from (group[start : start + TOGETHER] for start in range(0, len(group), TOGETHER))

    def _assign_together(self, group: Sequence[Lead], now: datetime) -> Sequence[Change] | None:
        """Assign leads of one pool in one transaction.

        Returns None when that failed, for any reason.
        """
        pool = candidates_for(self._policy, group[0])[0]
        people = {person for lead in group for person in candidates_for(self._policy, lead)[1]}

        def attempt() -> Sequence[Change]:
            state = self._store.load_for_routing(group[0].id, pool.id, people)
            changes = self._in_turn(self._store.load_all([lead.id for lead in group]), state, now)
            if changes:
                self._store.commit_all(changes)
            return changes

        try:
            changes = retry_on_conflict(attempt, f"pool {pool.id}")
        except Conflict:
            return None
        except Exception:
            logger.warning("leads_not_routed_together", exc_info=True)
            return None
        for change in changes:
            self._alarms.arm(change.after, now)
        return changes

    def _in_turn(self, leads: Iterable[Lead], state: RoutingState, now: datetime) -> list[Change]:
        """Decide on leads in order, each on the previous result."""
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
        """Yield the leads that wait for a pool member, lazily.

        The most urgent comes first.
        """
        return self._read(by_urgency(self._policy, self._store.waiting_in_short()))

    def _read(self, in_short: Iterable[Lead]) -> Iterator[Lead]:
        in_order = iter(in_short)
        while ids := [lead.id for lead in islice(in_order, READ_AT_ONCE)]:
            yield from self._store.load_all(ids)

    def _first_in_line(self) -> Iterator[Lead]:
        """Yield summaries of waiting leads, most urgent first.

        No more are read than are needed. When a read may have been cut within a deadline, the leads of that deadline
        come with the next read.
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
        """Assign a waiting lead; None when it must wait on.

        It is None when no one can take it, or when it no longer waits. The snapshot of an earlier lead in the same pass
        is believed until an owner is found: a full pool costs one read, however many leads wait for it. Raises what
        `route` raises.
        """
        state = self._snapshot(lead, snapshots)
        if assign_waiting(self._policy, lead, state.rotation, state.roster, now) is None:
            return None
        del snapshots.states[state.rotation.pool_id]
        return self._settle(lead, assign_waiting, now, state if state.lead and state.lead.id == lead.id else None)

    def freed(self, person_id: str, now: datetime) -> Iterator[Change]:
        """Assign waiting leads after a person's capacity was freed.

        Yields the changes. A person without a cap on open leads was not in the way before, so nothing is read for them.
        Once they are full, the other waiting leads are not read. Raises what `route` raises.
        """
        person = self._policy.people.get(person_id)
        if person is None or person.caps.open is None:
            return
        snapshots = PoolSnapshots()
        for lead in self._read(filter(partial(self._may_go_to, person_id), self._first_in_line())):
            if person_id in candidates_for(self._policy, lead)[1] and (
                change := self.assign_waiting(lead, snapshots, now)
            ):
                yield change
                if _is_full(person, change):
                    return

    def _may_go_to(self, person_id: str, short: Lead) -> bool:
        """Return whether a lead may wait for a person.

        The sweep finds leads that an edit of the policy moved.
        """
        pool = self._policy.pools.get(short.pool_id or "")
        return pool is None or person_id in (*pool.members, short.known_owner_id, short.claimed_by)

    def _snapshot(self, lead: Lead, snapshots: PoolSnapshots) -> RoutingState:
        pool, people = candidates_for(self._policy, lead)
        state = snapshots.states.get(pool.id)
        if state is None or not state.roster.keys() >= set(people):
            state = snapshots.states[pool.id] = self._store.load_for_routing(lead.id, pool.id, people)
        return state

    def _settle(self, lead: Lead, decide: Decide, now: datetime, read: RoutingState | None = None) -> Change | None:
        """Decide on a lead, store the change and arm it.

        A state `read` just now saves the first read. The rotation moves in the owner's transaction; after a lost race
        the lead is read and decided again.
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
    """Return whether a change filled an owner's cap."""
    taken = next((load.taken for load in change.loads if load.person_id == person.id and load.taken), None)
    return taken is not None and person.caps.open is not None and taken.open >= person.caps.open
