"""Memory twins of the ports: for tests, simulation and speed, held to the contract tests of the real adapters."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from leadtight.app.ports.board import MOST_COUNTED, HeldCounts
from leadtight.app.ports.files import FileVersion, StoredMail
from leadtight.app.ports.guards import Full, Guard, Taken
from leadtight.app.ports.history import HistoryPage
from leadtight.app.ports.leads import Freed, Known, RoutingState
from leadtight.domain.calendar.timestamps import to_text
from leadtight.domain.change import Change
from leadtight.domain.compliance.send_limits import Budget, SentLately
from leadtight.domain.compliance.send_permission import Suppression
from leadtight.domain.intake.quarantine import Held, State
from leadtight.domain.model.capacity import Load, OwnerState
from leadtight.domain.model.consent_record import ConsentRecord
from leadtight.domain.model.errors import Conflict, UnreadableRow
from leadtight.domain.model.event import Event
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.lead_summary import in_short
from leadtight.domain.model.listing import Listing, Unreadable
from leadtight.domain.model.message import Channel, Message, Status
from leadtight.domain.model.rotation import Rotation, UnknownRotation
from leadtight.domain.notifications.interruptions import Alerts
from leadtight.domain.notifications.urgency import Lane, earliest_and_latest, in_order, lane
from leadtight.domain.views.board import OnBoard, on_board

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Claim:
    lead_id: str
    guard: Guard


class MemoryTable:
    """The table: LeadStore, Outbox and EventLog over dictionaries, with a lock for a transaction.

    `inserted` is its stream: every new lead and message and every place that became free, in order. What is named in
    `spoiled`, by the kind and the key of its row, is there and cannot be read, like a row of a newer version.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.RLock()
        self._leads: dict[str, Lead] = {}
        self._events: dict[tuple[str, str], Event] = {}
        self._messages: dict[tuple[str, str], Message] = {}
        self._holders: dict[tuple[str, str], str] = {}
        self._rotations: dict[str, Rotation] = {}
        self._guards: dict[tuple[str, str], _Claim] = {}
        self._owners: dict[str, OwnerState] = {}
        self._alerts: dict[str, Alerts] = {}
        self._deliveries: dict[str, Held] = {}
        self._latest: dict[str, str] = {}
        self._suppressed: dict[str, frozenset[Channel]] = {}
        self._leads_of: dict[str, frozenset[str]] = {}
        self._consents: list[ConsentRecord] = []
        self._counts: Counter[str] = Counter()
        self._sent: dict[str, SentLately] = {}
        self.inserted: list[Lead | Message | Freed] = []
        self.spoiled: set[tuple[str, str]] = set()

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known: frozenset[str] = frozenset(),
    ) -> Taken | Full | Known | None:
        """Store a new lead under its guard."""
        people = tuple(person_keys)
        with self._lock:
            if held := self._taken(guard, now):
                return None if held.lead_id == change.after.id else held
            if full := self._full(guard):
                return full
            if found := frozenset(self._latest[key] for key in people if key in self._latest) - known:
                return Known(lead_ids=found)
            self._take(guard, change.after.id)
            latest = dict.fromkeys(people, change.after.id)
            self._latest = self._latest | latest if change.after.leads_its_person else latest | self._latest
            self._put(change)
            for key in people:
                self._leads_of[key] = self._leads_of.get(key, frozenset()) | {change.after.id}
            self.inserted.append(change.after)
            return None

    def merge(self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime) -> Taken | Full | None:
        """Store a change of a known lead under a guard."""
        with self._lock:
            is_stored = self._leads.get(change.after.id) == change.after
            if held := self._taken(guard, now):
                return None if is_stored else held
            if is_stored:
                raise Conflict(f"lead {change.after.id} has moved on by the very same words of somebody else")
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

    def taken_by(self, guard: Guard, now: datetime) -> Taken | None:
        """Return who has taken a guard."""
        with self._lock:
            return self._taken(guard, now)

    def _check_readable(self, kind: str, key: str) -> None:
        if (kind, key) in self.spoiled:
            raise UnreadableRow(Unreadable(kind=kind, key=key, error="Spoiled"))

    def _listing(
        self, kind: str, values: Iterable[T], key_of: Callable[[T], str], limit: int | None = None
    ) -> Listing[T]:
        """Return the first `limit` of the values that can be read."""
        readable: list[T] = []
        unreadable: list[Unreadable] = []
        for value in values:
            if len(readable) == limit:
                break
            if (kind, key_of(value)) in self.spoiled:
                unreadable.append(Unreadable(kind=kind, key=key_of(value), error="Spoiled"))
            else:
                readable.append(value)
        return Listing(readable, unreadable)

    def _full(self, guard: Guard) -> Full | None:
        return next((Full(key=c.key) for c in guard.counts if self._counts[c.key] >= c.at_most), None)

    def _take(self, guard: Guard, by: str) -> None:
        self._guards[guard.source, guard.key] = _Claim(by, guard)
        self._counts.update(count.key for count in guard.counts)

    def _taken(self, guard: Guard, now: datetime) -> Taken | None:
        held = self._guards.get((guard.source, guard.key))
        self._check_readable("guard", f"{guard.source} {guard.key}")
        if held is None or held.guard.expires_at <= now:
            return None
        return Taken(lead_id=held.lead_id, fingerprint=held.guard.fingerprint)

    def taken_of(self, asked: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return the pairs whose guard is taken."""
        with self._lock:
            taken = [p for p in asked if p in self._guards and self._guards[p].guard.expires_at > now]
            return frozenset(self._listing("guard", taken, " ".join))

    def hold(self, held: Held, guard: Guard, now: datetime) -> Taken | None:
        """Keep a delivery under its guard."""
        with self._lock:
            if taken := self._taken(guard, now):
                return None if taken.lead_id == held.id else taken
            self._take(guard, held.id)
            self._deliveries[held.id] = held
            return None

    def hold_all(self, deliveries: Sequence[tuple[Held, Guard]], now: datetime) -> tuple[Taken | None, ...]:
        """Keep each delivery under its guard."""
        return tuple(self.hold(held, guard, now) for held, guard in deliveries)

    def find_held(self, held_id: str) -> Held | None:
        """Return one held delivery."""
        self._check_readable("held", held_id)
        return self._deliveries.get(held_id)

    def open_held(self, limit: int) -> Listing[Held]:
        """Return deliveries that wait for a person."""
        return self._held_by(lambda held: held.state is State.HELD and not held.is_suspected, limit)

    def suspected_held(self, limit: int) -> Listing[Held]:
        """Return suspected spam."""
        return self._held_by(lambda held: held.state is State.HELD and held.is_suspected, limit, newest_first=True)

    def waiting(self, before: datetime, limit: int) -> Listing[Held]:
        """Return deliveries whose next try is due."""
        return self._held_by(lambda held: held.next_try_at is not None and held.next_try_at <= before, limit)

    def settled_held(self, day: date) -> Listing[Held]:
        """Return the settled deliveries of a UTC day."""
        return self._held_by(lambda held: not held.is_open and held.received_at.astimezone(UTC).date() == day)

    def _held_by(
        self, which: Callable[[Held], bool], limit: int | None = None, *, newest_first: bool = False
    ) -> Listing[Held]:
        with self._lock:
            found = [held for held in self._deliveries.values() if which(held)]
        found.sort(key=lambda held: (held.next_try_at or held.received_at, held.id), reverse=newest_first)
        return self._listing("held", found, lambda held: held.id, limit)

    def settle(self, held: Held) -> None:
        """Store the next version of a held delivery."""
        with self._lock:
            stored = self._deliveries.get(held.id)
            if stored == held:
                return
            if stored is None or stored.version != held.version - 1:
                raise Conflict(f"delivery {held.id} has moved on")
            self._deliveries[held.id] = held

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead as it is now."""
        self._check_readable("lead", lead_id)
        return self._leads.get(lead_id)

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

    def commit(self, change: Change) -> None:
        """Store a change if lead and rotation are where it found them."""
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
        """Store changes that follow one another, all or none."""
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

    def leads_of(self, person_keys: Iterable[str]) -> Listing[str]:
        """Return the ids of all leads of a person."""
        people = self._listing("person", [key for key in person_keys if key in self._leads_of], str)
        return Listing(sorted({lead_id for key in people for lead_id in self._leads_of[key]}), people.unreadable)

    def consents(self, person_keys: Iterable[str]) -> Listing[ConsentRecord]:
        """Return what a person was asked to agree to."""
        wanted = set(person_keys)
        with self._lock:
            found = [record for record in self._consents if record.person_key in wanted]
        found.sort(key=lambda record: (record.at, record.id))
        return self._listing("consent", found, lambda record: record.id)

    def history(self, lead_id: str) -> Listing[Event]:
        """Return a lead's events, oldest first."""
        with self._lock:
            found = [e for (owner, _), e in self._events.items() if owner == lead_id]
        return self._listing("event", sorted(found, key=lambda e: (e.at, e.id)), _event_key)

    def history_page(self, lead_id: str, most: int, before: str | None = None) -> HistoryPage:
        """Return the latest events of a lead before a place in its history."""
        with self._lock:
            found = [e for (owner, _), e in self._events.items() if owner == lead_id]
        older = sorted((e for e in found if before is None or _place(e) < before), key=_place)
        latest = older[max(0, len(older) - most) :]
        ends_at = _place(latest[0]) if len(latest) < len(older) else None
        return HistoryPage(events=self._listing("event", latest, _event_key), before=ends_at)

    def due_leads(
        self, owner_id: str | None, before: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> Listing[Lead]:
        """Return an owner's open leads that are due."""
        with self._lock:
            due = [
                ((lead.wake_at, lead.id), lead)
                for lead in self._leads.values()
                if lead.owner_id == owner_id and lead.wake_at and lead.wake_at <= before and lead.is_open
            ]
        later = [pair for pair in due if after is None or pair[0] > after]
        ordered = (lead for _, lead in sorted(later, key=lambda pair: pair[0]))
        return self._listing("lead", ordered, _id_of, limit)

    def load_all(self, lead_ids: Sequence[str]) -> Listing[Lead]:
        """Return leads as they are now."""
        with self._lock:
            return self._listing("lead", (self._leads[i] for i in lead_ids if i in self._leads), _id_of)

    def waiting_in_short(self, limit: int | None = None) -> Listing[Lead]:
        """Return the leads that wait for their pool."""
        with self._lock:
            waiting = [in_short(lead) for lead in self._leads.values() if lead.is_waiting]
        in_order = sorted(waiting, key=lambda lead: (lead.team_promise.deadline, lead.id))
        return self._listing("waiting", in_order, _id_of, limit)

    def owners(self) -> tuple[str, ...]:
        """Return everybody who was ever given a lead."""
        return tuple(sorted(self._owners))

    def open_on_board(self, limit: int) -> Listing[OnBoard]:
        """Return open leads in short."""
        with self._lock:
            shown = [one for lead in self._leads.values() if (one := on_board(lead))]
        shown.sort(key=lambda one: (one.due_at, one.lead_id))
        return self._listing("board", shown, lambda one: one.lead_id, limit)

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the excluded leads recorded in [start, end)."""
        with self._lock:
            return sum(start <= lead.recorded_at < end for lead in self._leads.values() if lead.excluded)

    def held_counts(self) -> HeldCounts:
        """Return how many deliveries are held."""
        return HeldCounts(waiting=len(self.open_held(MOST_COUNTED)), suspected=len(self.suspected_held(MOST_COUNTED)))

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Switch a person away, or back."""
        with self._lock:
            self._owners[person_id] = replace(self._owner(person_id), away_until=until)

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take an owed message whose time has come."""
        key = (lead_id, message_id)
        with self._lock:
            message = self.find(lead_id, message_id)
            if message and message.status is Status.CLAIMED and self._holders.get(key) == holder:
                return message
            if message is None or not message.is_owed or message.next_try_at > now:
                return None
            claimed = replace(message, status=Status.CLAIMED, next_try_at=lease_until, attempts=message.attempts + 1)
            self._messages[key], self._holders[key] = claimed, holder
            return claimed

    def finish(self, message: Message, event: Event | None) -> None:
        """Store what became of a claim, unless a confirmation came first."""
        key = (message.lead_id, message.id)
        with self._lock:
            stored = self._messages.get(key)
            if stored and stored.status is Status.CLAIMED and stored.attempts == message.attempts:
                self._messages[key] = message
                if event:
                    self._events[event.lead_id, event.id] = event

    def confirm(self, message: Message, event: Event) -> bool:
        """Store what the provider reported, once."""
        key = (message.lead_id, message.id)
        with self._lock:
            stored = self._messages.get(key)
            if stored is None or stored.status in (message.status, Status.BOUNCED):
                return False
            self._messages[key] = message
            self._events[event.lead_id, event.id] = event
            return True

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""
        self._check_readable("message", f"{lead_id} {message_id}")
        return self._messages.get((lead_id, message_id))

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message that the provider knows by this id."""
        with self._lock:
            return next((m for m in self._messages.values() if m.provider_id == provider_id), None)

    def due(self, before: datetime, limit: int) -> Listing[Message]:
        """Return owed messages that are due, and wait for no digest."""
        return self._owed(before, limit, queued=False)

    def queued(self, before: datetime, limit: int) -> Listing[Message]:
        """Return messages whose digest is due."""
        return self._owed(before, limit, queued=True)

    def _owed(self, before: datetime, limit: int, *, queued: bool) -> Listing[Message]:
        lanes = defaultdict[Lane, list[Message]](list)
        with self._lock:
            owed = (m for m in self._messages.values() if m.is_owed and m.queued is queued and m.next_try_at <= before)
            found = self._listing("message", owed, _message_key)
        for message in found:
            lanes[lane(message)].append(message)
        ordered = in_order(m for waiting in lanes.values() for m in earliest_and_latest(waiting, limit))
        return Listing(ordered, found.unreadable)

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return what a person has opted out of."""
        keys, none = tuple(person_keys), frozenset[Channel]()
        for key in keys:
            self._check_readable("person", key)
        return Suppression(channels=none.union(*(self._suppressed.get(key, none) for key in keys)))

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record that a channel must not be used."""
        with self._lock:
            self._suppressed[person_key] = self._suppressed.get(person_key, frozenset()) | {channel}

    def messages(self, lead_id: str) -> Listing[Message]:
        """Return all messages of a lead, oldest first."""
        with self._lock:
            found = [m for m in self._messages.values() if m.lead_id == lead_id]
        return self._listing("message", sorted(found, key=lambda m: (m.created_at, m.id)), _message_key)

    def alerts(self, person_id: str) -> Alerts:
        """Return somebody's interruptions."""
        self._check_readable("alerts", person_id)
        return self._alerts.get(person_id, Alerts(person_id=person_id))

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of somebody's interruptions."""
        with self._lock:
            stored = self.alerts(alerts.person_id)
            if stored != alerts and stored.turn != alerts.turn - 1:
                raise Conflict(f"{alerts.person_id} was alerted meanwhile")
            self._alerts[alerts.person_id] = alerts

    def sent_lately(self, key: str) -> SentLately:
        """Return what went to an address."""
        return self._sent.get(key, SentLately(key=key))

    def keep_sent(self, lately: SentLately) -> None:
        """Store the next state of what went to an address."""
        with self._lock:
            stored = self.sent_lately(lately.key)
            if stored != lately and stored.turn != lately.turn - 1:
                raise Conflict("another message went there meanwhile")
            self._sent[lately.key] = lately

    def spend(self, budget: Budget) -> int | None:
        """Count one more of a budget."""
        with self._lock:
            if self._counts[budget.key] >= budget.at_most:
                return None
            self._counts[budget.key] += 1
            return self._counts[budget.key]

    def spent(self, key: str) -> int:
        """Return how many of a budget were counted."""
        return self._counts[key]

    def events_on(self, day: date) -> Listing[Event]:
        """Return the events of one UTC day."""
        with self._lock:
            found = [e for e in self._events.values() if e.at.astimezone(UTC).date() == day]
        return self._listing("event", sorted(found, key=lambda e: (e.at, e.lead_id, e.id)), _event_key)

    def _check_rotation(self, change: Change) -> None:
        moved = change.rotation
        if moved and self._rotations.get(moved.pool_id, Rotation(pool_id=moved.pool_id)).turn != moved.turn - 1:
            raise Conflict(f"pool {moved.pool_id} has moved on")

    def _owner(self, person_id: str) -> OwnerState:
        return self._owners.get(person_id, OwnerState(person_id=person_id))

    def owe(self, message: Message) -> bool:
        """Put a message into the outbox that no change brings."""
        with self._lock:
            if (message.lead_id, message.id) in self._messages:
                return False
            self._messages[message.lead_id, message.id] = message
            self.inserted.append(message)
            return True

    def _check_loads(self, change: Change) -> None:
        for load in change.loads:
            self._check_load(load)

    def _check_load(self, load: Load) -> None:
        if load.taken and self._owner(load.person_id).turn != load.taken.turn - 1:
            raise Conflict(f"{load.person_id} has been given another lead")

    def _put_loads(self, change: Change) -> None:
        for load in change.loads:
            state = self._owner(load.person_id)
            if load.taken:
                state = replace(state, turn=load.taken.turn, recent=load.taken.recent)
            self._owners[load.person_id] = replace(state, open=state.open + load.by)

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
        self.inserted += [Freed(person_id=person) for person in change.freed]


def _id_of(lead: Lead) -> str:
    return lead.id


def _place(event: Event) -> str:
    return f"{to_text(event.at)}#{event.id}"


def _event_key(event: Event) -> str:
    return f"{event.lead_id} {event.id}"


def _message_key(message: Message) -> str:
    return f"{message.lead_id} {message.id}"


@dataclass
class MemoryAlarms:
    """Alarms kept in a list; `due` gives what rings. One that is armed late rings at once."""

    armed: dict[tuple[str, str], Lead] = field(default_factory=dict)
    rings_at: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def arm(self, lead: Lead, now: datetime) -> None:
        """Remember the lead as it was armed."""
        if lead.wake_at is not None:
            self.armed[lead.id, lead.wake_token] = lead
            self.rings_at[lead.id, lead.wake_token] = max(lead.wake_at, now)

    def disarm(self, lead: Lead) -> None:
        """Forget an alarm."""
        self.armed.pop((lead.id, lead.wake_token), None)

    def due(self, now: datetime) -> tuple[Lead, ...]:
        """Take out and return the alarms that ring by `now`, earliest first."""
        ringing = sorted(
            (lead for key, lead in self.armed.items() if self.rings_at[key] <= now),
            key=lambda lead: (str(lead.wake_at), lead.id),
        )
        for lead in ringing:
            self.disarm(lead)
        return tuple(ringing)

    def next_at(self) -> datetime | None:
        """Return when the next alarm rings."""
        return min((self.rings_at[key] for key in self.armed), default=None)


@dataclass
class MemoryFiles:
    """Report files in a dictionary."""

    files: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store a file."""
        self.files[key], self.content_types[key] = body, content_type

    def get(self, key: str) -> bytes | None:
        """Return a file, or None."""
        return self.files.get(key)

    def list(self, prefix: str) -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""
        return tuple(sorted(k for k in self.files if k.startswith(prefix)))

    def presign(self, key: str, expires_in: timedelta) -> str:
        """Return an address that names the file and how long it would be valid."""
        return f"memory://{key}?expires={int(expires_in.total_seconds())}"


@dataclass
class MemoryMails:
    """Mails in a dictionary; one is stored at `now`."""

    now: datetime
    files: dict[str, StoredMail] = field(default_factory=dict)

    def keep(self, file: str, content: bytes, content_type: str) -> None:
        """Store a mail."""
        self.files[file] = StoredMail(content=content, content_type=content_type, stored_at=self.now)

    def fetch(self, file: str) -> StoredMail | None:
        """Return a mail, or None."""
        return self.files.get(file)


@dataclass
class MemoryUploads:
    """Files of form posts in a dictionary, each with its name."""

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def keep(self, key: str, content: bytes, name: str) -> bool:
        """Store a file."""
        self.files[key] = name, content
        return True

    def address(self, key: str, name: str, expires_in: timedelta) -> str:
        """Return an address that names the file, and opens nothing."""
        return f"memory://{key}?name={name}&expires={int(expires_in.total_seconds())}"


@dataclass
class MemoryVersions:
    """Every version of files, in a dictionary."""

    stored: dict[FileVersion, bytes] = field(default_factory=dict)

    def put(self, key: str, body: bytes) -> None:
        """Store the next version of a file."""
        self._store(FileVersion(key=key, id=self._next(key)), body)

    def remove(self, key: str) -> None:
        """Put a mark in the place of a file; what it was stays below."""
        self._store(FileVersion(key=key, id=self._next(key), is_mark=True), b"")

    def versions(self, prefix: str = "") -> tuple[FileVersion, ...]:
        """Return every version."""
        return tuple(version for version in self.stored if version.key.startswith(prefix))

    def read(self, version: FileVersion) -> bytes:
        """Return what a version holds."""
        return next(body for v, body in self.stored.items() if (v.key, v.id) == (version.key, version.id))

    def delete(self, version: FileVersion) -> None:
        """Delete one version for good; the one before the latest is the latest then."""
        self._put_back([(v, body) for v, body in self._taken(version.key) if v.id != version.id])

    def _store(self, version: FileVersion, body: bytes) -> None:
        self._put_back([*self._taken(version.key), (version, body)])

    def _taken(self, key: str) -> list[tuple[FileVersion, bytes]]:
        return [(v, self.stored.pop(v)) for v in self.versions(key) if v.key == key]

    def _put_back(self, versions: list[tuple[FileVersion, bytes]]) -> None:
        latest = len(versions) - 1
        self.stored |= {replace(v, is_latest=number == latest): body for number, (v, body) in enumerate(versions)}

    def _next(self, key: str) -> str:
        return str(max((int(v.id) for v in self.stored if v.key == key), default=0) + 1)


@dataclass
class MemoryGivenUp:
    """Messages that were given up, in a list."""

    bodies: list[str] = field(default_factory=list)

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Return how many name somebody, and delete them when `apply` says so."""
        named = [body for body in self.bodies if names(body)]
        if apply:
            self.bodies = [body for body in self.bodies if body not in named]
        return len(named)
