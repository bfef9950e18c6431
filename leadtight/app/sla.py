"""Keep the promise: alarms, and the sweep that does not need them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadtight.app.ports import Alarms, LeadStore, Outbox, RoutingState
from leadtight.app.respond import Respond
from leadtight.app.route import Route
from leadtight.domain.change import Change
from leadtight.domain.errors import Conflict
from leadtight.domain.lead import Lead
from leadtight.domain.message import Message, Status
from leadtight.domain.policy import Policy
from leadtight.domain.sla import ring

TRIES = 5
LATE_AFTER = timedelta(seconds=90)
"""An alarm is precise to a minute; one that is later than this was lost."""

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What an alarm carries: the lead, the state that armed it and the pool to read with it."""

    lead_id: str
    token: str
    pool_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep had to repair. All zeros is a healthy system."""

    routed: int = 0
    rung: int = 0
    sent: int = 0

    @property
    def repairs(self) -> int:
        """Return the number of things that the fast paths had lost."""
        return self.routed + self.rung + self.sent


class Sla:
    """Rings leads that are due."""

    def __init__(
        self, policy: Policy, store: LeadStore, outbox: Outbox, alarms: Alarms, route: Route, respond: Respond
    ) -> None:
        """Take the policy, the ports and the use cases that the sweep falls back on."""
        self._policy = policy
        self._store = store
        self._outbox = outbox
        self._alarms = alarms
        self._route = route
        self._respond = respond

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
        return self._ring(state, alarm.pool_id, now)

    def sweep(self, now: datetime) -> Swept:
        """Repair what the fast paths lost: leads without owner, alarms that never rang, messages that are stuck."""
        return Swept(
            routed=_count(self._route.route(lead, now) for lead in self._store.due_leads(None, now, BATCH)),
            rung=sum(self._ring_overdue(person, now) for person in self._policy.people),
            sent=self._send_stuck(now),
        )

    def _ring_overdue(self, person_id: str, now: datetime) -> int:
        leads = self._store.due_leads(person_id, now - LATE_AFTER, BATCH)
        return _count(self._ring(self._read(lead.id, _pool_id(lead)), _pool_id(lead), now) for lead in leads)

    def _send_stuck(self, now: datetime) -> int:
        owed = [m for m in self._outbox.due(now, BATCH) if _is_stuck(m, now) or _was_put_off(m)]
        repaired = [m for m in owed if not _was_put_off(m)]
        for message in owed:
            self._respond.deliver(message.lead_id, message.id, now)
        return len(repaired)

    def _read(self, lead_id: str, pool_id: str) -> RoutingState:
        pool = self._policy.pools.get(pool_id)
        return self._store.load_for_routing(lead_id, pool_id, pool.members if pool else ())

    def _ring(self, state: RoutingState, pool_id: str, now: datetime) -> Change | None:
        for _ in range(TRIES):
            change = state.lead and ring(self._policy, state.lead, state.rotation, state.roster, now)
            if not change:
                return None
            try:
                self._store.commit(change)
            except Conflict:
                state = self._read(change.after.id, pool_id)
                continue
            self._alarms.arm(change.after, now)
            return change
        raise Conflict(f"changed {TRIES} times while its alarm rang")


def _count(changes: Iterable[Change | None]) -> int:
    return sum(change is not None for change in changes)


def _pool_id(lead: Lead) -> str:
    return lead.pool_id or ""


def _was_put_off(message: Message) -> bool:
    """Tell whether it waits on purpose: for a permitted hour, or after a refusal for now."""
    return message.status is Status.PENDING and bool(message.detail)


def _is_stuck(message: Message, now: datetime) -> bool:
    return message.status is Status.CLAIMED or message.next_try_at <= now - LATE_AFTER
