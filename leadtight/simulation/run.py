"""A deployment on a virtual clock, decided by the seed.

It holds time, tasks and faults.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from leadtight.adapters.memory.rows import FreedCapacity
from leadtight.app.sweep import SweepResult
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Message
from leadtight.domain.policy.policy import Policy
from leadtight.simulation.deployment import Deployment, SimulatedMailBucket
from leadtight.simulation.event_delivery import EventDelivery
from leadtight.simulation.faults import Faults, Outage, PortUnavailable, ProcessKilled
from leadtight.simulation.plan import SimulationPlan

STARTS = tuple(
    datetime(2026, *day, 7, tzinfo=UTC)
    for day in ((3, 28), (10, 24), (11, 20), (11, 23), (12, 30))  # both clock changes, a weekend, a new year
)
SETTLING = timedelta(minutes=20)
"""Time without faults at the end, for repairs."""

HOME = timedelta(minutes=1)
"""Time before the end without new work of people.

Their last work has time to be carried out.
"""

SKEWED = 0.2
"""Share of runs with skewed clocks."""

LATEST = 3
"""Number of latest leads among which overtaking work chooses."""

ENTRY_POINTS = ("webhook", "mail", "import", "quarantine")
"""Work of others than leads and their owners.

The calls made in it are points of their own.
"""

OVERTAKING = "overtaking "
"""Prefix of work done while other work is running."""

Work = Callable[[datetime], object]


@dataclass
class SimulationRun:
    """One run: time, ordered tasks and unexpected errors."""

    plan: SimulationPlan
    policy: Policy
    unexpected: list[str] = field(default_factory=list)
    swept: list[SweepResult] = field(default_factory=list)
    after: Callable[[], None] = lambda: None
    """Called after every invocation, to let people read messages."""
    rival: Callable[[], None] = lambda: None
    """Settles a delivery that another person is about to settle."""

    def __post_init__(self) -> None:
        """Begin on one of the days that challenge clocks."""
        plan = self.plan
        self.chance = Random(plan.seed)
        self.start = self.now = self.chance.choice(STARTS) + timedelta(minutes=self.chance.randrange(24 * 60))
        self.end = self.start + timedelta(days=plan.days)
        self.ids, self._numbers = count(1), count(1)
        self._tasks: list[tuple[datetime, int, Callable[[], None]]] = []
        self.steps: list[tuple[datetime, str]] = []
        self._doing = list[str]()
        self.faults = Faults(
            Random(
                f"{plan.seed}: faults"
            ),  # separate from the world's, so that other faults leave all arrivals the same
            plan.faults,
            plan.strike,
            plan.only,
            self._overtake,
            self.is_down,
            self._note,
        )
        self.outages = self._outages()
        self.is_skewed = plan.is_far_off or bool(plan.faults and self.faults.happens("skewed", "clocks", SKEWED))
        self.skew = self.most_skew = timedelta(minutes=plan.clocks_off) if self.is_skewed else timedelta()
        self.delivering = EventDelivery(self)
        self.deployment = Deployment(
            self.policy,
            self.faults,
            self._new_id,
            self.delivering.arm,
            self.delivering.hint,
            self.delivering.spill,
            self.delivering.retry,
            SimulatedMailBucket(self.now, on_stored=self.delivering.mail_stored),
        )

    def go(self) -> None:
        """Run until the end, then without faults until all settles."""
        self.delivering.start_sweeping()
        self._until(self.end)
        self.faults.rate, self.outages, self.skew = 0.0, (), timedelta()
        self._until(self.end + SETTLING)

    def govern(self, policy: Policy) -> None:
        """Deploy an edited policy."""
        self.policy = policy
        self.deployment.govern(policy)

    def at(self, time: datetime, task: Callable[[], None]) -> None:
        """Schedule a task at a time."""
        heapq.heappush(self._tasks, (max(time, self.now), next(self._numbers), task))

    def soon(self, least: float, most: float, task: Callable[[], None]) -> None:
        """Schedule a task within a range of seconds."""
        self.at(self.now + timedelta(seconds=self.chance.uniform(least, most)), task)

    def invoke(self, label: str, work: Work) -> bool:
        """Invoke a function once; return whether it succeeded.

        Its clock may be wrong.
        """
        skew = self.skew * self.chance.uniform(-1, 1)
        self._note(label)
        self._doing.append(label)
        self.faults.prefix = self._point_prefix()
        try:
            work(self.now + skew)
        except (ProcessKilled, PortUnavailable, Conflict) as error:
            self._note(f"{label}: {type(error).__name__} {error}")
            return False
        except Exception as error:  # noqa: BLE001 - a finding
            self.unexpected.append(f"{label}: {type(error).__name__}: {error}")
            return False
        finally:
            self._doing.pop()
            self.faults.prefix = self._point_prefix()
            self.delivering.stream_new()
            self.after()
        return True

    def _point_prefix(self) -> str:
        """Return the point prefix of the current work.

        Calls of some entry points are counted apart.
        """
        doing = self._doing[-1].removeprefix(OVERTAKING) if self._doing else ""
        return f"{doing}/" if doing in ENTRY_POINTS else ""

    @property
    def is_ending(self) -> bool:
        """Return whether people have stopped working.

        Nothing new begins that the run is too short to finish.
        """
        return self.now > self.end + SETTLING - HOME

    def is_lucky(self, probability: float) -> bool:
        """Return whether an event of some probability happens."""
        return self.chance.random() < probability

    def is_down(self, part: str) -> bool:
        """Return whether a part, or a call's part, is down."""
        for outage in self.outages:  # noqa: SIM110 - any() takes twice as long, and every call asks
            if part.startswith(outage.part) and outage.start <= self.now < outage.end:
                return True
        return False

    def clocks(self) -> set[datetime]:
        """Return the extreme times that functions' clocks may show."""
        return {self.now - self.skew, self.now, self.now + self.skew}

    def back_at(self) -> datetime:
        """Return when consumers work again."""
        return max(outage.end for outage in self.outages if outage.part == "consumers")

    def trace(self, steps: int) -> list[str]:
        """Return work and faults of the first steps, in order."""
        return [f"{at.isoformat()} {label}" for at, label in self.steps[:steps]]

    def _note(self, label: str) -> None:
        self.steps.append((self.now, label))

    def _until(self, end: datetime) -> None:
        while self._tasks and self._tasks[0][0] <= end:
            self.now, _, task = heapq.heappop(self._tasks)
            self.deployment.mail_files.now = self.now
            task()
        self.now = end

    def _new_id(self) -> str:
        return f"L{next(self.ids):06d}"

    # faults outside calls

    def _outages(self) -> tuple[Outage, ...]:
        """Return the outages of the run.

        The store is down for 3 h and consumers for 15 h, in one run of four each.
        """
        outages = []
        for part, hours in (("table", 3), ("consumers", 15)):
            start = self.start + timedelta(days=self.plan.days) * self.chance.random()
            if self.plan.faults and self.faults.happens(f"outage of {hours} h", part, 0.25):
                outages.append(Outage(part, start, min(start + timedelta(hours=hours), self.end)))
        return tuple(outages)

    def _overtake(self) -> None:
        """Let other work happen in between.

        It is the sweep, or a record or an alarm that came twice.
        """
        if len(self._doing) > 1 or self.is_down("consumers"):
            return None
        if self._doing[-1] == "quarantine":
            return self.rival()
        table, luck = self.deployment.table, self.chance.random()
        leads = [record for record in table.inserted if isinstance(record, Lead)][-LATEST:]
        if not leads or luck < 0.3:
            return self._overtaking_sweep()
        return self._overtaking_record(self.chance.choice(leads if luck < 0.8 else table.inserted))

    def _overtaking_sweep(self) -> None:
        doing = self._doing[-1]
        if doing in ("sweep", "collect"):
            self.faults.injected["at once", f"two of {doing}"] += 1
        if doing == "collect" or self.is_lucky(0.2):
            self.invoke(f"{OVERTAKING}collect", self.deployment.collect.sweep)
        else:
            self.invoke(f"{OVERTAKING}sweep", lambda now: self.swept.append(self.deployment.sla.sweep(now)))

    def _overtaking_record(self, record: Lead | Message | FreedCapacity) -> None:
        """Handle a record again, mostly one of the latest leads.

        That is where two meet.
        """
        self.invoke(f"{OVERTAKING}stream", lambda now: self.delivering.handle(record, now))
        lead = self.deployment.table.load(record.id) if isinstance(record, Lead) else None
        if lead and lead.wake_at and lead.wake_at <= self.now:
            self.invoke(f"{OVERTAKING}alarm", lambda now: self.delivering.ring(lead, now))
