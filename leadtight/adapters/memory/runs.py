"""When scheduled runs last succeeded, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class MemoryRuns:
    """RunLog in memory."""

    def __init__(self) -> None:
        """Start without any run."""
        self._last: dict[str, datetime] = {}

    def ran(self, run: str, at: datetime) -> None:
        """Store that a run has succeeded."""
        self._last[run] = at

    def last_runs(self) -> Mapping[str, datetime]:
        """Return the times of all runs, by name."""
        return dict(self._last)
