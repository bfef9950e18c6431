"""What rings a lead when its time has come, as a Protocol."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from leadtight.domain.model.lead import Lead

NEAR = timedelta(minutes=15)
"""An alarm that is due within this time is sent to the queue itself, to the second."""


class Alarms(Protocol):
    """Rings a lead at a time. A hint: the sweep finds what never rang."""

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm the alarm of `lead.wake_at`; does nothing for a lead that needs none."""

    def disarm(self, lead: Lead) -> None:
        """Forget the alarm that the state `lead` armed, as best effort."""
