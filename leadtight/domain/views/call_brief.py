"""The brief before a call, from the lead's history (P1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import Template
from leadtight.domain.policy.outcomes import OBJECTION

LATEST_TOUCHES, LATEST_WORDS = 3, 2
_OUTCOMES = frozenset({EventKind.OUTCOME_RECORDED, EventKind.OUTCOME_PROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One attempt to reach the person.

    It has outcome, time, team member and note. The member is empty for an automatic call.
    """

    outcome: str
    at: datetime
    by: str
    note: str = ""
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionHeard:
    """An objection, and whether its asset was sent.

    `at` is when it was first recorded.
    """

    objection: str
    at: datetime
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBrief:
    """A lead's history in short: touches and objections.

    The latest touches come first. `wrote_again` are the person's later messages, the latest last. `agreed` is the
    latest time agreed with the person. `booked_at` is the start of a call that they booked.
    """

    wrote_again: tuple[str, ...]
    touches: int
    latest: tuple[Touch, ...]
    objections: tuple[ObjectionHeard, ...]
    agreed: Touch | None
    booked_at: datetime | None
    booking_link_sent: bool


def brief(history: Iterable[Event]) -> CallBrief:
    """Return the brief of a lead from its events.

    They may come in any order; undone outcomes are dropped.
    """
    events = sorted(history, key=lambda e: (e.at, e.version, e.id))
    touches = _touches(events)
    sent = [e.data for e in events if e.kind is EventKind.MESSAGE_SENT]
    answered = {str(data["objection"]) for data in sent if data.get("objection")}
    booked = [e.data.get("starts_at") for e in events if e.kind is EventKind.CALL_BOOKED]
    return CallBrief(
        wrote_again=tuple(filter(None, map(_words, events)))[-LATEST_WORDS:],
        touches=len(touches),
        latest=tuple(reversed(touches[-LATEST_TOUCHES:])),
        objections=tuple(_heard(touches, answered)),
        agreed=next((t for t in reversed(touches) if t.agreed_at), None),
        booked_at=parse_timestamp(booked[-1]) if booked and booked[-1] else None,
        booking_link_sent=any(data.get("template") == Template.BOOKING_LINK for data in sent),
    )


def _words(event: Event) -> str:
    is_more = event.kind is EventKind.INQUIRY_JOINED
    return str(event.data.get("inquiry", {}).get("message") or "") if is_more else ""


def _touches(events: Sequence[Event]) -> list[Touch]:
    """Return the attempts in order.

    Undo drops the latest outcome, and only that.
    """
    touches: list[tuple[EventKind, Touch]] = []
    for event in events:
        if event.kind in _OUTCOMES:
            touches.append((event.kind, _touch(event)))
        elif event.kind is EventKind.OUTCOME_UNDONE:
            recorded = next((t for t in reversed(touches) if t[0] is EventKind.OUTCOME_RECORDED), None)
            touches = [touch for touch in touches if touch is not recorded]
    return [touch for _, touch in touches]


def _touch(event: Event) -> Touch:
    _, action = event.changes.get("next_action") or (None, None)
    return Touch(
        outcome=str(event.data.get("outcome", "")),
        at=event.at,
        by=str(event.data.get("by", event.actor.removeprefix("person:"))),
        note=str(event.data.get("note") or ""),
        agreed_at=parse_timestamp(action["due_at"]) if action and action.get("agreed") else None,
    )


def _heard(touches: Sequence[Touch], answered: set[str]) -> Iterable[ObjectionHeard]:
    first: dict[str, Touch] = {}
    for touch in touches:
        if touch.outcome.startswith(OBJECTION):
            first.setdefault(touch.outcome, touch)
    for objection, touch in first.items():
        yield ObjectionHeard(objection=objection, at=touch.at, answered=objection in answered)
