"""Port of the results of reconciliation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.intake.reconciliation import Reconciliation


class Reconciliations(Protocol):
    """Results of reconciliation by channel and local day."""

    def find(self, channel: str, day: date) -> Reconciliation | None:
        """Return the result for a channel's day."""

    def keep(self, record: Reconciliation) -> None:
        """Store the latest result in place of the previous one."""
