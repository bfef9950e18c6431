"""A deployment on a virtual clock: what arrives, what is delivered when, and what of it fails. The seed decides all."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from leadtight.app.ports import NEAR, Freed
from leadtight.app.sla import Alarm, Swept
from leadtight.cli.simulation.deployment import Deployment
from leadtight.cli.simulation.faults import Faults, Killed, Outage, Unavailable
from leadtight.domain.errors import Conflict
from leadtight.domain.lead import Lead
from leadtight.domain.message import Message
from leadtight.domain.policy import Policy

STARTS = tuple(
    datetime(2026, *day, 7, tzinfo=UTC)
    for day in ((3, 28), (10, 24), (11, 20), (11, 23), (12, 30))  # both changes of the clock, a weekend, a new year
)
SWEEP_EVERY = timedelta(minutes=5)
SETTLING = timedelta(minutes=20)
"""How long a run goes on without faults, so that whatever they cost is repaired."""

RETENTION = timedelta(hours=24)
"""How long a stream keeps its records."""

RECEIVES = 3
"""How often the alarm queue hands over a message before it gives it up."""

VISIBILITY = timedelta(minutes=2)
TRACE = 30
LATEST = 3
"""Among so many of the latest leads, whoever overtakes chooses one."""

Work = Callable[[datetime], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is about; the same plan runs the same."""

    seed: int
    leads: int = 10
    days: float = 1
    faults: float = 0.05


