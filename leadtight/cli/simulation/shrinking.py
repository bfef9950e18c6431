"""From a run in which something does not hold to a smaller one: the fewest leads and faults that still break it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from leadtight.cli.simulation.outcome import Outcome
from leadtight.cli.simulation.plan import Plan

TRIES = 150
"""Runs that one finding is worth."""


def shrink(found: Outcome, run: Callable[[Plan], Outcome]) -> Outcome:
    """Return the smallest run found that breaks one of the same invariants; the run itself when it is the smallest.

    Leads go one by one, faults in halves, then quarters and so on (delta debugging).
    """
    tries = iter(range(TRIES))

    def still(plan: Plan) -> Outcome | None:
        if next(tries, None) is None:
            return None
        outcome = run(plan)
        return outcome if outcome.broken & found.broken else None

    return _fewer_faults(_fewer_leads(found, still), still)


def _fewer_leads(found: Outcome, still: Callable[[Plan], Outcome | None]) -> Outcome:
    for number in range(found.plan.leads):
        without = found.plan.without | {number}
        if len(without) < found.plan.leads:
            found = still(replace(found.plan, without=without)) or found
    return found


def _fewer_faults(found: Outcome, still: Callable[[Plan], Outcome | None]) -> Outcome:
    kept = sorted(found.plan.only if found.plan.only is not None else range(1, found.faults + 1))
    size = len(kept)
    while size:
        smaller = _first(still, found.plan, _left_out(kept, size))
        if smaller is None:
            size //= 2
        else:
            found, kept = smaller, sorted(smaller.plan.only or ())
            size = min(size, len(kept))
    return found


def _first(still: Callable[[Plan], Outcome | None], plan: Plan, tried: Iterator[Sequence[int]]) -> Outcome | None:
    return next((o for only in tried if (o := still(replace(plan, only=frozenset(only))))), None)


def _left_out(kept: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield what stays when one stretch of so many goes, for each stretch."""
    for start in range(0, len(kept), size):
        yield [*kept[:start], *kept[start + size :]]
