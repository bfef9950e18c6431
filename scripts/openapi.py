"""Write docs/openapi.json, the HTTP API of a deployment.

It is described for programs, sites and providers; pages for people are only named.
"""

import json
from pathlib import Path
from typing import Any

from leadtight import __version__
from leadtight.adapters.http.events import LONGEST_BODY
from leadtight.adapters.presentation.lead_json import OUTCOME_SCHEMA, SCHEMA
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.stage import Stage
from leadtight.domain.outcomes.first_contact import SpokeBy

OUT = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
Json = dict[str, Any]

TEXT: Json = {"type": "string"}
WHEN: Json = {"type": "string", "format": "date-time"}
JSON_LEAD: Json = {
    "type": "object",
    "description": (
        "A name or one contact point is enough. An odd value in another field never rejects a lead: it is kept and "
        "flagged. Unlisted fields are kept with the lead."
    ),
    "properties": {
        **dict.fromkeys(("name", "first_name", "last_name", "email", "phone", "company", "message"), TEXT),
        **dict.fromkeys(("language", "country", "region", "postcode", "product", "source"), TEXT),
        "company_size": {"type": "integer"},
        "estimated_value": {
            "type": ["number", "string"],
            "description": "A number. Believed with a key.",
        },
        "value": {"type": ["number", "string"], "description": "The former name of `estimated_value`."},
        "phone_verified": {
            "type": "boolean",
            "description": "The number was confirmed by a code, so it may be texted. Believed with a key.",
        },
        "handle": {**TEXT, "description": "A chat user's id, such as `whatsapp:USERID`; it identifies the person."},
        "owner": {
            **TEXT,
            "description": "The colleague who knows this person, by id or address in the policy. Believed with a key.",
        },
        "fields": {"type": "object"},
        "consent": {
            "type": "object",
            "properties": {
                "sms": {"type": "boolean"},
                "marketing": {
                    "type": "array",
                    "items": {"enum": ["email", "sms", "voice"]},
                    "description": "Believed with a key; else a plain field.",
                },
                "text": {**TEXT, "description": "The wording that was shown."},
                "url": {**TEXT, "description": "The page it was shown on."},
            },
        },
        "received_at": {**WHEN, "description": "When the source received it. Believed with a key, within a day."},
        "external_id": {**TEXT, "description": "The source's own id; a repeated id is a duplicate."},
    },
}
OUTCOME: Json = {
    "type": "object",
    "required": ["outcome", "by"],
    "properties": {
        "outcome": {**TEXT, "description": "An outcome of the policy."},
        "by": {**TEXT, "description": "The person who acted, by id in the policy."},
        "version": {"type": "integer", "minimum": 1, "description": "The lead's version when it was read."},
        "happened_at": TEXT,
        "spoke_by": {
            "enum": ["", *SpokeBy],
            "description": "How they spoke: makes an outcome that asks for it a contact.",
        },
        "follow_up": TEXT,
        "reason": {**TEXT, "maxLength": 200},
        "note": {**TEXT, "maxLength": 2000},
    },
}

CALL: Json = {
    "type": "object",
    "description": "The outcome of a call, at the top level or under `data`. Needs `call_id` or `lead_id`.",
    "required": ["outcome", "at"],
    "properties": {
        "call_id": {**TEXT, "description": "The provider's id of a call that a sequence placed."},
        "lead_id": {**TEXT, "description": "The lead that was called, by any caller."},
        "message_id": {**TEXT, "description": "With `lead_id`: Leadtight's id of a call that a sequence placed."},
        "outcome": {**TEXT, "description": "`failed`, `busy`, or an outcome of the policy."},
        "at": {**WHEN, "description": "When it happened."},
        "duration": {"type": "number", "description": "Seconds."},
        "by": {**TEXT, "description": "The team member who spoke, by id, address or name; omitted if no one did."},
    },
}


