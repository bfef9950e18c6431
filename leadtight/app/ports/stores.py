"""What the use cases need of the outside, as Protocols. Adapters implement each twice: for real, and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeAlias

# What is imported here for its name alone is not imported when a function starts: intake needs little of it.
if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from leadtight.domain.access.signed_links import Keyring
    from leadtight.domain.change import Change
    from leadtight.domain.compliance.do_not_call import CallList, Standing
    from leadtight.domain.compliance.erasure import Erasure
    from leadtight.domain.compliance.send_limits import Budget, SentLately
    from leadtight.domain.compliance.send_permission import Suppression
    from leadtight.domain.compliance.timezone import LocalTime
    from leadtight.domain.intake.quarantine import Held
    from leadtight.domain.intake.reconciliation import Reconciliation
    from leadtight.domain.intake.spam import Count
    from leadtight.domain.model.capacity import Roster
    from leadtight.domain.model.consent_record import ConsentRecord
    from leadtight.domain.model.event import Event
    from leadtight.domain.model.lead import Inquiry, Lead
    from leadtight.domain.model.message import Channel, Message
    from leadtight.domain.model.rotation import Rotation
    from leadtight.domain.notifications.interruptions import Alerts
    from leadtight.domain.views.board import OnBoard

# A reader of many passes over the rows that it cannot read, and its tuple is a `Listing` that names them. A row that is
# asked for by its own key raises UnreadableRow.

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""

NewId = Callable[[], str]
"""Returns an id nobody has used: letters and digits, sorts roughly by time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Makes one delivery count once: `(source, key)` is taken until `expires_at`, and it is one more of `counts`."""

    source: str
    key: str
    fingerprint: str
    expires_at: datetime
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The guard was taken before: by which lead, and by which content."""

    lead_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """A hint of the stream: somebody has an open lead less than before."""

    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody behind a person key has a latest lead that the decision did not know of. Nothing was stored."""

    lead_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """A window of the guard's counts has had as many as it takes. Nothing was stored."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingState:
    """Lead, rotation and people as one consistent read saw them."""

    lead: Lead | None
    rotation: Rotation
    roster: Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Some of a lead's events, oldest first; `before` is where the page before it ends, None when nothing is older."""

    events: tuple[Event, ...]
    before: str | None = None


