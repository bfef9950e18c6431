"""Erasure of a person: their leads end and become anonymous.

The rest shows what happened and when, but not to whom. Fields that stay are listed here; all others are erased. So past
figures do not change, and a new field is erased until it is listed as impersonal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from leadtight.domain.change import Change, ChangeBuilder
from leadtight.domain.model.codec import Document, from_document, to_document
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import TO_LEADS
from leadtight.domain.model.stage import Stage

ERASED = "erased"
"""Placeholder for an erased text: only its existence is known."""

IMPORTED = "import:"
"""Prefix of an imported row's fingerprint; its key may be any text of the file, even an address."""

OPERATOR = "operator"
KEPT = frozenset(
    {
        *("id", "version", "generation", "source", "also_from", "form", "received_at", "recorded_at", "promise"),
        *("score", "excluded", "expire_after", "counts_to_cap", "known_owner_id", "claimed_by", "earlier_lead_ids"),
        *("last_inquiry_at", "stage", "owner_id", "pool_id", "owned_since", "waiting_since", "first_assigned_at"),
        *("first_owner_id", "past_owners", "handover", "hops", "first_contact_at", "first_contact_by"),
        *(
            "last_contact_at",
            "touched_at",
            "escalated_at",
            "attempts",
            "unanswered",
            "clocks",
            "opted_out",
            "sent_once",
        ),
        *("unreachable", "not_reached", "says_contacted", "closed_at", "wake_at", "sender_unproved"),
    }
)
"""Fields of a lead without personal data: times, team members and policy versions."""

KEPT_DATA = ("target", "outcome", "said", "owner", "disagrees", "template", "channel", "recipient")
"""Event data that stay: counted values, in words of the policy and internal ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The anonymous record of one erasure.

    Its id is the hash of the request. Until `finished_at` it holds what another run needs to continue: the person's
    keys, and the weeks whose pages name them. `counts` are the records found in each store.
    """

    id: str
    begun_at: datetime
    person_keys: tuple[str, ...] = ()
    lead_ids: tuple[str, ...] = ()
    weeks: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None


def erase(lead: Lead, now: datetime) -> Change | None:
    """Return the change that anonymizes a lead; None when done.

    An open lead is closed: there is no one left to call. The change's own event reveals no former values.
    """
    bare = anonymous(lead)
    if bare == lead and not lead.is_open:
        return None
    builder = ChangeBuilder(lead, bare, now)
    if lead.is_open:
        builder.set(stage=Stage.LOST, lost_reason=ERASED, closed_at=now, clocks=(), next_action=None)
    builder.set(opted_out=tuple(sorted({*lead.opted_out, *TO_LEADS})))
    builder.event(EventKind.LEAD_ERASED, OPERATOR)
    change = builder.build()
    return replace(change, events=tuple(map(anonymous_event, change.events)))


def anonymous(lead: Lead) -> Lead:
    """Return a lead without personal data."""
    return from_document(Lead, _bare(to_document(lead)))


def anonymous_event(event: Event) -> Event:
    """Return an event without personal data.

    It keeps its id, time, kind and version.
    """
    data = {name: event.data[name] for name in KEPT_DATA if name in event.data and _is_plain(event.data[name])}
    changes = {name: [_bare_field(name, old), _bare_field(name, new)] for name, (old, new) in event.changes.items()}
    return replace(event, data={**data, ERASED: True}, changes=changes)


def is_anonymous(event: Event) -> bool:
    """Return whether an event is anonymous."""
    return ERASED in event.data


def _bare(document: Document) -> Document:
    return {name: _bare_field(name, value) for name, value in document.items()}


def _bare_field(name: str, value: Any) -> Any:
    if name in KEPT or value is None:
        return value
    return REDUCED.get(name, _nothing)(value)


def _nothing(value: Any) -> Any:
    """Return the empty value of a field that is erased."""
    return type(value)() if isinstance(value, str | list | dict) else None


def _inquiry(value: Document) -> Document:
    worth = value.get("value")
    bare: Document = to_document(Inquiry(value=Decimal(worth) if worth is not None else None))
    return bare


REDUCED: Mapping[str, Callable[[Any], Any]] = {
    "inquiry": _inquiry,
    "next_action": lambda value: {**value, "what": ERASED},
    "status_notes": lambda value: "",
    "lost_reason": lambda value: ERASED if value else "",
    "last_outcome": lambda value: {**value, "before": {}},
    "proofs": lambda value: [ERASED for _ in value],
    "enrolment": lambda value: None,
    "concern": lambda value: None,
}
"""Fields reduced to a part, mostly to whether they had a value: reports count it."""


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int)
