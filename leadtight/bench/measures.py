"""Measurements beside plain code, with their bars.

The plain code gives the same answers. Times are processor time, so that a busy machine does not count against the
product.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median, quantiles
from typing import TypeVar

from leadtight.bench import naive_routing, synthetic_company
from leadtight.bench.naive_calendar import WallClock
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.targets import CLOSE, Target
from leadtight.domain.promises.deadlines import deadline
from leadtight.domain.routing.selection import choose
from leadtight.policy import loader as policies

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
LOOKED_AT_DAYS = 14  # reach of the plain wall clock reading, beyond any target of the bench
SEED = 2026
TIMES = 5  # the quickest of so many samples counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measurement with its figures, bar and disagreements.

    The figure named by `bar` must stay below it; disagreements are those of the plain code.
    """

    id: str
    description: str
    figures: dict[str, float]
    bar: tuple[str, float] | None = None
    disagreements: list[str] = field(default_factory=list)

    @property
    def missed(self) -> str:
        """Return the violated bar in words; empty without one."""
        if self.disagreements:
            return f"{self.id}: the plain code disagrees: {', '.join(self.disagreements[:3])}"
        if self.bar and not self.figures[self.bar[0]] < self.bar[1]:
            name, most = self.bar
            return f"{self.id}: {name} is {self.figures[name]:.3g}, which must be below {most:g}"
        return ""


def choosing(people: int, rules: int, samples: int) -> Result:
    """Measure the choice of an owner.

    Every sample is another lead in another situation.
    """
    policy = policies.parse(synthetic_company.large(people, rules))
    quick, plain, apart = [], [], []
    with quiet():
        for situation in synthetic_company.situations(policy, samples, SEED):
            taken, owner = _timed(partial(_chosen, policy, situation))
            taken_plainly, expected = _timed(partial(naive_routing.owner_of, policy, situation), times=1)
            quick.append(taken)
            plain.append(taken_plainly)
            if owner != expected:
                apart.append(f"{situation.lead.id}: {owner}, not {expected}")
    return Result(
        id="choosing",
        description=f"choosing an owner among {people} people with {rules} rules ({samples} leads)",
        figures={
            "median_ms": median(quick) * 1e3,
            "p95_ms": quantiles(quick, n=20)[-1] * 1e3,
            "plain_median_ms": median(plain) * 1e3,
            "times_as_fast": median(plain) / median(quick),
        },
        bar=("median_ms", 1.0),
        disagreements=apart,
    )


def _chosen(policy: Policy, situation: synthetic_company.Situation) -> str:
    rotation = situation.rotation
    lead, roster, now = situation.lead, situation.roster, situation.now
    return choose(policy, lead, rotation, roster, now, not_again=situation.not_again)[0].owner


def deadlines(count: int, checked: int) -> Result:
    """Measure deadlines from any minute of a year.

    They span weekends, breaks and holidays.
    """
    policy = policies.parse(synthetic_company.large(people=1, rules=1))
    targets = [target for target in policy.targets.values() if target.within or target.by]
    chance, year = random.Random(SEED), datetime(2026, 1, 1, tzinfo=UTC)
    inputs = [(targets[n % len(targets)], year + chance.randrange(365 * 24 * 60) * MINUTE) for n in range(count)]
    with quiet():
        total, _ = _timed(lambda: [deadline(policy, target, start) for target, start in inputs], times=1)
        sample = inputs[:: max(1, count // checked)]
        plainly, apart = _checked(policy, sample)
    return Result(
        id="deadlines",
        description=f"{count} deadlines in a year with public holidays ({len(sample)} of them read minute by minute)",
        figures={
            "total_s": total,
            "each_us": total / count * 1e6,
            "plain_each_us": plainly * 1e6,
            "times_as_fast": plainly / (total / count),
        },
        bar=("total_s", 1.0 * count / 10_000),
        disagreements=apart,
    )


def _checked(policy: Policy, sample: Sequence[tuple[Target, datetime]]) -> tuple[float, list[str]]:
    times, apart = [], []
    for target, start in sample:
        taken, expected = _timed(partial(_plain_deadline, policy, target, start), times=1)
        times.append(taken)
        if deadline(policy, target, start) != expected:
            apart.append(f"{target.id} from {start.isoformat()}")
    return median(times), apart


def _plain_deadline(policy: Policy, target: Target, start: datetime) -> datetime | None:
    calendar = policy.calendars[target.calendar]
    clock = WallClock(calendar, start.astimezone(calendar.zone).date(), LOOKED_AT_DAYS, MINUTE)
    if target.by == CLOSE:
        return clock.close_of_business(start)
    if target.by is not None:
        return clock.by_next_business_day(start, target.by)
    assert target.within is not None, "a checked target has within or by"
    return clock.add(start, target.within)


def loading(people: int, rules: int) -> Result:
    """Measure loading the shipped policy and a large one."""
    shipped, large = policies.SHIPPED.read_bytes(), synthetic_company.large(people, rules)
    return Result(
        id="loading",
        description=f"reading and checking a policy: the shipped one, and {people} people with {rules} rules",
        figures={
            "shipped_ms": _timed(lambda: policies.parse(shipped))[0] * 1e3,
            "large_ms": _timed(lambda: policies.parse(large))[0] * 1e3,
        },
    )


def _timed(call: Callable[[], T], times: int = TIMES) -> tuple[float, T]:
    """Return the seconds of the quickest call, and its result."""
    measured = [_once(call) for _ in range(times)]
    return min(seconds for seconds, _ in measured), measured[0][1]


def _once(call: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    returned = call()
    return time.process_time() - start, returned


@contextmanager
def quiet() -> Iterator[None]:
    """Disable garbage collection while measuring."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