def document() -> Json:
    """Return the OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadtight",
            "version": __version__,
            "description": f"Bodies over {LONGEST_BODY // 1024} KB get a 413. Errors are RFC 9457 problems.",
        },
        "paths": _taking() | _reading() | _pages(),
        "components": {
            "schemas": {"Lead": _lead(), "Problem": PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _taking() -> Json:
    accepted = _answer("Stored: a new lead, part of an open one, or a duplicate.", _settled())
    health = {"summary": "Check the health", "responses": {"200": _answer("Healthy.", _health())}}
    monitor = {"summary": "Check the health by an uptime monitor", "responses": {"200": {"description": "Healthy."}}}
    return {
        "/leads": {"post": _post_lead(accepted), "options": PREFLIGHT},
        "/forms/{form}": {"parameters": [_path("form")], "post": _post_form(accepted), "options": PREFLIGHT},
        "/webhooks/{provider}": {"parameters": [_path("provider")], **_webhook()},
        "/health": {"get": health, "head": monitor},
    }


def _post_lead(accepted: Json) -> Json:
    return {
        "summary": "Send a lead",
        "description": (
            "With a key of scope `write` the sender's claims are believed. Without one, `received_at`, "
            "`owner`, `fields.permalink` and `consent.marketing` are plain fields, unless the policy's `trust` "
            "says otherwise."
        ),
        "security": [{}, {"key": []}],
        "parameters": [_header("Idempotency-Key", "A repeated key is a duplicate for 30 days.")],
        "requestBody": {"required": True, "content": {"application/json": {"schema": JSON_LEAD}}},
        "responses": {"202": accepted, **_problems(400, 413, 422, 429, 503), **_problems(401, 403)},
    }


def _post_form(accepted: Json) -> Json:
    form = {kind: {"schema": {"type": "object"}} for kind in FORM_KINDS}
    return {
        "summary": "Send a form, as browsers and site builders do",
        "requestBody": {"required": True, "content": form},
        "responses": {
            "202": accepted,
            "303": {"description": "Redirect to the form's thank-you page, unless JSON is requested."},
            **_problems(400, 404, 413, 429, 503),
            "422": {
                "description": "What has to be corrected.",
                "content": {"text/html": {}, "application/problem+json": {"schema": {"$ref": _PROBLEM}}},
            },
        },
    }


def _webhook() -> Json:
    return {
        "get": {
            "summary": "Answer a provider's verification request",
            "responses": {"200": _any("The response that the provider expects."), **_problems(401, 404, 405)},
        },
        "post": {
            "summary": "Receive a provider's signed delivery",
            "description": "Each provider has its own format (docs/guides/channels.md). This is that of `voice`.",
            "requestBody": {"content": {"application/json": {"schema": CALL}}},
            "responses": {
                "200": _any("Stored; the response that the provider expects."),
                "202": _any("Authentic, and quarantined for review."),
                **_problems(400, 401, 404, 413, 503),
            },
        },
    }


def _reading() -> Json:
    return {
        "/leads/{lead_id}": {"parameters": [_path("lead_id")], "get": _get_lead()},
        "/leads/{lead_id}/outcomes": {"parameters": [_path("lead_id")], "post": _post_outcome()},
    }


def _get_lead() -> Json:
    lead = _answer("The lead with its timeline.", {"$ref": "#/components/schemas/Lead"})
    return {
        "summary": "Read a lead",
        "security": [{"key": []}],
        "parameters": [_query("before", "`timeline_before` of a response, for older entries.")],
        "responses": {"200": lead, **_problems(401, 403, 404, 422)},
    }


def _post_outcome() -> Json:
    recorded = {
        "type": "object",
        "required": ["schema", "status", "lead"],
        "properties": {
            "schema": {"const": OUTCOME_SCHEMA},
            "status": {"enum": ["recorded", "duplicate"]},
            "lead": {"type": "object"},
        },
    }
    return {
        "summary": "Record an outcome",
        "security": [{"key": []}],
        "parameters": [_header("Idempotency-Key", "Instead of `version`.")],
        "requestBody": {"required": True, "content": {"application/json": {"schema": OUTCOME}}},
        "responses": {
            "200": _answer("Recorded now or before.", recorded),
            **_problems(400, 401, 403, 404, 409, 410, 413, 422, 503),
        },
    }


def _pages() -> Json:
    page = {"200": {"description": "The page.", "content": {"text/html": {}}}, **_refusals(400, 403, 404, 410, 413)}
    posted = {
        **page,
        "303": {"description": "Recorded; redirect to the page that shows it."},
        **_refusals(409, 422, 503),
    }
    read, write = {"summary": "Show a page", "responses": page}, {"summary": "Submit its form", "responses": posted}
    thanks = {"summary": "Show a form's thank-you page", "responses": {"200": page["200"]}}
    report = {
        "summary": "Open a report",
        "responses": {"302": {"description": "Redirect to its short-lived address."}, **page},
    }
    pages: Json = {"/forms/{form}/thanks": {"parameters": [_path("form")], "get": thanks}}
    for path, methods in SIGNED.items():
        operations = {"get": report if path.startswith("/reports") else read, "post": write}
        pages[path] = {"parameters": [_path("token")], **{method: operations[method] for method in methods}}
    return pages


def _lead() -> Json:
    texts = (
        *("lead_id", "name", "extension", "handle", "company", "message"),
        *("language", "country", "region", "postcode", "product"),
    )
    unknowns = ("email", "phone", "form", "pool", "tier", "excluded", "last_outcome", "estimated_value", "lost_reason")
    instants = ("first_assigned_at", "owned_since", "deadline", "first_contact_at", "last_contact_at", "closed_at")
    lists = ("flags", "also_from", "earlier_lead_ids")
    person = {"type": ["object", "null"], "required": ["id", "name"]}
    properties = {
        "schema": {"const": SCHEMA},
        "version": {"type": "integer"},
        **dict.fromkeys((*texts, "source", "status_notes", "policy_version"), TEXT),
        **{key: {"type": ["string", "null"]} for key in unknowns},
        **dict.fromkeys(("received_at", "recorded_at"), WHEN),
        **{key: {**WHEN, "type": ["string", "null"]} for key in (*instants, "next_follow_up_at")},
        **{key: {"type": "array", "items": TEXT} for key in lists},
        **dict.fromkeys(("owner", "first_owner", "first_contact_by"), person),
        **{key: {"type": "boolean"} for key in ("is_open", "is_breached")},
        **{key: {"type": "integer"} for key in ("score", "attempts")},
        "company_size": {"type": ["integer", "null"]},
        "consent": {"type": "object"},
        "fields": {"type": "object", "additionalProperties": TEXT},
        "files": {"type": "array", "items": _file()},
        "stage": {"enum": [stage.value for stage in Stage]},
        "next_action": {"type": ["object", "null"], "required": ["what", "due_at"]},
        "timeline": {"type": "array", "items": _happened()},
        "timeline_before": {"type": ["string", "null"], "description": "For `before`; null when nothing is older."},
        "timeline_unreadable": {"type": "integer", "minimum": 0},
    }
    return {"type": "object", "required": sorted(properties), "properties": properties, "additionalProperties": False}


def _file() -> Json:
    properties = {"name": TEXT, "content_type": TEXT, "size": {"type": "integer"}}
    return {"type": "object", "required": list(properties), "properties": properties}


def _happened() -> Json:
    kinds = sorted(kind.value for kind in EventKind)
    properties = {"at": WHEN, "kind": {"enum": kinds}, "actor": TEXT, "version": {"type": "integer"}}
    return {"type": "object", "required": [*properties, "text"], "properties": {**properties, "text": {}}}


def _settled() -> Json:
    lead_status = {"lead_id": TEXT, "status": {"enum": ["created", "merged", "duplicate"]}}
    warning = {"type": "object", "required": ["field", "detail"], "properties": {"field": TEXT, "detail": TEXT}}
    warnings = {
        "type": "array",
        "items": warning,
        "description": "Fields that could not be read, and whether the lead cannot be answered.",
    }
    taken = {"type": "object", "required": list(lead_status), "properties": {**lead_status, "warnings": warnings}}
    quarantined = {"type": "object", "required": ["status"], "properties": {"status": {"enum": ["held"]}}}
    return {"oneOf": [taken, quarantined]}


def _health() -> Json:
    properties = {"status": {"const": "ok"}, "version": TEXT, "policy": TEXT}
    return {"type": "object", "required": list(properties), "properties": properties}


def _answer(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _any(description: str) -> Json:
    return {"description": description, "content": {"application/json": {}, "text/plain": {}, "text/xml": {}}}


def _problems(*statuses: int) -> Json:
    problem = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    return {str(status): {"description": MEANINGS[status], "content": problem} for status in statuses}


def _refusals(*statuses: int) -> Json:
    return {str(status): {"description": MEANINGS[status], "content": {"text/html": {}}} for status in statuses}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]+$"}}


def _query(name: str, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", "maxLength": 255}}


def _header(name: str, description: str) -> Json:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string", "maxLength": 255}}


_PROBLEM = "#/components/schemas/Problem"
PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ["field", "detail"], "properties": {"field": TEXT, "detail": TEXT}},
        },
    },
}
MEANINGS = {
    400: "The body does not match its content type.",
    401: "No active key, or a delivery that is not authentic.",
    403: "A key without the scope, or an invalid link.",
    404: "Not found.",
    405: "Method not allowed.",
    409: "It has changed since it was read.",
    410: "Expired.",
    413: "The body is too large.",
    422: "Something is missing or wrong: `errors` names the fields.",
    429: "Too many requests at once.",
    503: "Too many concurrent writes: send it again.",
}
FORM_KINDS = ("application/x-www-form-urlencoded", "multipart/form-data", "application/json")
PREFLIGHT = {
    "summary": "Answer a CORS preflight request",
    "responses": {"204": {"description": "With CORS headers for a site that the policy names."}, **_problems(404)},
}
SIGNED = {
    "/o/{token}": ("get", "post"),
    "/desk/{token}": ("get", "post"),
    "/board/{token}": ("get",),
    "/quarantine/{token}": ("get", "post"),
    "/reports/{token}": ("get",),
    "/ask/{token}": ("get", "post"),
    "/unsubscribe/{token}": ("get", "post"),
}


if __name__ == "__main__":
    OUT.write_text(json.dumps(document(), indent=2) + "\n")
