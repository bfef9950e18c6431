"""Notice scheduled runs that have not succeeded for long.

Each run notes that it has succeeded, and the sweep looks. Nothing else would miss a schedule that was disabled.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from leadtight.app.ports.runs import RunLog


class ScheduledRun(StrEnum):
    """The recurring runs of a stage."""

    SWEEP = "sweep"
    COLLECT = "collect"
    RECONCILE = "reconcile"
    NIGHTLY = "nightly"
    WEEKLY = "weekly"


LATE_AFTER: Mapping[ScheduledRun, timedelta] = {
    ScheduledRun.COLLECT: timedelta(minutes=20),
    ScheduledRun.RECONCILE: timedelta(hours=13),
    ScheduledRun.NIGHTLY: timedelta(hours=27),
    ScheduledRun.WEEKLY: timedelta(days=8),
}
"""The longest time between two successes.

It is more than two intervals, or one and the retries; a night is up to 25 hours long. The sweep itself has no limit
here: when it stops, nothing looks, and an alarm hears the silence.
"""


class ScheduledRuns:
    """Notes runs, and names those that are overdue."""

    def __init__(self, log: RunLog) -> None:
        """Take the port."""
        self._log = log

    def succeeded(self, run: ScheduledRun, now: datetime) -> None:
        """Note that a run has succeeded."""
        self._log.ran(run, now)

    def overdue(self, now: datetime) -> dict[ScheduledRun, datetime]:
        """Return the runs that are overdue, with their last success.

        A run that has never succeeded counts from the first look, so that a new stage has its time.
        """
        last = self._log.last_runs()
        for run in LATE_AFTER.keys() - last.keys():
            self._log.ran(run, now)
        return {run: last[run] for run, most in LATE_AFTER.items() if run in last and now - last[run] > most}
