"""Messages in the outbox, until confirmed or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

LEAD = "lead"
PHONE_PROOF = "phone_proof"
NETWORK, SOURCE = "network", "source"
"""Data keys of an acknowledgement's cause: a number that does not reveal the address, and its source.

`PHONE_PROOF`: a message to another number than the lead's keeps the proof that it is the sender's.
"""


class Channel(StrEnum):
    """Channels of messages."""

    EMAIL = "email"
    SMS = "sms"
    SLACK = "slack"
    TEAMS = "teams"
    VOICE = "voice"


TO_LEADS = (Channel.EMAIL, Channel.SMS, Channel.VOICE)
"""Channels to leads: chat is for team members only."""

TO_TEAM = (Channel.EMAIL, Channel.SMS, Channel.SLACK, Channel.TEAMS)
"""Channels to team members: automatic calls are for leads only."""


class Template(StrEnum):
    """Templates of messages."""

    ACKNOWLEDGE = "acknowledge"
    ALERT_OWNER = "alert_owner"
    WARN_OWNER = "warn_owner"
    DEADLINE_MISSED = "deadline_missed"
    ESCALATE = "escalate"
    LEAD_MOVED = "lead_moved"
    REMIND = "remind"
    TASK = "task"
    SEQUENCE_STEP = "sequence_step"
    BOOKING_LINK = "booking_link"
    ASSET = "asset"
    WROTE_AGAIN = "wrote_again"
    WEEKLY_REVIEW = "weekly_review"
    NEEDS_PERSON = "needs_person"
    NOT_REACHED = "not_reached"
    ASK_LEAD = "ask_lead"
    NOT_CONTACTED = "not_contacted"


class Status(StrEnum):
    """Progress of a message.

    Pending and claimed messages are still owed.
    """

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    CONFIRMED = "confirmed"
    BOUNCED = "bounced"
    REFUSED = "refused"
    DEAD = "dead"


OWED = frozenset({Status.PENDING, Status.CLAIMED})
NOT_CHANGED_BY: Mapping[Status, frozenset[Status]] = {
    Status.SENT: frozenset({Status.SENT, Status.CONFIRMED, Status.BOUNCED}),
    Status.CONFIRMED: frozenset({Status.CONFIRMED, Status.BOUNCED}),
    Status.BOUNCED: frozenset({Status.BOUNCED}),
}
"""Statuses that outlast a provider's later report of the key: reports come late, repeatedly and in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one person, about one lead.

    The weekly review stands under its week instead of a lead. `recipient` is `lead` or a person's id: the address is
    looked up when it is sent. `next_try_at` is when the outbox looks at it next: now while pending, the end of the
    lease while claimed. Messages that carry the same to one person on several channels share a `notice`; one that a
    channel refuses goes by the first of `fallbacks`. One that is `queued` waits for its reader's next digest. `source`
    is the source of its lead, by which sending is shared.
    """

    id: str
    lead_id: str
    template: Template
    channel: Channel
    recipient: str
    created_at: datetime
    next_try_at: datetime
    status: Status = Status.PENDING
    attempts: int = 0
    provider_id: str | None = None
    detail: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    notice: str = ""
    fallbacks: tuple[Channel, ...] = ()
    queued: bool = False
    source: str = ""

    @property
    def is_about_a_lead(self) -> bool:
        """Return whether `lead_id` names a lead."""
        return self.template is not Template.WEEKLY_REVIEW

    @property
    def is_owed(self) -> bool:
        """Return whether it still has to be sent."""
        return self.status in OWED
