"""Events of a lead's history, in the past tense.

Every report folds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from leadtight.domain.model.codec import apply_difference, from_document
from leadtight.domain.model.lead import Lead

INQUIRY, ADDED = "inquiry", "added_fields"


class EventKind(StrEnum):
    """Kinds of events of a lead."""

    LEAD_RECEIVED = "lead_received"
    LEAD_EXCLUDED = "lead_excluded"
    INQUIRY_JOINED = "inquiry_joined"
    AUTO_REPLY_NOTED = "auto_reply_noted"
    CALL_BOOKED = "call_booked"
    LEAD_ASSIGNED = "lead_assigned"
    LEAD_REASSIGNED = "lead_reassigned"
    LEAD_OFFERED_ON = "lead_offered_on"
    LEAD_HANDED_OVER = "lead_handed_over"
    LEAD_EXPIRED = "lead_expired"
    COVER_PROLONGED = "cover_prolonged"
    OWNER_WARNED = "owner_warned"
    DEADLINE_MISSED = "deadline_missed"
    LEAD_ESCALATED = "lead_escalated"
    OWNER_REMINDED = "owner_reminded"
    LEAD_STALLED = "lead_stalled"
    LEAD_REARMED = "lead_rearmed"
    CONCERN_RAISED = "concern_raised"
    CALL_WARNING_ANSWERED = "call_warning_answered"
    OUTCOME_RECORDED = "outcome_recorded"
    OUTCOME_PROVEN = "outcome_proven"
    FIRST_CONTACT_CORRECTED = "first_contact_corrected"
    OUTCOME_UNDONE = "outcome_undone"
    LEAD_ENROLLED = "lead_enrolled"
    STEP_TAKEN = "step_taken"
    CALL_FAILED = "call_failed"
    CALL_BECAME_TASK = "call_became_task"
    SEQUENCE_ENDED = "sequence_ended"
    LEAD_RETIRED = "lead_retired"
    LEAD_OPTED_OUT = "lead_opted_out"
    LEAD_ERASED = "lead_erased"
    MESSAGE_PUT_OFF = "message_put_off"
    LEAD_ASKED = "lead_asked"
    LEAD_ANSWERED = "lead_answered"
    LEAD_NOT_REACHED = "lead_not_reached"
    ALERT_NOT_DELIVERED = "alert_not_delivered"
    MESSAGE_SENT = "message_sent"
    MESSAGE_CONFIRMED = "message_confirmed"
    MESSAGE_BOUNCED = "message_bounced"
    MESSAGE_FAILED = "message_failed"
    MESSAGE_REFUSED = "message_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a lead's history.

    `id` is unique within the lead and known before it is stored, so that storing twice is harmless. `changes` is
    `{field: [old, new]}` of the lead document; folding them in order of `version` gives the lead. For an inquiry that
    existed before they hold only what changed, and its `added_fields` (`compact_changes`). Message events change no
    lead field and carry version 0.
    """

    id: str
    lead_id: str
    at: datetime
    kind: EventKind
    actor: str
    version: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def fold(events: Iterable[Event]) -> Lead:
    """Return the lead that results from its history."""
    document: dict[str, Any] = {}
    for event in sorted(events, key=lambda e: (e.version, e.id)):
        document = apply_difference(document, expand_changes(document, event.changes))
    return from_document(Lead, document)


def compact_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce an inquiry's changes to the fields that differ.

    An inquiry has up to 64 KB, and an event 400. Its value is always kept: the previous version reads it whenever an
    inquiry has changed.
    """
    old, new = changes.get(INQUIRY) or (None, None)
    if not old or not new:
        return dict(changes)
    names = {name for name in new if old.get(name) != new[name]} | {"value"}
    before, after = ({name: each.get(name) for name in names} for each in (old, new))
    if (before.get("fields") or {}).items() <= (after.get("fields") or {}).items() and "fields" in names:
        fields = before.pop("fields")
        after[ADDED] = {name: value for name, value in after.pop("fields").items() if name not in fields}
    return {**changes, INQUIRY: [before, after]}


def expand_changes(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Restore the whole inquiry in reduced changes."""
    _, new = changes.get(INQUIRY) or (None, None)
    inquiry = document.get(INQUIRY)
    if not new or not inquiry:
        return dict(changes)
    added = new.get(ADDED, {})
    whole = inquiry | {name: value for name, value in new.items() if name != ADDED}
    return {**changes, INQUIRY: [inquiry, whole | {"fields": whole.get("fields", {}) | added}]}
