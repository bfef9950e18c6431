"""Keep the promise: run due steps by alarm and sweep.

The sweep does not need the alarms.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from leadtight.app.commit import commit_with_retry, first_read
from leadtight.app.messaging.dispatch import Dispatch
from leadtight.app.ports.alarms import Alarms
from leadtight.app.ports.leads import LeadStore, RoutingState
from leadtight.app.routing.route import Decide, PoolSnapshots, Route
from leadtight.app.sweep import Left, SweepResult, SweepTask, SweepTaskKind, failed, unbounded, work_off
from leadtight.domain.change import Change
from leadtight.domain.enforcement.due_steps import pool_of_due_steps, run_due_steps
from leadtight.domain.model.lead import Lead
from leadtight.domain.ownership.leave_cover import cover
from leadtight.domain.ownership.leave_return import original_owners
from leadtight.domain.policy.policy import Policy
from leadtight.domain.roster.availability import is_available
from leadtight.domain.roster.stand_ins import possible_recipients
from leadtight.domain.routing.selection import candidates_for, pool_for

LATE_AFTER = timedelta(seconds=90)
"""Age at which an alarm counts as lost.

Alarms are precise to a minute.
"""

BATCH = 200
"""Leads read at a time, while the sweep has time."""

FAR = timedelta(days=3650)
Owners = Sequence[str | None]
"""Whose leads; None stands for the unowned."""

Asks = Callable[[Policy, Lead, datetime], str]
"""Returns the pool whose rotation a decision needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm's content: lead, state token and pool.

    The pool is read with the lead.
    """

    lead_id: str
    token: str
    pool_id: str


class Sla:
    """Rings leads that are due."""

    def __init__(self, policy: Policy, store: LeadStore, alarms: Alarms, route: Route, dispatch: Dispatch) -> None:
        """Take the policy, the ports and the sweep's use cases."""
        self._policy = policy
        self._store = store
        self._alarms = alarms
        self._route = route
        self._dispatch = dispatch
        self._answering = possible_recipients(policy)
        self._stopped: dict[SweepTaskKind, _SweepCursor] = {}

    def on_alarm(self, alarm: Alarm, now: datetime) -> Change | None:
        """Run an alarm's due steps; None when there are none.

        A stale alarm has none. An alarm that rings before its time is armed again, so that it is not spent.
        """
        state = self._read(alarm.lead_id, alarm.pool_id)
        if state.lead is None or state.lead.wake_token != alarm.token:
            return None
        if state.lead.wake_at and state.lead.wake_at > now:
            self._alarms.arm(state.lead, now)
            return None
        return self._ring(state, now)

    def sweep(self, now: datetime, left: Left = unbounded) -> SweepResult:
        """Repair what the fast paths lost.

        That is leads without owner, lost alarms and stuck messages. It also does what has become possible without an
        event: cover for the absent, and assignments after a cap's window or a leave has ended. Each kind has its share
        of the time that is `left`; the rest comes first in the next sweep.
        """
        kinds = {
            SweepTaskKind.UNOWNED: self._unowned(now),
            SweepTaskKind.COVER: self._covering(now),
            SweepTaskKind.WAITING: self._offering(),
            SweepTaskKind.OVERDUE: self._overdue(now),
            SweepTaskKind.DIGESTS: self._dispatch.digests(now, left),
            SweepTaskKind.MESSAGES: self._dispatch.messages(now, LATE_AFTER),
        }
        return work_off(kinds, now, left)

    def _unowned(self, now: datetime) -> Iterator[SweepTask]:
        def task(lead: Lead) -> SweepTask:
            return SweepTask(lead_id=lead.id, run=partial(self._route.route, lead), counts="routed", since=lead.wake_at)

        return self._due(SweepTaskKind.UNOWNED, lambda: (None,), now, task)

    def _covering(self, now: datetime) -> Iterator[SweepTask]:
        def task(lead: Lead) -> SweepTask:
            return SweepTask(lead_id=lead.id, run=partial(self._cover, lead), counts="covered")

        return self._due(SweepTaskKind.COVER, lambda: self._absent(self._owners(), now), now + FAR, task)

    def _offering(self) -> Iterator[SweepTask]:
        snapshots = PoolSnapshots()
        for lead in self._route.waiting():
            yield SweepTask(lead_id=lead.id, run=partial(self._route.assign_waiting, lead, snapshots), counts="offered")

    def _overdue(self, now: datetime) -> Iterator[SweepTask]:
        def task(lead: Lead) -> SweepTask:
            return SweepTask(lead_id=lead.id, run=partial(self._ring_overdue, lead), counts="rung", since=lead.wake_at)

        return self._due(SweepTaskKind.OVERDUE, self._owners, now - LATE_AFTER, task)

    def _owners(self) -> list[str]:
        return sorted({*self._policy.people, *self._store.owners()})

    def _due(
        self,
        kind: SweepTaskKind,
        owners_now: Callable[[], Owners],
        cutoff: datetime,
        task: Callable[[Lead], SweepTask],
    ) -> Iterator[SweepTask]:
        """Yield tasks for the owners' due leads, each lead once.

        It begins where the last sweep stopped. Where one owner's leads, or the list of owners, cannot be read, a task
        fails in their place and the others follow.
        """
        try:
            owners = owners_now()
        except Exception as error:  # noqa: BLE001 - raised by the task
            yield failed(error)
            owners = sorted(self._policy.people)
        begun = set[str]()
        for owner, after in _from(self._stopped.pop(kind, None), owners):
            try:
                for lead in self._pages(owner, cutoff, after):
                    if lead.id not in begun:
                        begun.add(lead.id)
                        self._stopped[kind] = _SweepCursor(owner=owner, place=_place(lead))
                        yield task(lead)
            except Exception as error:  # noqa: BLE001 - raised by the task
                yield failed(error)
        self._stopped.pop(kind, None)

    def _pages(self, owner: str | None, cutoff: datetime, after: tuple[datetime, str] | None) -> Iterator[Lead]:
        known_ids = set[str]()  # a page without new leads is the last: the index may lag
        while leads := [x for x in self._store.due_leads(owner, cutoff, BATCH, after) if x.id not in known_ids]:
            yield from leads
            known_ids |= {lead.id for lead in leads}
            after = _place(leads[-1])

    def _absent(self, owners: Iterable[str], now: datetime) -> list[str]:
        """Return the people who may need cover.

        They have left, are inactive, on leave or switched away.
        """
        roster = self._store.load_for_routing("", "", self._policy.people).roster
        return [person for person in owners if not is_available(self._policy, person, roster, now)]

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
        """Return the state with the pool that is needed now.

        It is read again if another pool or other people had been read.
        """
        if state.lead is None:
            return state
        pool = self._policy.pools[asks(self._policy, state.lead, now)]
        people = {
            *candidates_for(self._policy, state.lead)[1],
            *pool.members,
            *original_owners(state.lead),
            *state.roster,
        }
        if pool.id == state.rotation.pool_id and people == {*state.roster}:
            return state
        return self._store.load_for_routing(state.lead.id, pool.id, people)

    def _ring(self, state: RoutingState, now: datetime) -> Change | None:
        def again() -> RoutingState:
            return self._read(state.lead.id if state.lead else "", state.rotation.pool_id)

        return self._settle(run_due_steps, pool_of_due_steps, state, again, now)

    def _settle(
        self, decide: Decide, asks: Asks, state: RoutingState, read: Callable[[], RoutingState], now: datetime
    ) -> Change | None:
        """Decide on a state, store the change and arm it.

        It reads again after a lost race.
        """

        def change(state: RoutingState) -> Change | None:
            state = self._in_pool(state, asks, now)
            return decide(self._policy, state.lead, state.rotation, state.roster, now) if state.lead else None

        subject = f"lead {state.lead.id if state.lead else ''}"
        return commit_with_retry(self._store, self._alarms, first_read(state, read), change, now, subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SweepCursor:
    """The owner, wake time and id of the last lead."""

    owner: str | None
    place: tuple[datetime, str]


def _from(stopped: _SweepCursor | None, owners: Owners) -> Iterator[tuple[str | None, tuple[datetime, str] | None]]:
    """Yield owners with the place to read from.

    First comes the rest of the owner where the sweep stopped, then the others, last what it had done.
    """
    if stopped is None or stopped.owner not in owners:
        yield from ((owner, None) for owner in owners)
        return
    first = owners.index(stopped.owner)
    yield stopped.owner, stopped.place
    yield from ((owner, None) for owner in (*owners[first + 1 :], *owners[: first + 1]))


def _place(lead: Lead) -> tuple[datetime, str]:
    assert lead.wake_at, "what is due has a time"
    return lead.wake_at, lead.id


def _own_pool(policy: Policy, lead: Lead, now: datetime) -> str:
    return pool_for(policy, lead).id
