"""Automatic messages apart from contacts by people (E5)."""

from collections import Counter
from collections.abc import Iterable

from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import LEAD, Template
from leadtight.reporting.facts.periods import ReportPeriod
from leadtight.reporting.facts.table import FactTable
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.event_counts import MESSAGES

OUTCOMES = {"recorded": EventKind.OUTCOME_RECORDED, "proven": EventKind.OUTCOME_PROVEN}
COUNTED_KINDS = frozenset((*MESSAGES.values(), *OUTCOMES.values()))
"""Kinds of events that these figures count."""

PURPOSES: dict[str, str] = {
    Template.ACKNOWLEDGE: "acknowledgement",
    Template.SEQUENCE_STEP: "sequence step",
    Template.BOOKING_LINK: "booking link",
    Template.ASSET: "answer to an objection",
    Template.ASK_LEAD: "question whether anyone has been in touch",
}
"""Purposes of the messages that leads get, in words."""


def automatic_messages(events: Iterable[Event]) -> list[Figures]:
    """Return messages to leads by purpose and channel, in order.

    Each by what happened to it in the period; messages to team members are not among them.
    """
    of_leads = [e for e in events if e.kind in MESSAGES.values() and e.data.get("recipient") == LEAD]
    counter = Counter((*_purpose_and_channel(event), event.kind) for event in of_leads)
    groups = sorted({_purpose_and_channel(event) for event in of_leads})
    return [
        {"purpose": purpose, "channel": channel}
        | {name: counter[purpose, channel, kind] for name, kind in MESSAGES.items()}
        for purpose, channel in groups
    ]


def contacts_by_people(table: FactTable, events: Iterable[Event], period: ReportPeriod) -> Figures:
    """Return first contacts and outcomes of people in a period.

    `first_contacts` are leads that a person reached for the first time.
    """
    kinds = Counter(event.kind for event in events)
    scope = {"start": period.start, "as_of": period.as_of}
    where = "first_contact_at >= $start and first_contact_at < $as_of"
    reached = table.rows(f"select count(*) as n from counted where {where}", scope)[0]["n"]
    return {"first_contacts": reached, "outcomes": {name: kinds[kind] for name, kind in OUTCOMES.items()}}


def _purpose_and_channel(event: Event) -> tuple[str, str]:
    return str(event.data.get("template", "")), str(event.data.get("channel", ""))
