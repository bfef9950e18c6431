"""A lead's history as it is told: its events in order, with tone and receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.devstage.console.wording import Scene, first_contact_at, words
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy
from leadtight.domain.routing.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsideredCandidate:
    """Somebody of the pool, and why they were left out; empty when they took part."""

    name: str
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptText:
    """A routing receipt in words: the rule, its pool and everybody in it."""

    rule: str
    pool: str
    people: tuple[ConsideredCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One event in words. `tone` is plain, good, warn or bad; `message_id` names the message it is about."""

    id: str
    at: datetime
    what: str
    tone: str = "plain"
    why: ReceiptText | None = None
    message_id: str | None = None


def tell(policy: Policy, lead: Lead, events: Iterable[Event], now: datetime) -> Iterator[StoryLine]:
    """Yield the events that say something, oldest first. Most do not name the owner, so that is kept on the way."""
    owner = "nobody"
    for event in events:
        owner = policy.person_name(event.data["owner"]) if event.data.get("owner") else owner
        scene = Scene(policy=policy, lead=lead, owner=owner, now=now)
        if sentence := words(scene, event):
            yield StoryLine(
                id=event.id,
                at=event.at,
                what=sentence,
                tone=_tone(lead, event),
                why=_why(policy, event.data.get("receipt")),
                message_id=event.data.get("message"),
            )


def _tone(lead: Lead, event: Event) -> str:
    contact_at = first_contact_at(event)
    if contact_at:
        return "good" if contact_at <= lead.promise.deadline else "warn"
    return _TONES.get(event.kind, "plain")


def _why(policy: Policy, stored: Any) -> ReceiptText | None:
    if not stored:
        return None
    receipt = from_document(Receipt, stored)
    people = tuple(
        ConsideredCandidate(name=policy.person_name(c.person), left_out=c.left_out) for c in receipt.candidates
    )
    return ReceiptText(rule=receipt.rule, pool=receipt.pool, people=people)


_TONES = {
    EventKind.OWNER_WARNED: "warn",
    EventKind.DEADLINE_MISSED: "bad",
    EventKind.LEAD_ESCALATED: "bad",
    EventKind.LEAD_REASSIGNED: "warn",
    EventKind.MESSAGE_BOUNCED: "bad",
    EventKind.MESSAGE_FAILED: "bad",
    EventKind.MESSAGE_REFUSED: "warn",
}
