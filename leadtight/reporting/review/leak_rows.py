"""Rows of the leak ledger on a page (Q2).

With the cause, its cost, and the events as evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from leadtight.domain.model.event import Event, EventKind
from leadtight.reporting.formatting import amount, moment
from leadtight.reporting.metrics.ledger import LeakedLead
from leadtight.reporting.ports import Sentences
from leadtight.reporting.presentation.metric_rows import LEAK_NAMES

MOST_EVENTS = 12
"""Events shown for a leak, from the arrival on.

The first days explain it.
"""

TYPED = ("note", "reason", "message", "words")
"""Free text in events, which a report does not repeat."""

SHOWING = frozenset(
    {
        *(EventKind.LEAD_RECEIVED, EventKind.LEAD_ASSIGNED, EventKind.LEAD_REASSIGNED, EventKind.LEAD_OFFERED_ON),
        *(EventKind.LEAD_HANDED_OVER, EventKind.LEAD_EXPIRED, EventKind.OWNER_WARNED, EventKind.DEADLINE_MISSED),
        *(EventKind.LEAD_ESCALATED, EventKind.OUTCOME_RECORDED, EventKind.OUTCOME_PROVEN, EventKind.OUTCOME_UNDONE),
        *(EventKind.FIRST_CONTACT_CORRECTED, EventKind.LEAD_RETIRED),
    }
)
"""Kinds of events on ownership, deadlines and contact attempts."""

History = tuple[tuple[str, str], ...]
"""Events in words, each with its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakRow:
    """One leaked lead in words.

    `rest` counts the events that `history` omits.
    """

    title: str
    brief: str
    evidence: str
    money: str
    history: History
    rest: int


def row(leak: LeakedLead, title: str, owner: str, history: History) -> LeakRow:
    """Return a row of the ledger in words."""
    ended = "contacted late" if leak.first_contact_at else "never contacted"
    money = f"Sunk cost {amount(leak.sunk_cost)}, expected revenue {amount(leak.expected_revenue)}"
    return LeakRow(
        title=title,
        brief=" · ".join(dict.fromkeys((LEAK_NAMES[leak.cause], ended, owner))),
        evidence=leak.evidence[0].upper() + leak.evidence[1:],
        money=f"{money}{': posted back since the lead was contacted' if leak.first_contact_at else ''}",
        history=history[:MOST_EVENTS],
        rest=len(history[MOST_EVENTS:]),
    )


def of_events(events: Iterable[Event], tell: Sentences, zone: ZoneInfo) -> History:
    """Return the events that explain a leak, by time.

    Without free text.
    """
    showing = sorted((e for e in events if e.kind in SHOWING), key=lambda e: (e.at, e.version))
    bare = (replace(e, data={name: value for name, value in e.data.items() if name not in TYPED}) for e in showing)
    return tuple((moment(e.at, zone), sentence) for e in bare if (sentence := tell(e)))


def of_times(leak: LeakedLead, zone: ZoneInfo) -> History:
    """Return a lead's times when it has no events."""
    times = {"Created": leak.received_at, "To be answered by": leak.deadline, "First contact": leak.first_contact_at}
    return tuple((moment(at, zone), label) for label, at in times.items() if at)
