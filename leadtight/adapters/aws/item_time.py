"""A time limit for each of many items, by signal.

The signal also interrupts a regular expression, a loop and a call.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from leadtight.app.intake.time_limits import Limits
from leadtight.app.sweep import Left
from leadtight.domain.model.errors import OutOfTime

AGAIN = 2.0
"""Seconds until an unfinished item is interrupted again."""


def shares(left: Left, least: float) -> Limits:
    """Return limits that share the time left equally among items.

    An item gets at least `least` seconds while there are any. What quick items do not use is left to the others.
    """

    def limits(items: int) -> Iterator[AbstractContextManager[None]]:
        for waiting in range(items, 0, -1):
            yield time_limit(_share(left(), waiting, least))

    return limits


def at_most(seconds: float, left: Left) -> Limits:
    """Return limits of `seconds` each, within the time left."""
    return lambda items: (time_limit(min(seconds, left().total_seconds())) for _ in range(items))


def _share(left: timedelta, waiting: int, least: float) -> float | None:
    if left == timedelta.max:
        return None
    seconds = left.total_seconds()
    return max(seconds / waiting, min(least, seconds))


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise OutOfTime in code that runs too long.

    None is unlimited. The error is raised again and again until the code ends. The signal reaches only the main thread,
    in which Lambda calls its handlers; there is no limit in any other thread.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    if seconds <= 0:
        raise OutOfTime("there was no time left to begin")
    is_running, interrupted = True, False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        if is_running:  # otherwise it has just ended
            interrupted = True
            raise OutOfTime(f"it took over {seconds:.1f} s")

    former = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        is_running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
        if interrupted:
            _count()


def _count() -> None:
    """Count an interrupted item in the metric `ItemsOutOfTime`."""
    if not os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        return
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # imported here: items are rarely interrupted

    name, service = "ItemsOutOfTime", {"service": "all"}
    with single_metric(name=name, unit=MetricUnit.Count, value=1, default_dimensions=service):
        pass
