"""Leads in memory: every change is one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from leadtight.adapters.memory.guards import MemoryGuards
from leadtight.adapters.memory.people import MemoryPeople
from leadtight.adapters.memory.rows import FreedCapacity, id_of
from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
from leadtight.app.ports.leads import NewerLeadExists, RoutingState
from leadtight.domain.change import Change
from leadtight.domain.model.capacity import Load, OwnerState
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.lead_summary import summarize
from leadtight.domain.model.listing import Listing
from leadtight.domain.model.rotation import Rotation, UnknownRotation


class MemoryLeads(MemoryGuards, MemoryPeople):
    """Leads, with the rotations and people that their changes move."""

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known_leads: frozenset[str] = frozenset(),
    ) -> AlreadyTaken | Full | NewerLeadExists | None:
        """Store a new lead under its guard."""
        people = tuple(person_keys)
        with self._lock:
            if earlier := self._taken(guard, now):
                return None if earlier.lead_id == change.after.id else earlier
            if full := self._full(guard):
                return full
            if unknown := frozenset(self._latest[key] for key in people if key in self._latest) - known_leads:
                return NewerLeadExists(lead_ids=unknown)
            self._take(guard, change.after.id)
            latest = dict.fromkeys(people, change.after.id)
            self._latest = self._latest | latest if change.after.receives_messages else latest | self._latest
            self._put(change)
            for key in people:
                self._leads_of[key] = self._leads_of.get(key, frozenset()) | {change.after.id}
            self.inserted.append(change.after)
            return None

    def merge(
        self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime
    ) -> AlreadyTaken | Full | None:
        """Store a change of a known lead under a guard."""
        with self._lock:
            is_stored = self._leads.get(change.after.id) == change.after
            if earlier := self._taken(guard, now):
                return None if is_stored else earlier
            if is_stored:
                raise Conflict(f"lead {change.after.id} has moved on by an identical inquiry of another person")
            if full := self._full(guard):
                return full
            self.commit(change)
            self._take(guard, change.after.id)
            people = tuple(person_keys)
            latest = dict.fromkeys(people, change.after.id)
            self._latest = self._latest | latest if change.after.is_open else latest | self._latest
            for key in people:
                self._leads_of[key] = self._leads_of.get(key, frozenset()) | {change.after.id}
            return None

    def commit(self, change: Change) -> None:
        """Store a change if lead and rotation are unchanged since."""
        with self._lock:
            if self._are_stored([change]):
                return
            stored = self._leads.get(change.after.id)
            if stored is None or change.before is None or stored.version != change.before.version:
                raise Conflict(f"lead {change.after.id} has moved on")
            self._check_rotation(change)
            self._check_loads(change)
            self._put(change)

    def commit_all(self, changes: Sequence[Change]) -> None:
        """Store successive changes, all or none."""
        with self._lock:
            if self._are_stored(changes):
                return
            for change in changes:
                stored = self._leads.get(change.after.id)
                if stored is None or change.before is None or stored.version != change.before.version:
                    raise Conflict(f"lead {change.after.id} has moved on")
            first = {change.rotation.pool_id: change for change in reversed(changes) if change.rotation}
            for change in first.values():
                self._check_rotation(change)
            loads = reversed([load for change in changes for load in change.loads if load.taken])
            for load in {load.person_id: load for load in loads}.values():
                self._check_load(load)
            for change in changes:
                self._put(change)

    def _are_stored(self, changes: Sequence[Change]) -> bool:
        return all(
            self._leads.get(change.after.id) == change.after
            and all(self._events.get((event.lead_id, event.id)) == event for event in change.events)
            for change in changes
        )

    def _check_rotation(self, change: Change) -> None:
        moved = change.rotation
        if moved and self._rotations.get(moved.pool_id, Rotation(pool_id=moved.pool_id)).turn != moved.turn - 1:
            raise Conflict(f"pool {moved.pool_id} has moved on")

    def _check_loads(self, change: Change) -> None:
        for load in change.loads:
            self._check_load(load)

    def _check_load(self, load: Load) -> None:
        if load.taken and self._owner(load.person_id).turn != load.taken.turn - 1:
            raise Conflict(f"{load.person_id} has been given another lead")

    def _put(self, change: Change) -> None:
        self._put_loads(change)
        self._leads[change.after.id] = change.after
        if change.rotation:
            self._rotations[change.rotation.pool_id] = change.rotation
        for left in change.opt_outs:
            for channel in left.channels:
                self.suppress(left.person_key, channel)
        for event in change.events:
            self._events[event.lead_id, event.id] = event
        self._consents += change.consents
        for message in change.messages:
            self._messages[message.lead_id, message.id] = message
            self.inserted.append(message)
        self.inserted += [FreedCapacity(person_id=person) for person in change.freed]

    def _put_loads(self, change: Change) -> None:
        for load in change.loads:
            state = self._owner(load.person_id)
            if load.taken:
                state = replace(state, turn=load.taken.turn, recent=load.taken.recent)
            self._owners[load.person_id] = replace(state, open=state.open + load.by)

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead."""
        self._check_readable("lead", lead_id)
        return self._leads.get(lead_id)

    def load_all(self, lead_ids: Sequence[str]) -> Listing[Lead]:
        """Return leads."""
        with self._lock:
            return self._listing("lead", (self._leads[i] for i in lead_ids if i in self._leads), id_of)

    def load_for_routing(self, lead_id: str, pool_id: str, people: Iterable[str]) -> RoutingState:
        """Return lead, rotation and people."""
        with self._lock:
            return RoutingState(
                lead=self.load(lead_id),
                rotation=self._rotation(pool_id),
                roster={p: self._state(p) for p in people},
            )

    def _rotation(self, pool_id: str) -> Rotation:
        if ("rotation", pool_id) in self.spoiled:
            return UnknownRotation(pool_id=pool_id)
        return self._rotations.get(pool_id, Rotation(pool_id=pool_id))

    def _state(self, person_id: str) -> OwnerState:
        if ("owner", person_id) in self.spoiled:
            return OwnerState(person_id=person_id, is_readable=False)
        return self._owner(person_id)

    def due_leads(
        self, owner_id: str | None, until: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> Listing[Lead]:
        """Return an owner's open leads that are due."""
        with self._lock:
            due = [
                ((lead.wake_at, lead.id), lead)
                for lead in self._leads.values()
                if lead.owner_id == owner_id and lead.wake_at and lead.wake_at <= until and lead.is_open
            ]
        later = [pair for pair in due if after is None or pair[0] > after]
        ordered = (lead for _, lead in sorted(later, key=lambda pair: pair[0]))
        return self._listing("lead", ordered, id_of, limit)

    def waiting_in_short(self, limit: int | None = None) -> Listing[Lead]:
        """Return the waiting leads."""
        with self._lock:
            waiting = [summarize(lead) for lead in self._leads.values() if lead.is_waiting]
        in_order = sorted(waiting, key=lambda lead: (lead.team_promise.deadline, lead.id))
        return self._listing("waiting", in_order, id_of, limit)
