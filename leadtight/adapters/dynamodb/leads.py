"""Leads in the table: each change is one transaction.

A refused write checks whether an earlier try of its own succeeded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from leadtight.adapters.dynamodb import keys, row_reader
from leadtight.adapters.dynamodb.connection import TableAccess
from leadtight.adapters.dynamodb.guards import FullCounts, take_guard, taken
from leadtight.adapters.dynamodb.people import opt_out_actions, update_person
from leadtight.adapters.dynamodb.rows import EventRow, LeadRow, OwnerRow, PersonRow, RotationRow, TableRow, WaitingRow
from leadtight.adapters.dynamodb.transactions import (
    raise_unless_contention,
    refused_items,
    save_all,
    save_change,
    save_opt_outs,
    save_records,
)
from leadtight.app.ports.leads import NewerLeadExists, RoutingState
from leadtight.domain.model.capacity import OwnerState
from leadtight.domain.model.errors import Conflict, UnreadableRow
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.rotation import Rotation, UnknownRotation

if TYPE_CHECKING:
    from pynamodb.connection.base import Connection

    from leadtight.app.ports.guards import AlreadyTaken, Full, Guard
    from leadtight.domain.change import Change
    from leadtight.domain.model.lead import Lead

CONTENTION_TRIES = 5
AT_ONCE = 100
"""Most items of one BatchGetItem."""

PAGE = 1_000
"""Rows of one Query on the index."""


class LeadAccess(TableAccess):
    """Leads, with the rotations and people that their changes move."""

    def __init__(self, connection: Connection, *, pause: Callable[[float], None]) -> None:
        """Take the connection; no count is known full yet."""
        super().__init__(connection, pause=pause)
        self._counts = FullCounts()

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known_leads: frozenset[str] = frozenset(),
    ) -> AlreadyTaken | Full | NewerLeadExists | None:
        """Store a new lead under its guard: one call."""
        people = tuple(person_keys)
        for attempt in range(CONTENTION_TRIES):
            try:
                self._counts.store(
                    guard, change.after.id, lambda: self._create(change, guard, people, now, known_leads)
                )
            except TransactWriteError as error:
                if earlier := taken(error):
                    return _unless_ours(earlier, change)
                if full := self._counts.full(error, guard, change.after.id):
                    return full
                if known_by := _known(error):
                    return known_by
                raise_unless_contention(error)
                self._step_aside(attempt + 1)
            else:
                return None
        raise Conflict(f"lead {change.after.id}: too many writers at once")

    def _create(
        self, change: Change, guard: Guard, people: Iterable[str], now: datetime, known_leads: frozenset[str]
    ) -> None:
        with TransactWrite(connection=self.connection) as transaction:
            take_guard(transaction, guard, change.after.id, now, self._counts.known)
            left = {x.person_key: x.channels for x in change.opt_outs}
            for key in people:
                lead_id = change.after.id
                latest = lead_id if change.after.receives_messages else PersonRow.latest | lead_id
                actions = [
                    PersonRow.latest.set(latest),
                    PersonRow.lead_ids.add({lead_id}),
                    *opt_out_actions(left.pop(key, ())),
                ]
                update_person(transaction, key, actions, condition=_leads_to_none_but(known_leads))
            save_opt_outs(transaction, left)
            transaction.save(LeadRow.of(change.after), condition=LeadRow.pk.does_not_exist())
            transaction.save(LeadRow.due_of(change.after))
            save_records(transaction, change)

    def merge(
        self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime
    ) -> AlreadyTaken | Full | None:
        """Store a change of a known lead under a guard.

        One call.
        """
        lead_id, people = change.after.id, tuple(person_keys)
        try:
            self._counts.store(guard, lead_id, lambda: self._merge(change, guard, people, now))
        except TransactWriteError as error:
            if earlier := taken(error):
                return None if self.load(lead_id) == change.after else earlier
            if full := self._counts.full(error, guard, lead_id):
                return full
            raise_unless_contention(error)
            self._step_aside()
            raise Conflict(f"lead {lead_id} has moved on") from error
        return None

    def _merge(self, change: Change, guard: Guard, people: Iterable[str], now: datetime) -> None:
        lead_id = change.after.id
        with TransactWrite(connection=self.connection) as transaction:
            take_guard(transaction, guard, lead_id, now, self._counts.known)
            left = {x.person_key: x.channels for x in change.opt_outs}
            for key in people:
                # A person who wrote again from another address is known by it from now on, whatever lead it had before.
                current = lead_id if change.after.is_open else PersonRow.latest | lead_id
                latest = PersonRow.latest.set(current)
                update_person(
                    transaction, key, [latest, PersonRow.lead_ids.add({lead_id}), *opt_out_actions(left.pop(key, ()))]
                )
            save_change(transaction, replace(change, opt_outs=()))
            save_opt_outs(transaction, left)

    def commit(self, change: Change) -> None:
        """Store a change.

        One call, and a second when it is refused, to tell our own write from another.
        """
        try:
            self._commit(change)
        except TransactWriteError as error:
            if self._are_stored([change]):
                return
            raise_unless_contention(error)
            self._step_aside()
            raise Conflict(f"lead {change.after.id} or its pool has moved on") from error
        _measure([change])

    def _commit(self, change: Change) -> None:
        with TransactWrite(connection=self.connection) as transaction:
            save_change(transaction, change)

    def commit_all(self, changes: Sequence[Change]) -> None:
        """Store changes of several leads together.

        One call, and a second when it is refused.
        """
        try:
            with TransactWrite(connection=self.connection) as transaction:
                save_all(transaction, changes)
        except TransactWriteError as error:
            if self._are_stored(changes):
                return
            raise_unless_contention(error)
            self._step_aside()
            raise Conflict(f"lead {changes[0].after.id}, or one with it, or their pool has moved on") from error
        _measure(changes)

    def _are_stored(self, changes: Sequence[Change]) -> bool:
        """Check whether leads and events match these changes.

        One call for each hundred. The lead alone does not tell: two changes may leave it the same.
        """
        wanted = [(keys.lead(change.after.id), keys.LEAD_SK) for change in changes]
        events = {
            (keys.lead(event.lead_id), keys.event(event.at, event.id)): EventRow.of(event).doc
            for change in changes
            for event in change.events
        }
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in row_reader.by_keys([*wanted, *events])}
        return all(
            key in items and row_reader.asked_for(LeadRow, items[key], LeadRow.value) == change.after
            for key, change in zip(wanted, changes, strict=True)
        ) and all(key in items and items[key]["doc"]["S"] == document for key, document in events.items())

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead: one call."""
        return row_reader.one(LeadRow, keys.lead(lead_id), keys.LEAD_SK, LeadRow.value)

    def load_all(self, lead_ids: Sequence[str]) -> Listing[Lead]:
        """Return leads in the order of `lead_ids`.

        One call for each hundred.
        """
        items = row_reader.by_keys((keys.lead(lead_id), keys.LEAD_SK) for lead_id in lead_ids)
        rows = row_reader.listing(LeadRow, items, lambda row: (row.pk, row.value()))
        leads = dict(rows)
        return Listing((leads[pk] for pk in map(keys.lead, lead_ids) if pk in leads), rows.unreadable)

    def load_for_routing(self, lead_id: str, pool_id: str, people: Iterable[str]) -> RoutingState:
        """Return lead, rotation and people: one call.

        A person whose state cannot be read is not assigned new leads; a rotation that cannot be read is unknown.
        """
        people = tuple(people)
        wanted = [(keys.lead(lead_id), keys.LEAD_SK), (keys.pool(pool_id), keys.POOL_SK)]
        wanted += [(keys.owner(p), keys.OWNER_SK) for p in people]
        items = {item["pk"]["S"]: item for item in row_reader.by_keys(wanted)}
        lead, rotation = items.get(keys.lead(lead_id)), items.get(keys.pool(pool_id))
        return RoutingState(
            lead=row_reader.asked_for(LeadRow, lead, LeadRow.value) if lead else None,
            rotation=_rotation(rotation, pool_id),
            roster={p: _owner_state(items.get(keys.owner(p)), p) for p in people},
        )

    def due_leads(
        self, owner_id: str | None, until: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> Listing[Lead]:
        """Return an owner's open leads that are due.

        One call to the index, and one for each hundred leads that it names. They are read from the table, since the
        index may be a moment behind, and an earlier version leaves rows there. Unreadable rows do not count towards the
        limit.
        """
        span = TableRow.gsi1sk.between(keys.due_after(*after), keys.due_by(until)) if after else _due(until)
        items = row_reader.on_index(keys.owner(owner_id), span, page_size=min(limit, PAGE))
        lead_ids = iter(dict.fromkeys(map(_lead_id, items)))
        due: list[tuple[datetime, Lead]] = []
        unreadable: list[Unreadable] = []
        while len(due) < limit and (ids := tuple(islice(lead_ids, AT_ONCE))):
            loaded = self.load_all(ids)
            unreadable += loaded.unreadable
            leads = (lead for lead in loaded if lead.owner_id == owner_id)
            due += [(lead.wake_at, lead) for lead in leads if lead.wake_at and lead.wake_at <= until]
        ordered = sorted(due, key=lambda pair: (pair[0], pair[1].id))
        return Listing((lead for _, lead in ordered[:limit]), unreadable)

    def waiting_in_short(self, limit: int | None = None) -> Listing[Lead]:
        """Return summaries of waiting leads, from the index.

        One call for each two thousand.
        """
        items = row_reader.on_index(keys.WAITING, page_size=limit)
        return row_reader.listing(WaitingRow, items, WaitingRow.value, limit)


def _leads_to_none_but(known_leads: frozenset[str]) -> Condition:
    nobody: Condition = PersonRow.latest.does_not_exist()
    return nobody | PersonRow.latest.is_in(*sorted(known_leads)) if known_leads else nobody


def _known(error: TransactWriteError) -> NewerLeadExists | None:
    """Return the lead ids in refused person items."""
    people = refused_items(error, keys.PERSON_SK)
    latest = (row_reader.asked_for(PersonRow, item, lambda row: row.latest) for item in people)
    lead_ids = frozenset(lead_id for lead_id in latest if lead_id)
    return NewerLeadExists(lead_ids=lead_ids) if lead_ids else None


def _unless_ours(taken: AlreadyTaken, change: Change) -> AlreadyTaken | None:
    """Return the guard's holder, None for our own attempt.

    The answer to that attempt was lost.
    """
    return None if taken.lead_id == change.after.id else taken


def _rotation(item: row_reader.Raw | None, pool_id: str) -> Rotation:
    if item is None:
        return Rotation(pool_id=pool_id)
    try:
        return row_reader.asked_for(RotationRow, item, RotationRow.value)
    except UnreadableRow:
        return UnknownRotation(pool_id=pool_id)


def _owner_state(item: row_reader.Raw | None, person_id: str) -> OwnerState:
    if item is None:
        return OwnerState(person_id=person_id)
    try:
        return row_reader.value(OwnerRow, item, OwnerRow.value)
    except UnreadableRow as error:
        row_reader.report([error.row])
        return OwnerState(person_id=person_id, is_readable=False)


def _lead_id(item: row_reader.Raw) -> str:
    return str(item["pk"]["S"]).removeprefix(keys.lead(""))


def _due(until: datetime) -> Condition:
    due: Condition = TableRow.gsi1sk <= keys.due_by(until)
    return due


def _measure(changes: Sequence[Change]) -> None:
    """Write metrics of stored changes, in a deployed function."""
    if not os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        return
    from leadtight.adapters.dynamodb import lead_metrics  # imported here: a new lead needs none

    lead_metrics.write(changes)
