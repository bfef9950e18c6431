"""Accept the document of `GET /leads/{id}` as a submission.

A field has the same name in and out.
"""

import re
from collections.abc import Mapping
from typing import Any

LEAD_SCHEMA = "leadtight.lead/1"
READ_ONLY = frozenset(
    {
        "schema",
        "lead_id",
        "version",
        "timeline",
        "timeline_before",
        "timeline_unreadable",
        "form",
        "also_from",
        "earlier_lead_ids",
        "flags",
        "files",
    }
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
"""Fields that only the product sets, ignored on input."""

_EXTENSION = re.compile(r"\d{1,7}", re.ASCII)


def as_posted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body under the names that intake reads.

    `estimated_value` becomes `value`; `extension` is appended to `phone`.
    """
    posted = _read_before(body) if body.get("schema") == LEAD_SCHEMA else dict(body)
    phone, extension = posted.get("phone"), str(posted.get("extension") or "").strip()
    if isinstance(phone, str) and phone.strip() and _EXTENSION.fullmatch(extension):
        del posted["extension"]
        posted["phone"] = f"{phone} ext. {extension}"
    if "estimated_value" in posted:
        posted |= _other_value(posted)
        posted["value"] = posted.pop("estimated_value")
    return posted


def _read_before(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lead document without its read-only fields.

    Values that could not be read before are read again.
    """
    posted = {name: value for name, value in body.items() if name not in READ_ONLY and value not in (None, "")}
    owner, flags, fields = posted.get("owner"), body.get("flags") or (), posted.get("fields")
    if isinstance(owner, Mapping) and "id" in owner:
        posted["owner"] = owner["id"]
    if not isinstance(fields, Mapping):
        return posted
    typed = {name for name in ("email", "phone") if f"{name}_odd" in flags} | (
        {"phone"} if "extension" in posted else set()
    )
    posted = {name: fields[name] for name in typed if name in fields} | posted
    return posted | {"fields": {name: value for name, value in fields.items() if name not in typed}}


def _other_value(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `value` that differs from `estimated_value`, as a field."""
    other, fields = body.get("value"), body.get("fields", {})
    if other in (None, "", body["estimated_value"]) or not isinstance(fields, Mapping):
        return {}
    return {"fields": {**fields, "value (also)": other}}
