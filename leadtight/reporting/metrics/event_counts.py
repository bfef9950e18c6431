"""Counts of what happened in a period, from events."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from leadtight.domain.model.event import Event, EventKind
from leadtight.tabular.blanks import is_wordless

COUNTED = {
    "received": EventKind.LEAD_RECEIVED,
    "excluded": EventKind.LEAD_EXCLUDED,
    "joined": EventKind.INQUIRY_JOINED,
    "auto_replies": EventKind.AUTO_REPLY_NOTED,
    "calls_booked": EventKind.CALL_BOOKED,
    "assigned": EventKind.LEAD_ASSIGNED,
    "reassigned": EventKind.LEAD_REASSIGNED,
    "offered_on": EventKind.LEAD_OFFERED_ON,
    "handed_over": EventKind.LEAD_HANDED_OVER,
    "expired": EventKind.LEAD_EXPIRED,
    "cover_prolonged": EventKind.COVER_PROLONGED,
    "warned": EventKind.OWNER_WARNED,
    "missed": EventKind.DEADLINE_MISSED,
    "escalated": EventKind.LEAD_ESCALATED,
    "reminded": EventKind.OWNER_REMINDED,
    "stalled": EventKind.LEAD_STALLED,
    "rearmed": EventKind.LEAD_REARMED,
    "enrolled": EventKind.LEAD_ENROLLED,
    "sequence_steps": EventKind.STEP_TAKEN,
    "calls_failed": EventKind.CALL_FAILED,
    "calls_made_tasks": EventKind.CALL_BECAME_TASK,
    "sequences_ended": EventKind.SEQUENCE_ENDED,
    "retired": EventKind.LEAD_RETIRED,
    "opted_out": EventKind.LEAD_OPTED_OUT,
    "erased": EventKind.LEAD_ERASED,
    "concerns": EventKind.CONCERN_RAISED,
    "leads_asked": EventKind.LEAD_ASKED,
    "leads_answered": EventKind.LEAD_ANSWERED,
    "leads_not_reached": EventKind.LEAD_NOT_REACHED,
    "alerts_not_delivered": EventKind.ALERT_NOT_DELIVERED,
    "outcomes": EventKind.OUTCOME_RECORDED,
    "outcomes_proven": EventKind.OUTCOME_PROVEN,
    "first_contacts_corrected": EventKind.FIRST_CONTACT_CORRECTED,
    "outcomes_undone": EventKind.OUTCOME_UNDONE,
}
UNKNOWN = "unknown"
MESSAGES = {
    "put_off": EventKind.MESSAGE_PUT_OFF,
    "sent": EventKind.MESSAGE_SENT,
    "confirmed": EventKind.MESSAGE_CONFIRMED,
    "bounced": EventKind.MESSAGE_BOUNCED,
    "failed": EventKind.MESSAGE_FAILED,
    "refused": EventKind.MESSAGE_REFUSED,
}


def without_leads(events: Iterable[Event], lead_ids: frozenset[str]) -> tuple[Event, ...]:
    """Return the events of other leads."""
    return tuple(event for event in events if event.lead_id not in lead_ids)


def counts(events: Iterable[Event]) -> dict[str, Any]:
    """Count each kind of event.

    Here a zero is known: it did not happen.
    """
    all_events = tuple(events)
    kinds = Counter(e.kind for e in all_events)
    disagreements = [e for e in all_events if e.data.get("disagrees")]
    return {
        **{name: kinds[kind] for name, kind in COUNTED.items()},
        "missed_by_target": _by(all_events, EventKind.DEADLINE_MISSED, "target"),
        "outcomes_by_kind": _by(all_events, EventKind.OUTCOME_RECORDED, "outcome"),
        "answers_by_kind": _by(all_events, EventKind.LEAD_ANSWERED, "said"),
        "disagreements_by_owner": _by(disagreements, EventKind.LEAD_ANSWERED, "owner"),
        "messages": {name: kinds[kind] for name, kind in MESSAGES.items()},
        "messages_by_template": _by(all_events, EventKind.MESSAGE_SENT, "template"),
    }


def _by(events: Iterable[Event], kind: EventKind, key: str) -> dict[str, int]:
    counter = Counter(_value(e, key) for e in events if e.kind is kind)
    return dict(sorted(counter.items()))


def _value(event: Event, key: str) -> str:
    """Return an event's value of a key.

    A blank is unknown.
    """
    value = event.data.get(key)
    return UNKNOWN if value is None or is_wordless(str(value)) else str(value)
