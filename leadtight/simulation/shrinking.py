"""Shrink a failed run to the fewest leads and faults."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from leadtight.simulation.plan import SimulationPlan
from leadtight.simulation.result import Outcome

TRIES = 150
"""Most runs spent on one finding."""

Still = Callable[[SimulationPlan], Outcome | None]
"""Runs a smaller plan.

None when it breaks no invariant of the finding, or no time is left.
"""


def shrink(
    failure: Outcome,
    run: Callable[[SimulationPlan], Outcome],
    *,
    is_time_over: Callable[[], bool] = lambda: False,
    tried: Callable[[int, SimulationPlan], None] = lambda runs, smallest: None,
) -> Outcome:
    """Return the smallest run that breaks a same invariant.

    It is the run itself if none is smaller. Leads, then faults go in halves, then quarters and so on (delta debugging).
    Shrinking ends with the smallest so far when `is_time_over`, which is called before each run. After each run `tried`
    gets the number of runs and the smallest plan so far.
    """
    runs, smallest = 0, failure.plan

    def still(plan: SimulationPlan) -> Outcome | None:
        nonlocal runs, smallest
        if runs == TRIES or is_time_over():
            return None
        runs += 1
        outcome = run(plan)
        is_smaller = bool(outcome.broken & failure.broken)
        smallest = plan if is_smaller else smallest
        tried(runs, smallest)
        return outcome if is_smaller else None

    return _fewer_faults(_fewer_leads(failure, still), still)


def _fewer_leads(outcome: Outcome, still: Still) -> Outcome:
    everyone = range(outcome.plan.leads)
    coming = [number for number in everyone if number not in outcome.plan.without]

    def without(kept: Sequence[int]) -> SimulationPlan:
        return replace(outcome.plan, without=frozenset(everyone) - frozenset(kept))

    return _fewest(outcome, coming, 1, lambda kept: still(without(kept)))


def _fewer_faults(outcome: Outcome, still: Still) -> Outcome:
    happening = sorted(outcome.plan.only if outcome.plan.only is not None else range(1, outcome.faults + 1))
    plan = outcome.plan
    return _fewest(outcome, happening, 0, lambda kept: still(replace(plan, only=frozenset(kept))))


def _fewest(
    smallest: Outcome, kept: Sequence[int], at_least: int, breaks: Callable[[Sequence[int]], Outcome | None]
) -> Outcome:
    """Leave out numbers while the run still breaks.

    They go a stretch at a time; where none can, shorter stretches are tried.
    """
    size = len(kept)
    while size:
        shorter = (rest for rest in _left_out(kept, size) if len(rest) >= at_least)
        smaller = next(((outcome, rest) for rest in shorter if (outcome := breaks(rest))), None)
        if smaller is None:
            size //= 2
        else:
            smallest, kept = smaller
            size = min(size, len(kept))
    return smallest


def _left_out(kept: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield the numbers that remain without each stretch."""
    for start in range(0, len(kept), size):
        yield [*kept[:start], *kept[start + size :]]
