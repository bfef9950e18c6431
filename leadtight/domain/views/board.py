"""An open lead as the board shows it (J5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel
from leadtight.domain.views.queue import due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLead:
    """An open lead on the board.

    `reached_at` is its first contact, `promised_at` the deadline of that.
    """

    lead_id: str
    name: str
    tier: str
    owner_id: str | None
    generation: int
    received_at: datetime
    promised_at: datetime
    due_at: datetime
    what: str
    reached_at: datetime | None = None
    mail_comes_back: bool = False

    def is_breached(self, now: datetime) -> bool:
        """Return whether the promise has passed without a contact."""
        return self.reached_at is None and now > self.promised_at


def on_board(lead: Lead) -> BoardLead | None:
    """Return a lead's entry on the board; None unless open."""
    if not lead.is_open:
        return None
    return BoardLead(
        lead_id=lead.id,
        name=lead.inquiry.display_name[:120],
        tier=lead.promise.tier,
        owner_id=lead.owner_id,
        generation=lead.generation,
        received_at=lead.received_at,
        promised_at=lead.promise.deadline,
        due_at=due_at(lead),
        what=(lead.next_action.what if lead.next_action else "")[:160],
        reached_at=lead.first_contact_at,
        mail_comes_back=Channel.EMAIL in lead.unreachable,
    )
