"""What a run is about, and the command that runs it again."""

from dataclasses import dataclass, replace

from leadtight.cli.simulation.faults import Strike

LONG = (20, 2.0)
"""Leads and days of a long run among many short ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The same plan runs the same.

    A `strike` is its only fault. What was made smaller after a finding lets some leads never come (`without`, by their
    numbers) and only some faults happen (`only`, by theirs).
    """

    seed: int
    leads: int = 10
    days: float = 1
    faults: float = 0.05
    strike: Strike | None = None
    without: frozenset[int] = frozenset()
    only: frozenset[int] | None = None

    @property
    def is_free_of_faults(self) -> bool:
        """Tell whether nothing at all fails."""
        return not self.faults and self.strike is None

    @property
    def replay(self) -> str:
        """Return the command that runs it again."""
        words = f"leadtight simulate --leads {self.leads} --days {self.days:g} --seed {self.seed}"
        words += f" --faults {self.faults:g}"
        if self.strike:
            words += f" --strike {self.strike.passage}:{self.strike.kind}"
        if self.without:
            words += f" --without {','.join(map(str, sorted(self.without)))}"
        if self.only is not None:
            words += f" --only {','.join(map(str, sorted(self.only))) or 'none'}"
        return words


def series(first: Plan, seeds: int, long_every: int = 0) -> list[Plan]:
    """Return so many runs, each with the next seed; every so many is a long one."""
    plans = [replace(first, seed=first.seed + n) for n in range(seeds)]
    leads, days = LONG
    return [
        replace(plan, leads=leads, days=days) if long_every and n % long_every == long_every - 1 else plan
        for n, plan in enumerate(plans)
    ]
