"""Port of the alarms that wake leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.model.lead import Lead

NEAR = timedelta(minutes=15)
"""Alarms due within this time go straight to the queue.

They are precise to a second.
"""


class Alarms(Protocol):
    """Rings a lead at a time.

    It is a hint: the sweep finds leads whose alarm was lost.
    """

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of `lead.wake_at`, if it has one."""

    def disarm(self, lead: Lead) -> None:
        """Remove the alarm that the state `lead` armed; best effort."""
