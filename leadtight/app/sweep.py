"""Share a sweep's time among its kinds of work.

A failure costs only itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

Left = Callable[[], timedelta]
"""Returns how much time the caller has left.

Nothing more is begun when there is none.
"""


def unbounded() -> timedelta:
    """Return that time does not matter."""
    return timedelta.max


class SweepTaskKind(StrEnum):
    """The kinds of work of a sweep."""

    UNOWNED = "unowned"
    COVER = "cover"
    WAITING = "waiting"
    OVERDUE = "overdue"
    DIGESTS = "digests"
    MESSAGES = "messages"


SHARES: Mapping[SweepTaskKind, int] = {
    SweepTaskKind.UNOWNED: 4,
    SweepTaskKind.COVER: 1,
    SweepTaskKind.WAITING: 1,
    SweepTaskKind.OVERDUE: 4,
    SweepTaskKind.DIGESTS: 1,
    SweepTaskKind.MESSAGES: 4,
}
"""Shares of the time, of fifteen in all.

They apply while every kind has work; unused time goes to the others.
"""

_PLACES: Mapping[SweepTaskKind, int] = {kind: place for place, kind in enumerate(SHARES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTask:
    """One task about a lead (or a week).

    `run` takes the current instant, and returns None when nothing was done. The task counts in the field `counts` of
    `SweepResult`. `since` is when a faster path should have done it; None for a task that only waits for an
    opportunity.
    """

    lead_id: str
    run: Callable[[datetime], object | None]
    counts: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A task that failed, and its error.

    Without a lead it is the reading of the kind that failed.
    """

    kind: SweepTaskKind
    lead_id: str
    error: Exception

    def __str__(self) -> str:
        return f"{self.kind} {self.lead_id or 'all'}: {type(self.error).__name__}: {self.error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The count and the oldest due time of a kind.

    It covers the tasks that were read.
    """

    count: int = 0
    oldest: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """Return how long the oldest has been due."""
        return max(now - self.oldest, timedelta()) if self.oldest else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """Repairs and failures of one sweep.

    Covering for the absent and assigning waiting leads are not repairs. `unfinished` are the kinds of which more was
    due than there was time for.
    """

    routed: int = 0
    rung: int = 0
    sent: int = 0
    covered: int = 0
    offered: int = 0
    faults: tuple[Fault, ...] = ()
    backlogs: Mapping[SweepTaskKind, Backlog] = field(default_factory=dict)
    unfinished: frozenset[SweepTaskKind] = frozenset()

    @property
    def repairs(self) -> int:
        """Return the number of things that fast paths had lost."""
        return self.routed + self.rung + self.sent


def failed(error: Exception) -> SweepTask:
    """Return a task that raises a failed read's error."""

    def run(now: datetime) -> None:
        raise error

    return SweepTask(lead_id="", run=run)


def work_off(kinds: Mapping[SweepTaskKind, Iterator[SweepTask]], now: datetime, left: Left = unbounded) -> SweepResult:
    """Work off the tasks of all kinds, sharing the time.

    It ends when all are done or no time is left. The kind that has had the least of its share is next. Reading a kind's
    tasks is its own time and its own fault.
    """
    work = _SweepProgress(dict(kinds), now, left)
    while work.open and work.has_time():
        work.step(min(work.open, key=lambda kind: (work.spent[kind] / SHARES[kind], _PLACES[kind])))
    return work.result()


class _SweepProgress:
    """Tracks the results, and the time of each kind."""

    def __init__(self, kinds: dict[SweepTaskKind, Iterator[SweepTask]], now: datetime, left: Left) -> None:
        self.open = kinds
        self.spent = dict.fromkeys(kinds, timedelta())
        self._now, self._left, self._all = now, left, left()
        self._counts = dict.fromkeys(("routed", "rung", "sent", "covered", "offered"), 0)
        self._backlogs = dict.fromkeys(kinds, Backlog())
        self._faults: list[Fault] = []

    def has_time(self) -> bool:
        return self._left() > timedelta()

    def step(self, kind: SweepTaskKind) -> None:
        """Take the next task of a kind, and do it."""
        began = self._left()
        try:
            task = next(self.open[kind], None)
        except Exception as error:  # noqa: BLE001 - kept, and reported by the sweep's caller
            self._faults.append(Fault(kind=kind, lead_id="", error=error))
            task = None
        if task is None:
            del self.open[kind]
        else:
            self._do(kind, task)
        self.spent[kind] += began - self._left()

    def _do(self, kind: SweepTaskKind, task: SweepTask) -> None:
        if task.since:
            so_far = self._backlogs[kind]
            oldest = min(so_far.oldest or task.since, task.since)
            self._backlogs[kind] = Backlog(count=so_far.count + 1, oldest=oldest)
        try:
            is_done = task.run(self._now + (self._all - self._left())) is not None
        except Exception as error:  # noqa: BLE001 - kept, and reported by the sweep's caller
            self._faults.append(Fault(kind=kind, lead_id=task.lead_id, error=error))
        else:
            if is_done and task.counts:
                self._counts[task.counts] += 1

    def result(self) -> SweepResult:
        return SweepResult(
            **self._counts, faults=tuple(self._faults), backlogs=self._backlogs, unfinished=frozenset(self.open)
        )