@dataclass
class Run:
    """One run: time, tasks in their order, and what went wrong."""

    plan: Plan
    policy: Policy
    trace: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    swept: list[Swept] = field(default_factory=list)
    after: Callable[[], None] = lambda: None
    """Called after every invocation: people read what they have been sent."""

    def __post_init__(self) -> None:
        """Begin on one of the days that are hard on clocks."""
        self.chance = Random(self.plan.seed)
        self.start = self.now = self.chance.choice(STARTS) + timedelta(minutes=self.chance.randrange(24 * 60))
        self.end = self.start + timedelta(days=self.plan.days)
        self.ids, self._numbers = count(1), count(1)
        self._tasks: list[tuple[datetime, int, Callable[[], None]]] = []
        self._streamed, self._inside = 0, False
        self.outages = self._outages()
        self.is_skewed = bool(self.plan.faults) and self.is_lucky(0.2)
        self.skew = timedelta(minutes=5) if self.is_skewed else timedelta()
        self.faults = Faults(self.chance, self.plan.faults, self._overtake, self._is_down)
        self.deployment = Deployment(self.policy, self.faults, self._new_id, self._arm)

    def go(self) -> None:
        """Let time pass until the end, and then without faults until everything has settled."""
        self.at(self.start + SWEEP_EVERY, self._sweep)
        self._until(self.end)
        self.faults.rate, self.outages, self.skew = 0.0, (), timedelta()
        self._until(self.end + SETTLING)

    def at(self, time: datetime, task: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._tasks, (max(time, self.now), next(self._numbers), task))

    def soon(self, least: float, most: float, task: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        self.at(self.now + timedelta(seconds=self.chance.uniform(least, most)), task)

    def invoke(self, what: str, work: Work) -> bool:
        """Let a function do its work once; tell whether it ended well. Its clock may be wrong."""
        skew = self.skew * self.chance.uniform(-1, 1)
        self.trace.append(f"{self.now.isoformat()} {what}")
        del self.trace[:-TRACE]
        try:
            work(self.now + skew)
        except (Killed, Unavailable, Conflict) as error:
            self.trace[-1] += f": {type(error).__name__} {error}"
            return False
        except Exception as error:  # noqa: BLE001 - a finding
            self.unexpected.append(f"{what}: {type(error).__name__}: {error}")
            return False
        finally:
            self._stream_new()
            self.after()
        return True

    def is_lucky(self, probability: float) -> bool:
        """Tell whether something of some probability happens."""
        return self.chance.random() < probability

    def _until(self, end: datetime) -> None:
        while self._tasks and self._tasks[0][0] <= end:
            self.now, _, task = heapq.heappop(self._tasks)
            task()
        self.now = end

    def _new_id(self) -> str:
        return f"L{next(self.ids):06d}"

    # faults that are no call's

    def _outages(self) -> tuple[Outage, ...]:
        """Return when the store answers nobody (3 h) and when nothing is consumed (15 h), in one run of four each."""
        found = []
        for what, hours in (("table", 3), ("consumers", 15)):
            if self.plan.faults and self.chance.random() < 0.25:
                start = self.start + timedelta(days=self.plan.days) * self.chance.random()
                found.append(Outage(what, start, min(start + timedelta(hours=hours), self.end)))
        return tuple(found)

    def _is_down(self, what: str) -> bool:
        return any(outage.what == what and outage.start <= self.now < outage.end for outage in self.outages)

    def _back_at(self) -> datetime:
        return max(outage.end for outage in self.outages if outage.what == "consumers")

    def _overtake(self) -> None:
        """Let somebody else work in between: the sweep, or a record or an alarm that came twice."""
        if self._inside or self._is_down("consumers"):
            return
        self._inside = True
        try:
            self._somebody_else()
        finally:
            self._inside = False

    def _somebody_else(self) -> None:
        """Sweep, or handle a record again, most likely one of the latest leads: that is where two meet."""
        table = self.deployment.table
        leads = [record for record in table.inserted if isinstance(record, Lead)][-LATEST:]
        if not leads or self.is_lucky(0.3):
            self.invoke("overtaking sweep", lambda now: self.swept.append(self.deployment.sla.sweep(now)))
            return
        record = self.chance.choice(leads if self.is_lucky(0.7) else table.inserted)
        self.invoke("overtaking stream", lambda now: self.handle(record, now))
        lead = table.load(record.id) if isinstance(record, Lead) else None
        if lead and lead.wake_at and lead.wake_at <= self.now:
            self.invoke("overtaking alarm", lambda now: self._ring(lead, now))

    # what delivers

    def _stream_new(self) -> None:
        """Let the stream carry what is new: soon, sometimes late, twice, out of order or never."""
        inserted = self.deployment.table.inserted
        while self._streamed < len(inserted):
            record = inserted[self._streamed]
            self._streamed += 1
            for _ in range(1 + self.is_lucky(self.faults.rate)):
                if self.is_lucky(self.faults.rate / 4):
                    self.faults.injected["lost", "stream"] += 1
                    continue
                late = self.is_lucky(self.faults.rate)
                self.soon(0.05, 1_800 if late else 2, self._carried(record, self.now))

    def _carried(self, record: Lead | Message | Freed, since: datetime, tries: int = 0) -> Callable[[], None]:
        def carry() -> None:
            if self._is_down("consumers"):
                return self.at(self._back_at(), carry) if self._back_at() - since < RETENTION else None
            if self.invoke("stream", lambda now: self.handle(record, now)) or self.now - since >= RETENTION:
                return None
            return self.soon(1, min(2 ** (tries + 1), 60), self._carried(record, since, tries + 1))

        return carry

    def handle(self, record: Lead | Message | Freed, now: datetime) -> None:
        """Take one record, as the functions route and respond do."""
        deployment = self.deployment
        if isinstance(record, Freed):
            list(deployment.route.freed(record.person_id, now))
        elif isinstance(record, Lead):
            deployment.route.route(record, now)
        else:
            while (sent := deployment.respond.deliver(record.lead_id, record.id, now)) is not None:
                if not deployment.respond.is_due_again(sent, now):
                    break

    def _arm(self, lead: Lead, now: datetime) -> None:
        """Ring at the minute by the schedule, and to the second by the queue when it is near; either may get lost."""
        at = lead.wake_at or now
        copies = [timedelta(seconds=self.chance.uniform(0, 60))]
        copies += [timedelta(seconds=self.chance.uniform(0, 1))] if at - now <= NEAR else []
        for late in copies:
            if self.is_lucky(self.faults.rate):
                self.faults.injected["lost", "alarm"] += 1
            else:
                self.at(at + late, self._rung(lead))

    def _rung(self, lead: Lead, received: int = 1) -> Callable[[], None]:
        def ring() -> None:
            if self._is_down("consumers"):
                return self.at(self._back_at(), ring)
            if self.invoke("alarm", lambda now: self._ring(lead, now)) or received == RECEIVES:
                return None
            return self.at(self.now + VISIBILITY, self._rung(lead, received + 1))

        return ring

    def _ring(self, lead: Lead, now: datetime) -> None:
        alarm = Alarm(lead_id=lead.id, token=lead.wake_token, pool_id=lead.pool_id or "")
        self.deployment.sla.alarm_rang(alarm, now)

    def _sweep(self) -> None:
        self.at(self.now + SWEEP_EVERY, self._sweep)
        if not self._is_down("consumers") and self._may_find_something():
            self.invoke("sweep", lambda now: self.swept.append(self.deployment.sla.sweep(now)))

    def _may_find_something(self) -> bool:
        """Tell whether anything is due, waits or must be covered for; a sweep that would find nothing is left out."""
        table, soon = self.deployment.table, self.now + self.skew
        return (
            any(lead.is_waiting or (lead.wake_at and lead.wake_at <= soon) for lead in table.every_lead())
            or any(message.is_owed and message.next_try_at <= soon for message in table.every_message())
            or any(state.away_until and state.away_until > self.now - self.skew for state in table.every_owner())
            or any(absence.start <= soon for _, absence in self.policy.leaves)
        )
