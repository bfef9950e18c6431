"""The eight stages of a lead."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The stage of a lead (I1)."""

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
        """Return its name for people."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_closed(self) -> bool:
        """Return whether the lead is finished."""
        return self in (Stage.WON, Stage.LOST)
