"""Events into facts.

Each event states which fields of a lead changed, and the newest version wins.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from leadtight.domain.calendar import timestamps
from leadtight.domain.model.codec import Document, from_document, to_document
from leadtight.domain.model.event import Event
from leadtight.domain.model.stage import Stage
from leadtight.reporting.facts.facts import LARGEST_VALUE, LeadFact, columns
from leadtight.tabular.blanks import is_blank, is_wordless

# Lead field -> fact field. Other fields, names and messages above all, never reach the facts.
_SAME = {
    name: name
    for name in (
        *("version", "generation", "source", "form", "stage", "received_at", "recorded_at", "first_assigned_at"),
        *("first_contact_at", "first_contact_by", "last_contact_at", "closed_at", "attempts", "hops"),
    )
}
_FIELDS = {
    **_SAME,
    "id": "lead_id",
    "owner_id": "owner",
    "first_owner_id": "first_owner",
    "pool_id": "pool",
    "owned_since": "owner_since",
}
QUALIFIED = (Stage.QUALIFIED, Stage.CALL_BOOKED, Stage.PROPOSAL_SENT, Stage.WON)
"""Stages of a qualified lead; a lead that has reached one stays qualified (J1)."""

_OURS = ("form", "owner", "first_owner", "first_contact_by", "pool")

_WAITS = {name for name in columns() if name.startswith("waited_")}
_INSIDE = {
    "promise": {"tier": "tier", "target": "target", "policy_version": "policy_version", "deadline": "deadline"},
    "excluded": {"reason": "excluded"},
    "next_action": {"due_at": "next_action_due_at"},
}


@dataclass(frozen=True, slots=True)
class HistoryProblem:
    """An unusable part of a lead's history."""

    lead_id: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProjectedFacts:
    """Facts by lead id, with the problems found."""

    facts: Mapping[str, LeadFact]
    problems: tuple[HistoryProblem, ...]


def fold(facts: Mapping[str, LeadFact], events: Iterable[Event], settled_before: datetime) -> ProjectedFacts:
    """Fold events into facts, by version, each once.

    A version that is already folded changes nothing. After a missing version a lead stays as it is: the missing one may
    only carry a slightly later time (two writers, two clocks), so it is a problem only before `settled_before`.
    """
    current = dict(facts)
    problems: list[HistoryProblem] = []
    for lead_id, versions in sorted(_by_lead(events).items()):
        try:
            advanced = _advanced(current.get(lead_id), versions, settled_before, problems)
        except Exception as error:  # noqa: BLE001 - a pure fold: whatever it raises, this lead's events are at fault
            problems.append(
                HistoryProblem(lead_id, "changes", type(error).__name__, "this version cannot read its events")
            )
        else:
            current |= {lead_id: advanced} if advanced else {}
    return ProjectedFacts(current, tuple(problems))


def _advanced(
    fact: LeadFact | None, versions: Mapping[int, Event], settled_before: datetime, problems: list[HistoryProblem]
) -> LeadFact | None:
    document = to_document(fact) if fact else {}
    advanced = _advance(document, versions, settled_before, problems)
    return fact if advanced is document else from_document(LeadFact, advanced)


def _by_lead(events: Iterable[Event]) -> dict[str, dict[int, Event]]:
    by_lead: dict[str, dict[int, Event]] = defaultdict(dict)
    for event in events:
        if event.changes:
            by_lead[event.lead_id][event.version] = event
    return by_lead


def _advance(
    document: Document, versions: Mapping[int, Event], settled_before: datetime, problems: list[HistoryProblem]
) -> Document:
    last_version = int(document.get("version", 0))
    for version in sorted(v for v in versions if v > last_version):
        event = versions[version]
        if version != last_version + 1:
            if event.at < settled_before:
                problems.append(
                    HistoryProblem(event.lead_id, "version", str(version), f"version {last_version + 1} is missing")
                )
            break
        document, last_version = _step(document, event, problems), version
    return document


def _step(document: Document, event: Event, problems: list[HistoryProblem]) -> Document:
    new = {name: pair[1] for name, pair in event.changes.items()}
    return {**document, **dict(_renamed(new)), **dict(_derived(document, new, event, problems))}


def _renamed(new: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in new.items():
        if name in _FIELDS:
            column = _FIELDS[name]
            yield column, None if _is_nothing(column, value) else value
        for inner, column in _INSIDE.get(name, {}).items():
            yield column, value[inner] if value else None


def _is_nothing(column: str, value: object) -> bool:
    """Return whether a column to join by is blank (R14)."""
    if not isinstance(value, str):
        return False
    return is_wordless(value) if column in _OURS else column == "source" and is_blank(value)


def _derived(
    document: Document, new: Mapping[str, Any], event: Event, problems: list[HistoryProblem]
) -> Iterator[tuple[str, Any]]:
    if "stage" in new:
        yield "stage_since", timestamps.format_timestamp(event.at)
        yield from _waited(document, event)
    yield from _qualified(document, new, event.version)
    yield from _answered(document, new)
    if "lost_reason" in new:
        yield "lost_reason_given", bool(new["lost_reason"])
    if "inquiry" in new:
        yield "value", _value(new["inquiry"].get("value"), event, problems)
    if "last_outcome" in new:
        recorded = new["last_outcome"]
        previous_touch = document.get("last_touch_at")
        yield "last_touch_at", recorded["at"] if recorded else document.get("previous_touch_at")
        yield "previous_touch_at", previous_touch if recorded else None
    elif "proofs" in new:
        yield "last_touch_at", timestamps.format_timestamp(event.at)


def _waited(document: Document, event: Event) -> Iterator[tuple[str, Any]]:
    """Yield the total wait in the stage that is left.

    Earlier stays included.
    """
    column = f"waited_{document.get('stage')}_us"
    if column in _WAITS:
        stay = event.at - timestamps.parse_timestamp(document["stage_since"])
        yield column, (document.get(column) or 0) + stay // timedelta(microseconds=1)


def _qualified(document: Document, new: Mapping[str, Any], version: int) -> Iterator[tuple[str, Any]]:
    """Yield whether the lead has ever been qualified.

    An undone outcome did not qualify it: the latest outcome is then an earlier one.
    """
    recorded = new.get("last_outcome")
    if "last_outcome" in new and (not recorded or recorded["version"] < version):
        yield "is_qualified", document.get("was_qualified", False)
        return
    if recorded:
        yield "was_qualified", document.get("is_qualified", False)
    if new.get("stage") in QUALIFIED:
        yield "is_qualified", True


def _answered(document: Document, new: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield when the present owner first reached the lead.

    Contacts by the previous owner do not count.
    """
    at, since, answered_at = new.get("last_contact_at"), document.get("owner_since"), document.get("owner_answered_at")
    if "owner_id" in new or ("last_contact_at" in new and (at is None or (since and at < since))):
        yield "owner_answered_at", None
    elif at is not None and answered_at is None:
        yield "owner_answered_at", at


def _value(text: str | None, event: Event, problems: list[HistoryProblem]) -> str | None:
    if text is None or Decimal(text) < LARGEST_VALUE:
        return text
    problems.append(HistoryProblem(event.lead_id, "value", text, "too large for an amount; left empty"))
    return None