class LeadStore(Protocol):
    """Leads, their histories, rotations and guards. The table is the truth."""

    def create(
        self,
        change: Change,
        guard: Guard,
        person_keys: Iterable[str],
        now: datetime,
        known: frozenset[str] = frozenset(),
    ) -> Taken | Full | Known | None:
        """Store a new lead under its guard in one transaction.

        Return who took the guard if somebody has; else which of its counts is full; else, when a person key's latest
        lead is not among those that the decision `known` of, these others. A lead that is excluded never takes the
        place of a person's latest one.
        """

    def merge(self, change: Change, guard: Guard, person_keys: Iterable[str], now: datetime) -> Taken | Full | None:
        """Store a change of a known lead under a guard in one transaction; its person keys lead to it from now on.

        Return who took the guard if somebody has, else which of its counts is full. Raises Conflict when the lead has
        moved on.
        """

    def taken_by(self, guard: Guard, now: datetime) -> Taken | None:
        """Return who has taken a guard, if somebody has."""

    def load(self, lead_id: str) -> Lead | None:
        """Return a lead as it is now."""

    def load_for_routing(self, lead_id: str, pool_id: str, people: Iterable[str]) -> RoutingState:
        """Return a lead, a pool's rotation and people's states in one read."""

    def commit(self, change: Change) -> None:
        """Store a change in one transaction. Raises Conflict when the lead or the rotation has moved on.

        Storing the very same change twice succeeds: the second finds its own work.
        """

    def commit_all(self, changes: Sequence[Change]) -> None:
        """Store changes of several leads in one transaction, decided each on what the one before it left.

        They move one pool's rotation from where the first found it to where the last leaves it, and so people's states.
        Raises Conflict when any of it has moved on: then none is stored. Twice the very same changes succeed.
        """

    def leads_of(self, person_keys: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of all leads of the person behind these keys, in order."""

    def consents(self, person_keys: Iterable[str]) -> tuple[ConsentRecord, ...]:
        """Return what the person behind these keys was ever asked to agree to, ticked or not, oldest first."""

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return a lead's events, oldest first."""

    def history_page(self, lead_id: str, most: int, before: str | None = None) -> HistoryPage:
        """Return the latest `most` events of a lead, fewer where they are large; with `before`, those before them."""

    def due_leads(
        self, owner_id: str | None, before: datetime, limit: int, after: tuple[datetime, str] | None = None
    ) -> tuple[Lead, ...]:
        """Return an owner's open leads (None: the unowned) whose wake time is at or before `before`, earliest first.

        With `after`, the wake time and id of a lead, only those that come after it; empty when there are no more.
        """

    def load_all(self, lead_ids: Sequence[str]) -> tuple[Lead, ...]:
        """Return leads as they are now, in the order asked for, without those that there are not."""

    def waiting_in_short(self, limit: int | None = None) -> tuple[Lead, ...]:
        """Return leads that wait for a person of their pool (`in_short`), the earliest promise of their team first."""

    def owners(self) -> tuple[str, ...]:
        """Return everybody who was ever given a lead, also those whom the policy has forgotten since."""

    def set_away(self, person_id: str, until: datetime | None) -> None:
        """Switch a person away until an instant, or back."""


Hint = Callable[..., None]
"""Says of held deliveries, by id, that they can be fetched now. A hint may get lost: the sweep finds them, too."""

Fetch: TypeAlias = "Callable[[Held], bytes]"
"""Returns what a source announced. Raises FetchFailed for now, FetchRefused for good."""


class HeldStore(Protocol):
    """Deliveries that are no lead yet."""

    def hold(self, held: Held, guard: Guard, now: datetime) -> Taken | None:
        """Keep a delivery under its guard in one transaction; return who took the guard if somebody has."""

    def hold_all(self, deliveries: Sequence[tuple[Held, Guard]], now: datetime) -> tuple[Taken | None, ...]:
        """Keep each delivery under its own guard, with few calls; return as `hold` does, in order."""

    def find_held(self, held_id: str) -> Held | None:
        """Return one held delivery."""

    def open_held(self, limit: int) -> tuple[Held, ...]:
        """Return deliveries that wait for a person, oldest first, without suspected spam."""

    def suspected_held(self, limit: int) -> tuple[Held, ...]:
        """Return suspected spam that nobody has settled, the latest first."""

    def waiting(self, before: datetime, limit: int) -> tuple[Held, ...]:
        """Return deliveries whose next try is at or before `before`, earliest first."""

    def settled_held(self, day: date) -> tuple[Held, ...]:
        """Return the deliveries that came in on a UTC day and have been settled since, in order of arrival."""

    def settle(self, held: Held) -> None:
        """Store the next version of a held delivery. Raises Conflict when it has moved on; twice the same is once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCounts:
    """How many deliveries wait for a person, and how many are suspected spam; each counted up to a limit."""

    waiting: int
    suspected: int


class BoardStore(Protocol):
    """What the board shows, from the index."""

    def open_on_board(self, limit: int) -> tuple[OnBoard, ...]:
        """Return open leads, the soonest due first."""

    def excluded_between(self, start: datetime, end: datetime) -> int:
        """Count the leads recorded in [start, end) that a rule of the policy excluded, up to `MOST_COUNTED`."""

    def held_counts(self) -> HeldCounts:
        """Return how many deliveries are held, each kind counted up to `MOST_COUNTED`."""


MOST_COUNTED = 1_000


class Guards(Protocol):
    """What has been taken, whatever became of it."""

    def taken_of(self, asked: Iterable[tuple[str, str]], now: datetime) -> frozenset[tuple[str, str]]:
        """Return those of the `(source, key)` pairs whose guard is taken."""


class Reconciliations(Protocol):
    """What was found when sources were asked, by channel and local day."""

    def find(self, channel: str, day: date) -> Reconciliation | None:
        """Return what is known of a channel's day."""

    def keep(self, told: Reconciliation) -> None:
        """Store what is known by now, replacing what was."""


class Outbox(Protocol):
    """Messages that are owed."""

    def owe(self, message: Message) -> bool:
        """Put a message into the outbox that no lead's change brings; False when one of its id is there already."""

    def claim(self, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take a message to send it; None when it is not owed or not due at `now` (somebody holds it).

        `holder` names this attempt, so that an attempt whose answer got lost knows its own claim again.
        """

    def finish(self, message: Message, event: Event | None) -> None:
        """Store what became of a claimed message, with its event, unless a confirmation came first."""

    def confirm(self, message: Message, event: Event) -> bool:
        """Store what the provider reported of a message; False when it was known already."""

    def find(self, lead_id: str, message_id: str) -> Message | None:
        """Return one message."""

    def find_by_provider_id(self, provider_id: str) -> Message | None:
        """Return the message that the provider knows by this id."""

    def due(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return owed messages whose next try is at or before `before`, earliest first; none that waits for a digest.

        Of each lane the `limit` earliest and the `limit` latest, so that no lane hides another, nor old ones new ones.
        """

    def queued(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Return messages that wait for a digest that is due at or before `before`, as `due` does."""

    def suppression(self, person_keys: Iterable[str]) -> Suppression:
        """Return what the person behind these keys has opted out of."""

    def suppress(self, person_key: str, channel: Channel) -> None:
        """Record that a channel must not be used for a person any more."""

    def messages(self, lead_id: str) -> tuple[Message, ...]:
        """Return all messages of a lead, oldest first."""

    def alerts(self, person_id: str) -> Alerts:
        """Return what is known of the interruptions of somebody of the team."""

    def keep_alerts(self, alerts: Alerts) -> None:
        """Store the next state of somebody's interruptions. Raises Conflict when they have moved on.

        Storing the very same state twice succeeds.
        """

    def sent_lately(self, key: str) -> SentLately:
        """Return what went to an address or number within a day."""

    def keep_sent(self, lately: SentLately) -> None:
        """Store the next state of what went to an address. Raises Conflict when it has moved on; twice is once."""

    def spend(self, budget: Budget) -> int | None:
        """Count one more of a budget and return how many there are; None, and nothing counted, when it is used up."""

    def spent(self, key: str) -> int:
        """Return how many of a budget were counted."""


class Pace(Protocol):
    """How fast providers are asked: all processes together take no more of a second than the policy says."""

    def take(self, channel: Channel, most: int, now: datetime) -> bool:
        """Take one of the `most` sends by a channel in the second of `now`; False when they are taken."""

    def rest(self, channel: Channel, until: datetime) -> None:
        """Let this process begin no sends by a channel before `until`: its provider takes no more, or is silent."""


class Retries(Protocol):
    """Has the outbox worked again soon. A hint: the sweep finds what no retry reached."""

    def at(self, when: datetime, now: datetime) -> None:
        """Have it worked at `when`, which is not before `now`; does nothing when that is further away than `NEAR`."""


class CallLists(Protocol):
    """Do-not-call lists: what was imported, and which numbers, by their hashes, are on them (H2)."""

    def lists(self) -> tuple[CallList, ...]:
        """Return every list, by name."""

    def standing(self, number_key: str) -> Standing:
        """Return what the lists say of a number. An entry of an import that runs counts already."""

    def add(self, to: CallList, number_keys: Iterable[str]) -> int:
        """Write entries of an import that is not published yet, as they come; return how many."""

    def publish(self, imported: CallList) -> None:
        """Let a complete import take the place of the list before it. Raises Conflict when that is a later one."""

    def drop(self, name: str) -> bool:
        """Forget a list; False when there is none."""


class ErasureStore(Protocol):
    """What only the erasure of a person does to the table. Every method may be repeated."""

    def find_erasure(self, asked: str) -> Erasure | None:
        """Return the latest record of an erasure by the hash of what was asked for."""

    def keep_erasure(self, erasure: Erasure) -> None:
        """Store the record of an erasure, in the place of the one before it."""

    def rewrite(self, event: Event) -> None:
        """Put an event in the place of the one with its id; does nothing when there is none."""

    def drop_messages(self, lead_id: str) -> int:
        """Delete a lead's messages and what leads to them from their providers' ids; return how many.

        One that cannot be read stays.
        """

    def drop_consents(self, records: Iterable[ConsentRecord]) -> None:
        """Delete what a person was asked to agree to."""

    def forget_leads(self, person_key: str, lead_ids: Iterable[str]) -> None:
        """Let a person key lead to none of these leads any more; what it has left stays."""

    def all_held(self) -> tuple[Held, ...]:
        """Return every held delivery, settled ones too. Reads the whole table."""

    def drop_held(self, held_id: str) -> None:
        """Delete a held delivery."""

    def guards_of(self, lead_ids: frozenset[str]) -> tuple[str, ...]:
        """Return the guards that these leads have taken. Reads the whole table."""

    def bare_guard(self, name: str) -> None:
        """Let a guard keep nothing of what was delivered but that it was."""


class GivenUp(Protocol):
    """Messages of a queue that were given up, and hold what a person wrote or can be reached at."""

    def drop(self, names: Callable[[str], bool], *, apply: bool) -> int:
        """Return how many of them name somebody, and delete these when `apply` says so."""


class EventLog(Protocol):
    """The history of all leads by day: what reports read."""

    def events_on(self, day: date) -> tuple[Event, ...]:
        """Return the events of one UTC day in order of time and id."""

    def history(self, lead_id: str) -> tuple[Event, ...]:
        """Return a lead's events, oldest first."""


NEAR = timedelta(minutes=15)
"""An alarm that is due within this time is sent to the queue itself, to the second."""


class Alarms(Protocol):
    """Rings a lead at a time. A hint: the sweep finds what never rang."""

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of `lead.wake_at`; does nothing for a lead that needs none."""

    def disarm(self, lead: Lead) -> None:
        """Forget the alarm that the state `lead` armed, as best effort."""


class ZoneOf(Protocol):
    """Tells in which zone a lead lives, else the company's."""

    def __call__(self, company: ZoneInfo, inquiry: Inquiry, now: datetime) -> LocalTime:
        """Return the zone and what tells it."""


class Contacts(Protocol):
    """Normalises what people type as their address, number and country."""

    def email(self, text: str) -> str | None:
        """Return the normal form of the first e-mail address in a text, or None when it is not certain which."""

    def phone(self, text: str, country: str, *, is_assumed: bool = False) -> str | None:
        """Return a number as `+E164`, with `;ext=` and its extension where it has one; None when it is not certain.

        Without a prefix it is read as in `country`, an ISO code. Where that `is_assumed` and not named, digits that may
        be a number of another country are not certain.
        """

    def country(self, text: str) -> str:
        """Return the ISO code of the country that a text names; empty when it is none, or may be several."""


Secrets: TypeAlias = "Callable[[], Keyring]"
"""Returns the link-signing keys, from a short-lived cache."""
