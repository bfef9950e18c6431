"""The table in DynamoDB: every change is one transaction, and every refused write asks whether it was its own."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import groupby, islice
from typing import TYPE_CHECKING

from pynamodb.exceptions import PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from leadtight.adapters.aws.outages import is_refused_for_good
from leadtight.adapters.dynamodb import keys, row_reader, time_limit
from leadtight.adapters.dynamodb.rows import (
    AlertsRow,
    BoardRow,
    EventRow,
    GuardRow,
    LeadRow,
    MailRow,
    MessageRow,
    OwnerRow,
    PersonRow,
    RotationRow,
    Row,
    WaitingRow,
)
from leadtight.app.ports.board import MOST_COUNTED, HeldCounts
from leadtight.app.ports.guards import Full, Guard, Taken
from leadtight.app.ports.history import HistoryPage
from leadtight.app.ports.leads import Known, RoutingState
from leadtight.domain.calendar.timestamps import to_text
from leadtight.domain.change import Change
from leadtight.domain.model.capacity import Load, OwnerState
from leadtight.domain.model.errors import Conflict, NotStorable, Problem, UnreadableRow
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.message import OWED, Channel, Message, Status
from leadtight.domain.model.rotation import Rotation, UnknownRotation
from leadtight.domain.views.board import OnBoard, on_board

if TYPE_CHECKING:
    from leadtight.adapters.dynamodb.form_rows import Place
    from leadtight.domain.compliance.send_limits import Budget, SentLately
    from leadtight.domain.compliance.send_permission import Suppression
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.notifications.interruptions import Alerts

CONTENTION_TRIES = 5
APART_SECONDS = (0.005, 0.1)
AT_ONCE = 100
"""Items that one BatchGetItem takes."""

MOST_REMEMBERED = 10_000
"""Counts that this process remembers to be full."""

TIME_LIMIT = "leadtight-time-limit"
PAGE = 1_000
"""Rows that one Query asks the index for."""

_CONDITION_FAILED = "ConditionalCheckFailed"
_CONTENTION = frozenset({"TransactionConflict"})


class DynamoTable:
    """LeadStore, Outbox and EventLog over one DynamoDB table."""

    def __init__(self, table_name: str, region: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Bind the rows to a table; one connection serves them all."""
        self._pause = pause
        self._full_counts: set[Place] = set()
        Row.Meta.table_name = table_name
        Row.Meta.region = region  # type: ignore[attr-defined]  # pynamodb reads it, its protocol does not name it
        self.connection = Row._get_connection().connection  # noqa: SLF001 - pynamodb has no public way to share it

    def connect(self) -> None:
        """Make the client now, as a cold start does well to, and let it begin no call when time is up."""
        self.connection.client.meta.events.register_first("before-send", time_limit.calls.check, unique_id=TIME_LIMIT)

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known: frozenset[str] = frozenset(),
    ) -> Taken | Full | Known | None:
        """Store a new lead under its guard: one call."""
        people = tuple(person_keys)
        for attempt in range(CONTENTION_TRIES):
            try:
                self._counted(guard, change.after.id, lambda: self._create(change, guard, people, now, known))
            except TransactWriteError as error:
                if found := taken(error):
                    return _unless_ours(found, change)
                if full := self._full(error, guard, change.after.id):
                    return full
                if known_by := _known(error):
                    return known_by
                raise_unless_contention(error)
                self._pause(random.uniform(*APART_SECONDS) * (attempt + 1))
            else:
                return None
        raise Conflict(f"lead {change.after.id}: too many writers at once")

    def _create(
        self, change: Change, guard: Guard, people: Iterable[str], now: datetime, known: frozenset[str]
    ) -> None:
        with TransactWrite(connection=self.connection) as transaction:
            take_guard(transaction, guard, change.after.id, now, self._full_counts)
            left = {x.person_key: x.channels for x in change.opt_outs}
            for key in people:
                lead_id = change.after.id
                latest = lead_id if change.after.leads_its_person else PersonRow.latest | lead_id
                actions = [PersonRow.latest.set(latest), PersonRow.lead_ids.add({lead_id}), *_left(left.pop(key, ()))]
                _update_person(transaction, key, actions, condition=_leads_to_none_but(known))
            _save_left(transaction, left)
            transaction.save(LeadRow.of(change.after), condition=LeadRow.pk.does_not_exist())
            transaction.save(LeadRow.due_of(change.after))
            _save_records(transaction, change)

    def merge(self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime) -> Taken | Full | None:
        """Store a change of a known lead under a guard: one call."""
        lead_id, people = change.after.id, tuple(person_keys)
        try:
            self._counted(guard, lead_id, lambda: self._merge(change, guard, people, now))
        except TransactWriteError as error:
            if found := taken(error):
                return None if self.load(lead_id) == change.after else found
            if full := self._full(error, guard, lead_id):
                return full
            raise_unless_contention(error)
            self._pause(random.uniform(*APART_SECONDS))
            raise Conflict(f"lead {lead_id} has moved on") from error
        return None

    def _merge(self, change: Change, guard: Guard, people: Iterable[str], now: datetime) -> None:
        lead_id = change.after.id
        with TransactWrite(connection=self.connection) as transaction:
            take_guard(transaction, guard, lead_id, now, self._full_counts)
            left = {x.person_key: x.channels for x in change.opt_outs}
            for key in people:
                # Who wrote again by another address is known by it from now on, whatever ended there before.
                current = lead_id if change.after.is_open else PersonRow.latest | lead_id
                latest = PersonRow.latest.set(current)
                _update_person(transaction, key, [latest, PersonRow.lead_ids.add({lead_id}), *_left(left.pop(key, ()))])
            _save_change(transaction, replace(change, opt_outs=()))
            _save_left(transaction, left)

    def _counted(self, guard: Guard, item_id: str, store: Callable[[], None]) -> None:
        """Store what is counted where there is room: the place that is tried first, but near the limit."""
        while True:
            try:
                return store()
            except TransactWriteError as error:
                if taken(error) or not self._noted_full(error, guard, item_id) or self._full(error, guard, item_id):
                    raise

    def _noted_full(self, error: TransactWriteError, guard: Guard, item_id: str) -> bool:
        """Remember which places had no room, and tell whether any was news."""
        refused = _refused_counts(error)
        if not refused:
            return False
        from leadtight.adapters.dynamodb.form_rows import places

        news = {place for one in guard.counts for place in places(one, item_id) if place[0] in refused}
        news -= self._full_counts
        if len(self._full_counts) > MOST_REMEMBERED:
            self._full_counts.clear()
        self._full_counts |= news
        return bool(news)

    def _full(self, error: TransactWriteError, guard: Guard, item_id: str) -> Full | None:
        """Return the count that has no room anywhere."""
        refused = _refused_counts(error)
        if not refused:
            return None
        from leadtight.adapters.dynamodb.form_rows import places

        for one in guard.counts:
            every = {*places(one, item_id)}
            if every <= self._full_counts and refused & {partition for partition, _ in every}:
                return Full(key=one.key)
        return None

    def taken_by(self, guard: Guard, now: datetime) -> Taken | None:
        """Return who has taken a guard: one call."""
        partition, still = keys.guard(guard.source, guard.key), to_text(now)
        return row_reader.one(GuardRow, partition, keys.GUARD_SK, lambda row: _taken_still(row, still))

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead as it is now: one call."""
        return row_reader.one(LeadRow, keys.lead(lead_id), keys.LEAD_SK, LeadRow.value)

    def load_for_routing(self, lead_id: str, pool_id: str, people: Iterable[str]) -> RoutingState:
        """Return lead, rotation and people: one call.

        A person whose state cannot be read takes no new leads; a rotation that cannot be read is unknown.
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

    def commit(self, change: Change) -> None:
        """Store a change: one call, and a second to tell our own work from somebody else's when it is refused."""
        try:
            self._commit(change)
        except TransactWriteError as error:
            if self._are_stored([change]):
                return
            raise_unless_contention(error)
            self._pause(random.uniform(*APART_SECONDS))  # racers that retry in step would meet again
            raise Conflict(f"lead {change.after.id} or its pool has moved on") from error

    def _commit(self, change: Change) -> None:
        with TransactWrite(connection=self.connection) as transaction:
            _save_change(transaction, change)

    def commit_all(self, changes: Sequence[Change]) -> None:
        """Store changes of several leads: one call, and a second when it is refused."""
        try:
            with TransactWrite(connection=self.connection) as transaction:
                _save_all(transaction, changes)
        except TransactWriteError as error:
            if self._are_stored(changes):
                return
            raise_unless_contention(error)
            self._pause(random.uniform(*APART_SECONDS))
            raise Conflict(f"lead {changes[0].after.id}, or one with it, or their pool has moved on") from error

    def _are_stored(self, changes: Sequence[Change]) -> bool:
        """Tell whether leads and events are as these changes leave them: one call for each hundred.

        The lead alone does not tell: two changes may leave it the same.
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

    def leads_of(self, person_keys: Iterable[str]) -> Listing[str]:
        """Return the ids of all leads of a person: one call."""
        found = row_reader.listing(PersonRow, _people(person_keys), lambda row: row.lead_ids or ())
        return Listing(sorted({lead_id for ids in found for lead_id in ids}), found.unreadable)

    def consents(self, person_keys: Iterable[str]) -> Listing[ConsentRecord]:
        """Return what a person was asked to agree to: one call for each key."""
        from leadtight.adapters.dynamodb.form_rows import ConsentRow

        people = map(keys.person, person_keys)
        items = (item for person in people for item in row_reader.in_partition(person, keys.CONSENT_PREFIX))
        found = row_reader.listing(ConsentRow, items, ConsentRow.value)
        return Listing(sorted(found, key=lambda record: (record.at, record.id)), found.unreadable)

    def history(self, lead_id: str) -> Listing[Event]:
        """Return a lead's events, oldest first."""
        items = row_reader.in_partition(keys.lead(lead_id), keys.EVENT_PREFIX)
        return row_reader.listing(EventRow, items, EventRow.value)

    def history_page(self, lead_id: str, most: int, before: str | None = None) -> HistoryPage:
        """Return the latest events of a lead: one call for each megabyte of them, and no more than four."""
        from leadtight.adapters.dynamodb import (
            history as history_reading,  # here, for intake starts without what pages read
        )

        return history_reading.page(lead_id, most, before)

    def due_leads(
        self, owner_id: str | None, before: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> Listing[Lead]:
        """Return an owner's open leads that are due: a call to the index, and one for each hundred that it names.

        What the index names is asked for again, for it may be a moment behind, and a version before leaves rows there.
        Rows that cannot be read take no other lead's place.
        """
        span = Row.gsi1sk.between(keys.due_after(*after), keys.due_by(before)) if after else _due(before)
        items = row_reader.on_index(keys.owner(owner_id), span, page_size=min(limit, PAGE))
        named = iter(dict.fromkeys(map(_lead_id, items)))
        due: list[tuple[datetime, Lead]] = []
        unreadable: list[Unreadable] = []
        while len(due) < limit and (ids := tuple(islice(named, AT_ONCE))):
            found = self.load_all(ids)
            unreadable += found.unreadable
            leads = (lead for lead in found if lead.owner_id == owner_id)
            due += [(lead.wake_at, lead) for lead in leads if lead.wake_at and lead.wake_at <= before]
        ordered = sorted(due, key=lambda pair: (pair[0], pair[1].id))
        return Listing((lead for _, lead in ordered[:limit]), unreadable)

    def load_all(self, lead_ids: Sequence[str]) -> Listing[Lead]:
        """Return leads as they are now, in the order asked for: one call for each hundred."""
        items = row_reader.by_keys((keys.lead(lead_id), keys.LEAD_SK) for lead_id in lead_ids)
        found = row_reader.listing(LeadRow, items, lambda row: (row.pk, row.value()))
        leads = dict(found)
        return Listing((leads[pk] for pk in map(keys.lead, lead_ids) if pk in leads), found.unreadable)

    def waiting_in_short(self, limit: int | None = None) -> Listing[Lead]:
        """Return leads that wait for their pool, from the index: one call for each two thousand."""
        items = row_reader.on_index(keys.WAITING, page_size=limit)
        return row_reader.listing(WaitingRow, items, WaitingRow.value, limit)

    def owners(self) -> tuple[str, ...]:
        """Return everybody who was ever given a lead, from the index: their names are its keys, whatever the rows."""
        return tuple(item["gsi1sk"]["S"] for item in row_reader.on_index(keys.OWNERS))

    def open_on_board(self, limit: int) -> Listing[OnBoard]:
        """Return open leads in short, from the index: a call for each shard, and for each two thousand leads there."""
        shards = [row_reader.on_index(shard, page_size=limit) for shard in keys.boards()]
        items = merge(*shards, key=lambda item: str(item["gsi1sk"]["S"]))
        return row_reader.listing(BoardRow, items, BoardRow.value, limit)

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the excluded leads recorded in [start, end): one call for each UTC day that it touches."""
        recorded = Row.gsi1sk.between(to_text(start), to_text(end))
        days = (start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date())
        partitions = (keys.excluded(days[0] + timedelta(days=n)) for n in range((days[1] - days[0]).days + 1))
        return min(MOST_COUNTED, sum(Row.due.count(each, recorded, limit=MOST_COUNTED) for each in partitions))

    def held_counts(self) -> HeldCounts:
        """Return how many deliveries are held: two calls."""
        waiting, suspected = (Row.due.count(kind, limit=MOST_COUNTED) for kind in (keys.HELD_OPEN, keys.HELD_SUSPECTED))
        return HeldCounts(waiting=waiting, suspected=suspected)

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Switch a person away, or back."""
        away = OwnerRow.away_until.set(to_text(until)) if until else OwnerRow.away_until.remove()
        OwnerRow(keys.owner(person_id), keys.OWNER_SK).update([away, *_registered(person_id)])

    def owe(self, message: Message) -> bool:
        """Put a message into the outbox that no change brings: one call."""
        try:
            MessageRow.of(message).save(condition=MessageRow.pk.does_not_exist())
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take an owed message whose time has come: one call."""
        row = MessageRow(keys.lead(lead_id), keys.message(message_id))
        at = keys.due(lease_until, f"{lead_id}#{message_id}")
        actions: list[Action] = [
            MessageRow.status.set(Status.CLAIMED.value),
            MessageRow.holder.set(holder),
            MessageRow.next_try_at.set(to_text(lease_until)),
            MessageRow.gsi1sk.set(at),
            MessageRow.attempts.set(MessageRow.attempts + 1),
        ]
        due = MessageRow.status.is_in(*OWED) & (MessageRow.next_try_at <= to_text(now))
        try:
            row.update(actions, condition=due)
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            return self._claimed_by(lead_id, message_id, holder)
        return row.value()

    def _claimed_by(self, lead_id: str, message_id: str, holder: str) -> Message | None:
        return self._find(lead_id, message_id, lambda row: _if_claimed_by(row, holder))

    def finish(self, message: Message, event: Event | None) -> None:
        """Store what became of a claim, unless a confirmation came first: one call."""
        ours = (MessageRow.status == Status.CLAIMED.value) & (MessageRow.attempts == message.attempts)
        self._store_message(message, event, ours)

    def confirm(self, message: Message, event: Event) -> bool:
        """Store what the provider reported, once."""
        news = ~MessageRow.status.is_in(message.status.value, Status.BOUNCED.value)
        return self._store_message(message, event, MessageRow.pk.exists() & news)

    def _store_message(self, message: Message, event: Event | None, condition: Condition) -> bool:
        try:
            with TransactWrite(connection=self.connection) as transaction:
                transaction.save(MessageRow.of(message), condition=condition)
                if event:
                    transaction.save(EventRow.of(event))
                if message.provider_id:
                    transaction.save(MailRow.of(message))
        except TransactWriteError as error:
            if not _refused(error):
                raise
            return False
        return True

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""
        return self._find(lead_id, message_id, MessageRow.value)

    def _find(self, lead_id: str, message_id: str, read: Callable[[MessageRow], Message | None]) -> Message | None:
        return row_reader.one(MessageRow, keys.lead(lead_id), keys.message(message_id), read)

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message that the provider knows by this id."""
        ids = row_reader.one(MailRow, keys.mail(provider_id), keys.MAIL_SK, lambda row: (row.lead_id, row.message_id))
        return self.find(*ids) if ids else None

    def due(self, before: datetime, limit: int) -> Listing[Message]:
        """Return owed messages that are due and wait for no digest, from the index."""
        from leadtight.adapters.dynamodb import (
            outbox_window,  # here, for intake starts without what only the sweep reads
        )

        return outbox_window.due(before, limit)

    def queued(self, before: datetime, limit: int) -> Listing[Message]:
        """Return messages whose digest is due, from the index."""
        from leadtight.adapters.dynamodb import outbox_window

        return outbox_window.queued(before, limit)

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return what a person has opted out of. Raises UnreadableRow: who may have left is not written to."""
        from leadtight.domain.compliance.send_permission import (
            Suppression,  # here, for intake starts without the rules of sending
        )

        none: frozenset[Channel] = frozenset()
        left = (row_reader.asked_for(PersonRow, item, PersonRow.channels) for item in _people(person_keys))
        return Suppression(channels=none.union(*left))

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record that a channel must not be used."""
        PersonRow(keys.person(person_key), keys.PERSON_SK).update([*_left({channel}), _kind(PersonRow)])

    def messages(self, lead_id: str) -> Listing[Message]:
        """Return all messages of a lead, oldest first."""
        items = row_reader.in_partition(keys.lead(lead_id), keys.MESSAGE_PREFIX)
        found = row_reader.listing(MessageRow, items, MessageRow.value)
        return Listing(sorted(found, key=lambda m: (m.created_at, m.id)), found.unreadable)

    def alerts(self, person_id: str) -> Alerts:
        """Return somebody's interruptions: one call."""
        from leadtight.domain.notifications.interruptions import (
            Alerts,  # here, for intake starts without the rules of interrupting
        )

        stored = row_reader.one(AlertsRow, keys.owner(person_id), keys.ALERTS_SK, AlertsRow.value)
        return stored or Alerts(person_id=person_id)

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of somebody's interruptions: one call, and a second to know our own when refused."""
        unmoved = AlertsRow.turn == alerts.turn - 1 if alerts.turn > 1 else AlertsRow.pk.does_not_exist()
        try:
            AlertsRow.of(alerts).save(condition=unmoved)
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
            if self.alerts(alerts.person_id) != alerts:
                self._pause(random.uniform(*APART_SECONDS))
                raise Conflict(f"{alerts.person_id} was alerted meanwhile") from error

    def sent_lately(self, key: str) -> SentLately:
        """Return what went to an address: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.sent_lately(key)

    def keep_sent(self, lately: SentLately) -> None:
        """Store the next state of what went to an address: one call, and a second to know our own when refused."""
        from leadtight.adapters.dynamodb import sent_rows

        sent_rows.keep_sent(lately)

    def spend(self, budget: Budget) -> int | None:
        """Count one more of a budget: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.spend(budget)

    def spent(self, key: str) -> int:
        """Return how many of a budget were counted: one call."""
        from leadtight.adapters.dynamodb import sent_rows

        return sent_rows.spent(key)

    def taken_of(self, asked: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return the pairs whose guard is taken: a call for every hundred."""
        pairs, still = {keys.guard(source, key): (source, key) for source, key in asked}, to_text(now)
        items = row_reader.by_keys((pk, keys.GUARD_SK) for pk in pairs)
        found = row_reader.listing(GuardRow, items, lambda row: row.pk if row.taken_until > still else None)
        return frozenset(pairs[pk] for pk in found if pk is not None)

    def events_on(self, day: date) -> Listing[Event]:
        """Return the events of one UTC day, from the index."""
        items = (item for shard in keys.days(day) for item in row_reader.on_index(shard))
        found = row_reader.listing(EventRow, items, EventRow.value)
        return Listing(sorted(found, key=lambda e: (e.at, e.lead_id, e.id)), found.unreadable)


def _people(person_keys: Iterable[str]) -> Iterator[row_reader.Raw]:
    return row_reader.by_keys((keys.person(key), keys.PERSON_SK) for key in person_keys)


def _taken_still(row: GuardRow, now: str) -> Taken | None:
    return _taken(row) if row.taken_until > now else None


def _if_claimed_by(row: MessageRow, holder: str) -> Message | None:
    return row.value() if row.status == Status.CLAIMED and row.holder == holder else None


def _lead_id(item: row_reader.Raw) -> str:
    return str(item["pk"]["S"]).removeprefix(keys.lead(""))


def _due(before: datetime) -> Condition:
    due: Condition = Row.gsi1sk <= keys.due_by(before)
    return due


def take_guard(
    transaction: TransactWrite, guard: Guard, lead_id: str, now: datetime, full: Container[Place] = ()
) -> None:
    """Take a guard as the first item of a transaction, where `taken` looks for it, and count it.

    What counts is known to be `full` in some places.
    """
    free = GuardRow.pk.does_not_exist() | (GuardRow.taken_until <= to_text(now))
    transaction.save(GuardRow.of(guard, lead_id), condition=free, return_values="ALL_OLD")
    if guard.counts:
        from leadtight.adapters.dynamodb import form_rows

        for one in guard.counts:
            form_rows.count(transaction, one, lead_id, full)


def _update_person(
    transaction: TransactWrite, key: str, actions: Sequence[Action], condition: Condition | None = None
) -> None:
    """Update a person; refused, the transaction says what it found: `_known` reads it."""
    row = PersonRow(keys.person(key), keys.PERSON_SK)
    transaction.update(row, [*actions, _kind(PersonRow)], condition=condition, return_values="ALL_OLD")


def _leads_to_none_but(known: frozenset[str]) -> Condition:
    nobody: Condition = PersonRow.latest.does_not_exist()
    return nobody | PersonRow.latest.is_in(*sorted(known)) if known else nobody


def _save_all(transaction: TransactWrite, changes: Sequence[Change]) -> None:
    """Save changes that follow one another: each lead, and once what they share, from its first state to its last."""
    rotations = [change.rotation for change in changes if change.rotation]
    if rotations:
        transaction.save(RotationRow.of(rotations[-1]), condition=_not_moved(rotations[0]))
    for _, theirs in groupby(sorted((x for c in changes for x in c.loads), key=_of_person), key=_of_person):
        loads = tuple(theirs)
        taken = [load.taken for load in loads if load.taken]
        by = sum(load.by for load in loads)
        _save_load(transaction, loads[0].person_id, by, taken[0] if taken else None, taken[-1] if taken else None)
    for change in changes:
        _save_lead(transaction, change)


def _of_person(load: Load) -> str:
    return load.person_id


def _save_change(transaction: TransactWrite, change: Change) -> None:
    if change.rotation:
        transaction.save(RotationRow.of(change.rotation), condition=_not_moved(change.rotation))
    for load in change.loads:
        _save_load(transaction, load.person_id, load.by, load.taken, load.taken)
    _save_lead(transaction, change)


def _save_lead(transaction: TransactWrite, change: Change) -> None:
    before = change.before
    unchanged = LeadRow.version == before.version if before else LeadRow.pk.does_not_exist()
    transaction.save(LeadRow.of(change.after), condition=unchanged)
    transaction.save(LeadRow.due_of(change.after))
    if change.after.is_waiting or (before and before.is_waiting):
        transaction.save(WaitingRow.of(change.after))
    _save_left(transaction, {x.person_key: x.channels for x in change.opt_outs})
    _save_records(transaction, change)


def _save_records(transaction: TransactWrite, change: Change) -> None:
    if change.before is None or on_board(change.before) != on_board(change.after):
        transaction.save(BoardRow.of(change.after))
    freed = iter(change.freed)
    for event in change.events:
        transaction.save(EventRow.of(event, frees=next(freed, None)))
    for message in change.messages:
        transaction.save(MessageRow.of(message))
    if change.consents:
        from leadtight.adapters.dynamodb import form_rows

        for record in change.consents:
            form_rows.keep(transaction, record)


def _save_load(
    transaction: TransactWrite, person_id: str, by: int, first: OwnerState | None, last: OwnerState | None
) -> None:
    """Move a person's open leads; assignments that asked for their state hold only if no other assignment came since.

    `first` and `last` are what those make of the state.
    """
    row = OwnerRow(keys.owner(person_id), keys.OWNER_SK)
    actions: list[Action] = [OwnerRow.open_leads.add(by)]
    unmoved = None
    if first and last:
        recent = json.dumps([to_text(at) for at in last.recent])
        actions += [OwnerRow.turn.set(last.turn), OwnerRow.recent.set(recent)]
        unmoved = OwnerRow.turn == first.turn - 1 if first.turn > 1 else OwnerRow.turn.does_not_exist()
    transaction.update(row, [*actions, *_registered(person_id)], condition=unmoved)


def _left(channels: Iterable[Channel]) -> list[Action]:
    """Return the action that ends channels for a person, if any."""
    left = {channel.value for channel in channels}
    return [PersonRow.suppressed.add(left)] if left else []


def _save_left(transaction: TransactWrite, left: Mapping[str, Iterable[Channel]]) -> None:
    """End channels by person key; a transaction may touch each key's item only once."""
    for key, channels in left.items():
        _update_person(transaction, key, _left(channels))


def _registered(person_id: str) -> tuple[Action, ...]:
    """Return the actions that list a person among all who were ever given a lead, in the policy still or not."""
    return OwnerRow.gsi1pk.set(keys.OWNERS), OwnerRow.gsi1sk.set(person_id), _kind(OwnerRow)


def _kind(row: type[Row]) -> Action:
    """Return the action that names the row's kind: an update that creates an item must say what it is."""
    action: Action = row.kind.set(row)
    return action


def _not_moved(rotation: Rotation) -> Condition:
    return RotationRow.turn == rotation.turn - 1 if rotation.turn > 1 else RotationRow.pk.does_not_exist()


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


def taken(error: TransactWriteError) -> Taken | None:
    """Return who holds the guard, which is the first item of the transaction."""
    return next(taken_each(error), None)


def taken_each(error: TransactWriteError) -> Iterator[Taken | None]:
    """Yield who holds the guard of every second item of the transaction, None where it was free."""
    for reason in error.cancellation_reasons[::2]:
        if reason is None or reason.code != _CONDITION_FAILED or not reason.raw_item:
            yield None
        else:
            yield row_reader.asked_for(GuardRow, reason.raw_item, _taken)


def _taken(row: GuardRow) -> Taken:
    return Taken(lead_id=row.lead_id, fingerprint=row.fingerprint)


def _unless_ours(taken: Taken, change: Change) -> Taken | None:
    """Return who took the guard, unless an attempt of ours did whose answer was lost."""
    return None if taken.lead_id == change.after.id else taken


def _refused_counts(error: TransactWriteError) -> frozenset[str]:
    """Return the partitions of the counts that had no room."""
    return frozenset(item["pk"]["S"] for item in _refused_items(error, keys.COUNT_SK))


def _known(error: TransactWriteError) -> Known | None:
    """Return the leads that the refused person items lead to."""
    people = _refused_items(error, keys.PERSON_SK)
    latest = (row_reader.asked_for(PersonRow, item, lambda row: row.latest) for item in people)
    found = frozenset(lead_id for lead_id in latest if lead_id)
    return Known(lead_ids=found) if found else None


def _refused_items(error: TransactWriteError, sort: str) -> Iterator[row_reader.Raw]:
    """Yield what stood where a condition failed, of the items under a sort key that were asked to say."""
    for reason in error.cancellation_reasons:
        if reason and reason.code == _CONDITION_FAILED and reason.raw_item and reason.raw_item["sk"]["S"] == sort:
            yield reason.raw_item


def _refused(error: TransactWriteError) -> bool:
    return any(reason and reason.code == _CONDITION_FAILED for reason in error.cancellation_reasons)


def raise_unless_contention(error: TransactWriteError) -> None:
    """Raise what is neither a refused condition nor a race: a throttle or an outage must be seen.

    Raises NotStorable for what the table will never take: trying again, later or elsewhere, changes nothing.
    """
    if is_refused_for_good(error):
        raise NotStorable([Problem("body", "is too large to be stored with what is known already")]) from error
    codes = {reason.code for reason in error.cancellation_reasons if reason}
    if not codes or not codes <= _CONTENTION | {_CONDITION_FAILED}:
        raise error
