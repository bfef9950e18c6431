"""A lead's history in words, with tones and receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.devstage.console.wording import Scene, describe_event, first_contact_at
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsideredCandidate:
    """A pool member; `left_out` says why they were not eligible.

    It is empty for eligible members.
    """

    name: str
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptText:
    """A routing receipt in words: rule, pool and candidates.

    `begins` is the next shift of an owner who was chosen outside their hours.
    """

    rule: str
    pool: str
    people: tuple[ConsideredCandidate, ...]
    begins: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One event in words.

    `tone` is plain, good, warn or bad; `message_id` names the event's message.
    """

    id: str
    at: datetime
    text: str
    tone: str = "plain"
    receipt: ReceiptText | None = None
    message_id: str | None = None


def story_lines(policy: Policy, lead: Lead, events: Iterable[Event], now: datetime) -> Iterator[StoryLine]:
    """Yield the events worth telling, oldest first.

    Most do not name the owner, who is therefore tracked along the way.
    """
    owner = "no one"
    for event in events:
        owner = policy.person_name(event.data["owner"]) if event.data.get("owner") else owner
        scene = Scene(policy=policy, lead=lead, owner=owner, now=now)
        if sentence := describe_event(scene, event):
            yield StoryLine(
                id=event.id,
                at=event.at,
                text=sentence,
                tone=_tone(lead, event),
                receipt=_receipt(policy, event.data.get("receipt")),
                message_id=event.data.get("message"),
            )


def _tone(lead: Lead, event: Event) -> str:
    contact_at = first_contact_at(event)
    if contact_at:
        return "good" if contact_at <= lead.promise.deadline else "warn"
    return _TONES.get(event.kind, "plain")


def _receipt(policy: Policy, stored: Any) -> ReceiptText | None:
    if not stored:
        return None
    receipt = from_document(Receipt, stored)
    people = tuple(
        ConsideredCandidate(name=policy.person_name(c.person), left_out=c.left_out) for c in receipt.candidates
    )
    return ReceiptText(rule=receipt.rule, pool=receipt.pool, people=people, begins=receipt.clock_starts_at)


_TONES = {
    EventKind.OWNER_WARNED: "warn",
    EventKind.DEADLINE_MISSED: "bad",
    EventKind.LEAD_ESCALATED: "bad",
    EventKind.LEAD_REASSIGNED: "warn",
    EventKind.MESSAGE_BOUNCED: "bad",
    EventKind.MESSAGE_FAILED: "bad",
    EventKind.MESSAGE_REFUSED: "warn",
}
