"""A virtual clock for many concurrent functions.

Each waits for its calls, and no real time passes.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet

Work = Callable[[], object]


class FunctionTimeout(BaseException):
    """The function ran into its time limit.

    Nothing in it can catch this.
    """


class VirtualTask(greenlet):
    """One task with the second at which it is ended."""

    deadline: float = float("inf")


class VirtualClock:
    """Seconds since the start.

    While a function sleeps the others run, in the order of their times.
    """

    def __init__(self, start: datetime) -> None:
        """Begin at an instant."""
        self.start = start
        self.now = 0.0
        self._hub = getcurrent()
        self._numbers = count()
        self._due: list[tuple[float, int, VirtualTask | Work]] = []

    def instant(self) -> datetime:
        """Return the present instant."""
        return self.start + timedelta(seconds=self.now)

    def at(self, seconds: float, work: Work) -> None:
        """Start a task at a second."""
        heapq.heappush(self._due, (max(seconds, self.now), next(self._numbers), work))

    def after(self, delay: float, work: Work) -> None:
        """Start a task after a delay in seconds."""
        self.at(self.now + delay, work)

    def sleep(self, seconds: float) -> None:
        """Let time pass for the caller.

        Raises FunctionTimeout where its deadline comes first.
        """
        task = getcurrent()
        if not isinstance(task, VirtualTask):  # outside every line of work, as in a test of one call: time just passes
            self.now += seconds
            return
        wakes_at = min(self.now + seconds, task.deadline)
        is_cut_off = self.now + seconds > task.deadline
        heapq.heappush(self._due, (max(wakes_at, self.now), next(self._numbers), task))
        self._hub.switch()
        if is_cut_off:
            task.deadline = float("inf")
            raise FunctionTimeout

    def run(self, until: float, progress: Callable[[float], None] = lambda _: None) -> None:
        """Run due tasks up to a second, in order.

        Their exceptions propagate.
        """
        self._hub = getcurrent()
        while self._due and self._due[0][0] <= until:
            self.now, _, work = heapq.heappop(self._due)
            task = work if isinstance(work, VirtualTask) else VirtualTask(work)
            task.switch()
            progress(self.now)
        self.now = max(self.now, until)


def limited(seconds: float, clock: VirtualClock, work: Callable[[], Any]) -> Any:
    """Run some work within a time limit.

    Raises FunctionTimeout.
    """
    task = getcurrent()
    if not isinstance(task, VirtualTask):
        return work()
    previous, task.deadline = task.deadline, clock.now + seconds
    try:
        return work()
    finally:
        task.deadline = previous
