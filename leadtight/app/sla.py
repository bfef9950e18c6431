"""Keep the promise: alarms, and the sweep that does not need them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from leadtight.app.digest import Digest
from leadtight.app.ports import Alarms, LeadStore, Outbox, RoutingState
from leadtight.app.respond import Respond
from leadtight.app.route import Decide, Route, Seen
from leadtight.domain.change import Change
from leadtight.domain.cover import cover
from leadtight.domain.errors import Conflict
from leadtight.domain.give_back import lent_by
from leadtight.domain.lead import Lead
from leadtight.domain.message import Message, Status
from leadtight.domain.policy import Policy
from leadtight.domain.presence import is_there
from leadtight.domain.routing import pool_for, team_for
from leadtight.domain.sla import asked_pool, ring
from leadtight.domain.standing_in import answering
from leadtight.domain.urgency import in_turn

TRIES = 12
LATE_AFTER = timedelta(seconds=90)
"""An alarm is precise to a minute; one that is later than this was lost."""

BATCH = 200
FAR = timedelta(days=3650)
Asks = Callable[[Policy, Lead, datetime], str]
"""Returns the pool whose rotation a decision needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What an alarm carries: the lead, the state that armed it and the pool to read with it."""

    lead_id: str
    token: str
    pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A lead that the sweep could not repair this time, and why."""

    lead_id: str
    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep had to repair, and what it could not; covering for the absent and offering on are no repairs."""

    routed: int = 0
    rung: int = 0
    sent: int = 0
    covered: int = 0
    offered: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def repairs(self) -> int:
        """Return the number of things that the fast paths had lost."""
        return self.routed + self.rung + self.sent


class Sla:
    """Rings leads that are due."""

    def __init__(
        self,
        policy: Policy,
        store: LeadStore,
        outbox: Outbox,
        alarms: Alarms,
        route: Route,
        respond: Respond,
        digest: Digest,
    ) -> None:
        """Take the policy, the ports and the use cases that the sweep falls back on."""
        self._policy = policy
        self._store = store
        self._outbox = outbox
        self._alarms = alarms
        self._route = route
        self._respond = respond
        self._digest = digest
        self._answering = answering(policy)

    def alarm_rang(self, alarm: Alarm, now: datetime) -> Change | None:
        """Do what is due on the alarm's lead; None when the alarm is stale or nothing is due.

        An alarm that rings before its time is armed again, so that it is not spent.
        """
        state = self._read(alarm.lead_id, alarm.pool_id)
        if state.lead is None or state.lead.wake_token != alarm.token:
            return None
        if state.lead.wake_at and state.lead.wake_at > now:
            self._alarms.arm(state.lead, now)
            return None
        return self._ring(state, now)

    def sweep(self, now: datetime) -> Swept:
        """Repair what the fast paths lost: leads without owner, alarms that never rang, messages that are stuck.

        Whatever has become possible without anybody telling happens too: cover for the absent, offers after a cap's
        window or a leave has ended.
        """
        swept = _Sweeping()
        for lead in self._store.due_leads(None, now, BATCH):
            swept.routed += swept.attempt(lead.id, partial(self._route.route, lead, now))
        owners = sorted({*self._policy.people, *self._store.owners()})
        for person in self._absent(owners, now):
            for lead in self._store.due_leads(person, now + FAR, BATCH):
                swept.covered += swept.attempt(lead.id, partial(self._cover, lead, now))
        self._offer_on(swept, now)
        for person in owners:
            for lead in self._store.due_leads(person, now - LATE_AFTER, BATCH):
                swept.rung += swept.attempt(lead.id, partial(self._ring_overdue, lead, now))
        self._send(swept, now)
        return swept.result()

    def _offer_on(self, swept: "_Sweeping", now: datetime) -> None:
        seen = Seen()
        for lead in self._route.waiting():
            swept.offered += swept.attempt(lead.id, partial(self._route.offer_on, lead, seen, now))

    def _send(self, swept: "_Sweeping", now: datetime) -> None:
        queued = self._outbox.queued(now, BATCH)
        for person in sorted({message.recipient for message in queued}):
            theirs = [message for message in queued if message.recipient == person]
            swept.attempt(theirs[0].lead_id, partial(self._digest.send, person, theirs, now))
        for message in in_turn(self._outbox.due(now, BATCH)):
            was_repair = not _was_put_off(message)
            if _is_stuck(message, now) or not was_repair:
                sent = swept.attempt(message.lead_id, partial(self._respond.deliver, message.lead_id, message.id, now))
                swept.sent += sent and was_repair

    def _absent(self, owners: Iterable[str], now: datetime) -> list[str]:
        """Return who may have to be covered for: people who left, are inactive, on leave or switched away."""
        roster = self._store.load_for_routing("", "", self._policy.people).roster
        return [person for person in owners if not is_there(self._policy, person, roster, now)]

    def _cover(self, lead: Lead, now: datetime) -> Change | None:
        owner = str(lead.owner_id)

        def read() -> RoutingState:
            return self._store.load_for_routing(lead.id, lead.pool_id or "", {owner, *self._policy.delegates_of(owner)})

        return self._settle(cover, _own_pool, read(), read, now)

    def _ring_overdue(self, lead: Lead, now: datetime) -> Change | None:
        return self._ring(self._read(lead.id, lead.pool_id or ""), now)

    def _read(self, lead_id: str, pool_id: str) -> RoutingState:
        pool = self._policy.pools.get(pool_id)
        people = {*(pool.members if pool else ()), *self._answering}
        return self._store.load_for_routing(lead_id, pool_id, people)

    def _in_pool(self, state: RoutingState, asks: Asks, now: datetime) -> RoutingState:
        """Return the state with the pool and people that the policy asks about now, should others have been read."""
        if state.lead is None:
            return state
        pool = self._policy.pools[asks(self._policy, state.lead, now)]
        people = {*team_for(self._policy, state.lead)[1], *pool.members, *lent_by(state.lead), *state.roster}
        if pool.id == state.rotation.pool_id and people == {*state.roster}:
            return state
        return self._store.load_for_routing(state.lead.id, pool.id, people)

    def _ring(self, state: RoutingState, now: datetime) -> Change | None:
        def again() -> RoutingState:
            return self._read(state.lead.id if state.lead else "", state.rotation.pool_id)

        return self._settle(ring, asked_pool, state, again, now)

    def _settle(
        self, decide: Decide, asks: Asks, state: RoutingState, read: Callable[[], RoutingState], now: datetime
    ) -> Change | None:
        """Decide on a state, store it and arm what comes next; read again when somebody was faster."""
        for _ in range(TRIES):
            state = self._in_pool(state, asks, now)
            change = state.lead and decide(self._policy, state.lead, state.rotation, state.roster, now)
            if not change:
                return None
            try:
                self._store.commit(change)
            except Conflict:
                state = read()
                continue
            self._alarms.arm(change.after, now)
            return change
        raise Conflict(f"changed {TRIES} times while it was decided on")


@dataclass
class _Sweeping:
    """Counts one sweep; a fault on one lead must not keep the others from being swept."""

    routed: int = 0
    rung: int = 0
    sent: int = 0
    covered: int = 0
    offered: int = 0
    faults: list[Fault] = field(default_factory=list)

    def attempt(self, lead_id: str, repair: Callable[[], object | None]) -> bool:
        """Tell whether a repair did something; keep the fault when it failed."""
        try:
            return repair() is not None
        except Exception as error:  # noqa: BLE001 - kept and reported by whoever asked for the sweep
            self.faults.append(Fault(lead_id=lead_id, error=error))
            return False

    def result(self) -> Swept:
        """Return the counts."""
        return Swept(
            routed=self.routed,
            rung=self.rung,
            sent=self.sent,
            covered=self.covered,
            offered=self.offered,
            faults=tuple(self.faults),
        )


def _own_pool(policy: Policy, lead: Lead, now: datetime) -> str:
    return pool_for(policy, lead).id


def _was_put_off(message: Message) -> bool:
    """Tell whether it waits on purpose: for a permitted hour, or after a refusal for now."""
    return message.status is Status.PENDING and bool(message.detail)


def _is_stuck(message: Message, now: datetime) -> bool:
    return message.status is Status.CLAIMED or message.next_try_at <= now - LATE_AFTER
