"""The plan of a run and its replay command."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadtight.simulation.faults import PlannedFault

LONG = (20, 2.0)
"""Leads and days of a long run."""

LIFE = (4, 30.0)
"""Leads and days of a month-long run.

Everything that begins after days happens in it: stalls, expiry, nurture, retiring, leave.
"""

LIFE_FROM = 10
"""Days from which a run counts as month-long."""

CLOCKS_OFF = 0.5
"""Most minutes of clock skew in one run of five.

Two clocks then differ by half a lease.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """A run's parameters; the same plan runs the same.

    A `strike` is its only fault. A shrunk run leaves out some leads (`without`, by number) and has only some faults
    (`only`, by number). `clocks_off` is in minutes; above half a message's lease (`is_far_off`) every run has such
    clocks, in a series of its own.
    """

    seed: int
    leads: int = 10
    days: float = 1
    faults: float = 0.05
    strike: PlannedFault | None = None
    without: frozenset[int] = frozenset()
    only: frozenset[int] | None = None
    clocks_off: float = CLOCKS_OFF

    @property
    def is_far_off(self) -> bool:
        """Return whether clocks may differ by over half a lease.

        It is the lease of a message.
        """
        return self.clocks_off > CLOCKS_OFF

    @property
    def is_life(self) -> bool:
        """Return whether the run is long enough for slow processes.

        They begin after days; its people take their time.
        """
        return self.days >= LIFE_FROM

    @property
    def is_free_of_faults(self) -> bool:
        """Return whether nothing at all fails."""
        return not self.faults and self.strike is None and not self.is_far_off

    @property
    def replay(self) -> str:
        """Return the command that repeats the run."""
        words = f"leadtight simulate --leads {self.leads} --days {self.days:g} --seed {self.seed}"
        words += f" --faults {self.faults:g}"
        if self.is_far_off:
            words += f" --clocks-off {self.clocks_off:g}"
        if self.strike:
            words += f" --strike {self.strike.passage}:{self.strike.kind}"
        if self.without:
            words += f" --without {','.join(map(str, sorted(self.without)))}"
        if self.only is not None:
            words += f" --only {','.join(map(str, sorted(self.only))) or 'none'}"
        return words


def series(first: SimulationPlan, seeds: int, long_every: int = 0, life_every: int = 0) -> list[SimulationPlan]:
    """Return runs with consecutive seeds.

    Every `long_every`th is a long one, every `life_every`th lasts a month; a run that would be both is the longer.
    """
    return [replace(first, seed=first.seed + n, **_length(n, first, long_every, life_every)) for n in range(seeds)]


def _length(number: int, plan: SimulationPlan, long_every: int, life_every: int) -> Mapping[str, Any]:
    for every, (leads, days) in ((life_every, LIFE), (long_every, LONG)):
        if every and number % every == every - 1:
            return {"leads": leads, "days": days}
    return {"leads": plan.leads, "days": plan.days}
