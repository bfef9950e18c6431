"""Port of the scheduled runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class RunLog(Protocol):
    """When each scheduled run last succeeded."""

    def ran(self, run: str, at: datetime) -> None:
        """Store that a run has succeeded; replaces the time before."""

    def last_runs(self) -> Mapping[str, datetime]:
        """Return the times of all runs, by name."""
