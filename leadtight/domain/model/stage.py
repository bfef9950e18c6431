"""The eight stages of a lead."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a lead stands (capability I1)."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    CALL_BOOKED = "call_booked"
    PROPOSAL_SENT = "proposal_sent"
    FOLLOW_UP_NEEDED = "follow_up_needed"
    WON = "won"
    LOST = "lost"

    @property
    def label(self) -> str:
        """Return the stage as people write it."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing more is due."""
        return self in (Stage.WON, Stage.LOST)
