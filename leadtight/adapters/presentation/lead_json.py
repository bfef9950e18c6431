"""A lead as programs read it: `leadtight.lead/1`, described in docs/guides/api.md.

Fields may be added; none is renamed.
"""

from datetime import datetime
from typing import Any

from leadtight.adapters.presentation.timeline import sentence
from leadtight.app.outcomes.recording import LeadView
from leadtight.domain.model.codec import to_document
from leadtight.domain.model.event import Event
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.policy.policy import Policy

SCHEMA = "leadtight.lead/1"
OUTCOME_SCHEMA = "leadtight.outcome/1"
Json = dict[str, Any]


def whole(policy: Policy, view: LeadView, now: datetime) -> Json:
    """Return a lead with its latest events, oldest first.

    It says where older events end.
    """
    timeline = [_happened(policy, event) for event in view.history]
    return {
        "schema": SCHEMA,
        **lead(policy, view.lead, now),
        "timeline": timeline,
        "timeline_before": view.before,
        "timeline_unreadable": len(unreadable_in(view.history)),
    }


def outcome(policy: Policy, view: LeadView, now: datetime) -> Json:
    """Return the result of a reported outcome, with the lead."""
    status = "recorded" if view.recorded else "duplicate"
    return {"schema": OUTCOME_SCHEMA, "status": status, "lead": lead(policy, view.lead, now)}


def lead(policy: Policy, lead: Lead, now: datetime) -> Json:
    """Return a lead as JSON.

    Instants are in UTC, money is text, unknown is null.
    """
    return {
        "lead_id": lead.id,
        "version": lead.version,
        **_inquiry(lead.inquiry),
        "source": lead.source,
        "form": lead.form,
        "also_from": list(lead.also_from),
        "earlier_lead_ids": list(lead.earlier_lead_ids),
        **_instants(lead),
        "excluded": lead.excluded.reason if lead.excluded else None,
        "owner": _person(policy, lead.owner_id),
        "first_owner": _person(policy, lead.first_owner_id),
        "pool": lead.pool_id,
        "tier": lead.promise.tier,
        "score": lead.score.total,
        "stage": lead.stage.value,
        "is_open": lead.is_open,
        "is_breached": lead.is_breached(now),
        "first_contact_by": _person(policy, lead.first_contact_by),
        "next_action": to_document(lead.next_action),
        "attempts": lead.attempts,
        "last_outcome": lead.last_outcome.outcome if lead.last_outcome else None,
        "status_notes": lead.status_notes,
        "lost_reason": lead.lost_reason,
        "policy_version": lead.promise.policy_version,
    }


def _inquiry(inquiry: Inquiry) -> Json:
    document: Json = to_document(inquiry)
    files = [{name: file[name] for name in ("name", "content_type", "size")} for file in document.pop("files")]
    document.pop("permalink")  # it is in `fields`, as posted
    document.pop("phone_proof")  # only the product decides what counts as proof
    return {"estimated_value": document.pop("value"), **document, "files": files}


def _instants(lead: Lead) -> Json:
    times = {
        "received_at": lead.received_at,
        "recorded_at": lead.recorded_at,
        "first_assigned_at": lead.first_assigned_at,
        "owned_since": lead.owned_since,
        "deadline": lead.promise.deadline,
        "first_contact_at": lead.first_contact_at,
        "last_contact_at": lead.last_contact_at,
        "next_follow_up_at": lead.next_action.due_at if lead.next_action else None,
        "closed_at": lead.closed_at,
    }
    return {name: to_document(at) for name, at in times.items()}


def _person(policy: Policy, person_id: str | None) -> Json | None:
    return {"id": person_id, "name": policy.person_name(person_id)} if person_id else None


def _happened(policy: Policy, event: Event) -> Json:
    return {
        "at": to_document(event.at),
        "kind": event.kind.value,
        "actor": event.actor,
        "text": sentence(policy, event),
        "version": event.version,
    }
