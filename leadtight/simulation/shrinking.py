"""From a run in which something does not hold to a smaller one: the fewest leads and faults that still break it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from leadtight.simulation.plan import SimulationPlan
from leadtight.simulation.result import Outcome

TRIES = 150
"""Runs that one finding is worth."""

Still = Callable[[SimulationPlan], Outcome | None]
"""Runs a smaller plan; None when it breaks nothing of what was found, or there is no time left."""


def shrink(
    failure: Outcome,
    run: Callable[[SimulationPlan], Outcome],
    *,
    is_time_over: Callable[[], bool] = lambda: False,
    tried: Callable[[int, SimulationPlan], None] = lambda runs, smallest: None,
) -> Outcome:
    """Return the smallest run found that breaks one of the same invariants; the run itself when it is the smallest.

    Leads, then faults go in halves, then quarters and so on (delta debugging). It ends with what there is when
    `is_time_over` says so, which is asked before each run; `tried` hears after each how many there were, and of the
    smallest plan so far.
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
    everybody = range(outcome.plan.leads)
    coming = [number for number in everybody if number not in outcome.plan.without]

    def without(kept: Sequence[int]) -> SimulationPlan:
        return replace(outcome.plan, without=frozenset(everybody) - frozenset(kept))

    return _fewest(outcome, coming, 1, lambda kept: still(without(kept)))


def _fewer_faults(outcome: Outcome, still: Still) -> Outcome:
    happening = sorted(outcome.plan.only if outcome.plan.only is not None else range(1, outcome.faults + 1))
    plan = outcome.plan
    return _fewest(outcome, happening, 0, lambda kept: still(replace(plan, only=frozenset(kept))))


def _fewest(
    smallest: Outcome, kept: Sequence[int], at_least: int, breaks: Callable[[Sequence[int]], Outcome | None]
) -> Outcome:
    """Leave out what can go of some numbers, a stretch at a time; where none can, shorter stretches are tried."""
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
    """Yield what stays when one stretch of so many goes, for each stretch."""
    for start in range(0, len(kept), size):
        yield [*kept[:start], *kept[start + size :]]
