"""A deployment on a virtual clock: time, what is done when, and what goes wrong. The seed decides all."""

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
    for day in ((3, 28), (10, 24), (11, 20), (11, 23), (12, 30))  # both changes of the clock, a weekend, a new year
)
SETTLING = timedelta(minutes=20)
"""How long a run goes on without faults, so that whatever they cost is repaired."""

HOME = timedelta(minutes=1)
"""So long before the end of a run people do nothing new: what they did last has the time to be carried out."""

SKEWED = 0.2
"""How many runs have clocks that are off."""

LATEST = 3
"""Among so many of the latest leads, whoever overtakes chooses one."""

DOORS = ("webhook", "mail", "import", "quarantine")
"""What is done by others than leads and their owners: the calls made in it are points of their own."""

OVERTAKING = "overtaking "
"""What stands before the name of what is done while something else is."""

Work = Callable[[datetime], object]


@dataclass
class SimulationRun:
    """One run: time, tasks in their order, and what went wrong."""

    plan: SimulationPlan
    policy: Policy
    unexpected: list[str] = field(default_factory=list)
    swept: list[SweepResult] = field(default_factory=list)
    after: Callable[[], None] = lambda: None
    """Called after every invocation: people read what they have been sent."""
    rival: Callable[[], None] = lambda: None
    """Settles what somebody is about to settle."""

    def __post_init__(self) -> None:
        """Begin on one of the days that are hard on clocks."""
        plan = self.plan
        self.chance = Random(plan.seed)
        self.start = self.now = self.chance.choice(STARTS) + timedelta(minutes=self.chance.randrange(24 * 60))
        self.end = self.start + timedelta(days=plan.days)
        self.ids, self._numbers = count(1), count(1)
        self._tasks: list[tuple[datetime, int, Callable[[], None]]] = []
        self.steps: list[tuple[datetime, str]] = []
        self._doing = list[str]()
        self.faults = Faults(
            Random(f"{plan.seed}: faults"),  # not the world's: another fault, or one less, leaves who comes when
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
            SimulatedMailBucket(self.now, told=self.delivering.mail_stored),
        )

    def go(self) -> None:
        """Let time pass until the end, and then without faults until everything has settled."""
        self.delivering.start_sweeping()
        self._until(self.end)
        self.faults.rate, self.outages, self.skew = 0.0, (), timedelta()
        self._until(self.end + SETTLING)

    def govern(self, policy: Policy) -> None:
        """Deploy an edited policy."""
        self.policy = policy
        self.deployment.govern(policy)

    def at(self, time: datetime, task: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._tasks, (max(time, self.now), next(self._numbers), task))

    def soon(self, least: float, most: float, task: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        self.at(self.now + timedelta(seconds=self.chance.uniform(least, most)), task)

    def invoke(self, label: str, work: Work) -> bool:
        """Let a function do its work once; tell whether it ended well. Its clock may be wrong."""
        skew = self.skew * self.chance.uniform(-1, 1)
        self._note(label)
        self._doing.append(label)
        self.faults.door = self._door()
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
            self.faults.door = self._door()
            self.delivering.stream_new()
            self.after()
        return True

    def _door(self) -> str:
        """Return what names the calls of what is done now: those of some doors are counted apart."""
        doing = self._doing[-1].removeprefix(OVERTAKING) if self._doing else ""
        return f"{doing}/" if doing in DOORS else ""

    @property
    def is_ending(self) -> bool:
        """Tell whether people have gone home, so that nothing new begins that the run is too short to finish."""
        return self.now > self.end + SETTLING - HOME

    def is_lucky(self, probability: float) -> bool:
        """Tell whether something of some probability happens."""
        return self.chance.random() < probability

    def is_down(self, part: str) -> bool:
        """Tell whether something, or what a call is of, answers nobody now."""
        for outage in self.outages:  # noqa: SIM110 - any() takes twice as long, and every call asks
            if part.startswith(outage.what) and outage.start <= self.now < outage.end:
                return True
        return False

    def clocks(self) -> set[datetime]:
        """Return what the clocks of functions may show at the outside."""
        return {self.now - self.skew, self.now, self.now + self.skew}

    def back_at(self) -> datetime:
        """Return when consumers consume again."""
        return max(outage.end for outage in self.outages if outage.what == "consumers")

    def trace(self, steps: int) -> list[str]:
        """Return what was done and what failed in the first steps, in order."""
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

    # faults that are no call's

    def _outages(self) -> tuple[Outage, ...]:
        """Return when the store answers nobody (3 h) and when nothing is consumed (15 h), in one run of four each."""
        outages = []
        for part, hours in (("table", 3), ("consumers", 15)):
            start = self.start + timedelta(days=self.plan.days) * self.chance.random()
            if self.plan.faults and self.faults.happens(f"outage of {hours} h", part, 0.25):
                outages.append(Outage(part, start, min(start + timedelta(hours=hours), self.end)))
        return tuple(outages)

    def _overtake(self) -> None:
        """Let somebody else work in between: the sweep, or a record or an alarm that came twice."""
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
        """Handle a record again, most likely one of the latest leads: that is where two meet."""
        self.invoke(f"{OVERTAKING}stream", lambda now: self.delivering.handle(record, now))
        lead = self.deployment.table.load(record.id) if isinstance(record, Lead) else None
        if lead and lead.wake_at and lead.wake_at <= self.now:
            self.invoke(f"{OVERTAKING}alarm", lambda now: self.delivering.ring(lead, now))
