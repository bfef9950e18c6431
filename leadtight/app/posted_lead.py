"""Take back what `GET /leads/{id}` answers: one field has one name, in and out."""

from collections.abc import Mapping
from typing import Any

LEAD_SCHEMA = "leadtight.lead/1"
READ_ONLY = frozenset(
    {"schema", "lead_id", "version", "timeline", "form", "also_from", "earlier_lead_ids", "flags", "files"}
    | {
        "excluded",
        "first_owner",
        "pool",
        "tier",
        "score",
        "stage",
        "is_open",
        "is_breached",
        "next_action",
        "next_follow_up_at",
    }
    | {"recorded_at", "first_assigned_at", "owned_since", "deadline", "first_contact_at", "first_contact_by"}
    | {"last_contact_at", "closed_at", "attempts", "last_outcome", "status_notes", "lost_reason", "policy_version"}
)
"""What only the product decides: a lead that is posted back says nothing by it."""


def as_posted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body under the names that intake reads: `estimated_value` is the `value`."""
    if body.get("schema") == LEAD_SCHEMA:
        body = {name: value for name, value in body.items() if name not in READ_ONLY and value not in (None, "")}
        owner = body.get("owner")
        body = {**body, "owner": owner["id"]} if isinstance(owner, Mapping) and "id" in owner else body
    if "estimated_value" not in body:
        return body
    renamed = {name: value for name, value in body.items() if name != "estimated_value"}
    return {**renamed, "value": body["estimated_value"], **_other_value(body)}


def _other_value(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with a `value` beside `estimated_value`, where that says something else."""
    other, fields = body.get("value"), body.get("fields", {})
    if other in (None, "", body["estimated_value"]) or not isinstance(fields, Mapping):
        return {}
    return {"fields": {**fields, "value (also)": other}}
