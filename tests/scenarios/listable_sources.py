"""Listable providers, as they deliver and as they list.

Each delivery and each list is written out from the provider's documentation, apart from the other, with an item's
number in its id. Lists come in pages.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.domain.policy.sources import Webhook

MADE = "2026-11-23T08:59:00Z"
MADE_AT = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
MADE_MS = int(MADE_AT.timestamp()) * 1000
MADE_RFC = "Mon, 23 Nov 2026 08:59:00 +0000"
PAGE = 40
"""Items that our providers put on a page, where they decide."""

VALUES = {
    "access_token": "t",
    "organization": "https://api.example/organizations/O1",
    "owners": "urn:li:sponsoredAccount:7",
    "site": "W1",
    "account": "AC1",
    "numbers": "+4930999999",
}
FORMS = {"facebook": "F1", "typeform": "F1"}
Query = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ListableSource:
    """One provider: a delivery of an item, and its list."""

    delivery: Callable[[int], bytes]
    answer: Callable[[Sequence[int], str, Query, Any], Any]

    def listing(self, numbers: Sequence[int]) -> Callable[[str, Mapping[str, str], bytes | None], bytes]:
        """Return the client of a provider with these items."""

        def ask(url: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
            parts = urlsplit(url)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return json.dumps(self.answer(numbers, parts.path, query, json.loads(body or b"null"))).encode()

        return ask


def webhook(name: str) -> Webhook:
    """Return a webhook that is reconciled."""
    fields = {"Which mail?": "email"} if name == "typeform" else {}
    return Webhook(id=name, provider=name, source=name, reconcile=True, fields=fields)


def secret(name: str) -> WebhookSecrets:
    """Return a webhook's secret with all that its lists need."""
    return WebhookSecrets(values=VALUES | {"forms": FORMS.get(name, "")})


def _mail(number: int) -> str:
    return f"ada{number}@example.com"


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _window(numbers: Sequence[int], start: int, size: int) -> tuple[Sequence[int], int | None]:
    """Return a page of items, and where the next begins."""
    after = start + size
    return numbers[start:after], after if after < len(numbers) else None


# Facebook


def _facebook_delivery(number: int) -> bytes:
    return _json(
        {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": str(number), "form_id": "F1"}}]}]}
    )


def _facebook_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    after_made, before_made = (limit["value"] for limit in json.loads(query["filtering"]))
    had = numbers if after_made < MADE_AT.timestamp() < before_made else []
    page, after = _window(had, int(query.get("after", 0)), PAGE)
    leads = [
        {"id": str(n), "created_time": MADE, "field_data": [{"name": "email", "values": [_mail(n)]}]} for n in page
    ]
    more = {"cursors": {"after": str(after)}} | ({"next": "https://graph.example/next"} if after else {})
    return {"data": leads, "paging": more}


# HubSpot


def _hubspot_delivery(number: int) -> bytes:
    return _json([{"eventId": number, "subscriptionType": "contact.creation", "objectId": number, "portalId": 3}])


def _hubspot_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    [limits] = body["filterGroups"][0]["filters"]
    had = numbers if int(limits["value"]) <= MADE_MS <= int(limits["highValue"]) else []
    page, after = _window(had, int(body.get("after", 0)), body["limit"])
    found = [{"id": str(n), "createdAt": MADE, "properties": {"email": _mail(n)}} for n in page]
    return {"results": found} | ({"paging": {"next": {"after": str(after)}}} if after else {})


# Typeform


def _typeform_answer(number: int) -> dict[str, Any]:
    question = {"id": "1", "ref": "r1", "type": "email"}
    answers = [{"type": "email", "email": _mail(number), "field": question}]
    return {"token": f"T{number}", "submitted_at": MADE, "answers": answers}


_TYPEFORM_QUESTIONS = [{"id": "1", "ref": "r1", "type": "email", "title": "Which mail?"}]


def _typeform_delivery(number: int) -> bytes:
    response = _typeform_answer(number) | {"form_id": "F1", "definition": {"fields": _TYPEFORM_QUESTIONS}}
    return _json({"event_id": f"E{number}", "event_type": "form_response", "form_response": response})


def _typeform_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    if not path.endswith("/responses"):
        return {"fields": _TYPEFORM_QUESTIONS}
    if not query["since"] <= MADE <= query["until"]:
        return {"items": []}
    before = query.get("before")
    start = [f"T{n}" for n in numbers].index(before) + 1 if before else 0
    return {"items": [_typeform_answer(n) for n in numbers[start : start + int(query["page_size"])]]}


# Calendly


def _invitee(number: int) -> dict[str, Any]:
    return {"uri": f"https://api.example/invitees/{number}", "email": _mail(number), "created_at": MADE}


def _calendly_delivery(number: int) -> bytes:
    event = {"start_time": "2026-11-25T09:00:00Z"}
    return _json({"event": "invitee.created", "payload": _invitee(number) | {"scheduled_event": event}})


def _calendly_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    if path.endswith("/invitees"):
        return {"collection": [_invitee(int(path.split("/")[-2]))], "pagination": {}}
    page, after = _window(numbers, int(query.get("page_token", 0)), PAGE)
    events = [{"uri": f"https://api.example/scheduled_events/{n}", "created_at": MADE} for n in page]
    following = f"https://api.calendly.com/scheduled_events?page_token={after}" if after else None
    return {"collection": events, "pagination": {"next_page": following}}


# LinkedIn


def _linkedin_delivery(number: int) -> bytes:
    return _json({"leadGenFormResponse": f"urn:li:leadGenFormResponse:r-{number}", "leadAction": "CREATED"})


def _linkedin_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    start = int(query["start"])
    page, _ = _window(numbers, start, int(query["count"]))
    elements = [
        {
            "id": f"r-{n}",
            "submittedAt": MADE_MS,
            "formResponse": {
                "answers": [{"name": "email", "answerDetails": {"textQuestionAnswer": {"answer": _mail(n)}}}]
            },
        }
        for n in page
    ]
    return {"elements": elements, "paging": {"start": start, "count": int(query["count"]), "total": len(numbers)}}


# Pipedrive


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "name": "Ada", "add_time": MADE, "emails": [{"value": _mail(number), "primary": True}]}


def _pipedrive_delivery(number: int) -> bytes:
    return _json({"meta": {"id": f"m{number}", "entity": "person", "action": "create"}, "data": _person(number)})


def _pipedrive_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    page, after = _window(numbers, int(query.get("cursor", 0)), int(query["limit"]))
    cursor = str(after) if after else None
    return {"success": True, "data": [_person(n) for n in page], "additional_data": {"next_cursor": cursor}}


# Twilio


def _caller(number: int) -> str:
    return f"+493012{number:04}"


def _twilio_delivery(number: int) -> bytes:
    sent = {"From": _caller(number), "To": "+4930999999"}
    if number % 2:
        return urlencode(sent | {"MessageSid": f"SM{number}", "Body": "Hello"}).encode()
    return urlencode(sent | {"CallSid": f"CA{number}", "CallStatus": "no-answer", "Direction": "inbound"}).encode()


def _twilio_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    name = "messages" if path.endswith("/Messages.json") else "calls"
    page, after = _window([n for n in numbers if n % 2 == (name == "messages")], int(query.get("Page", 0)), PAGE)
    following = f"{path}?Page={after}" if after else None
    return {name: [_twilio_item(name, n) for n in page], "next_page_uri": following}


def _twilio_item(name: str, number: int) -> dict[str, Any]:
    item = {"from": _caller(number), "to": "+4930999999", "direction": "inbound"}
    if name == "messages":
        return item | {"sid": f"SM{number}", "body": "Hello", "status": "received", "date_sent": MADE_RFC}
    return item | {"sid": f"CA{number}", "status": "no-answer", "start_time": MADE_RFC, "parent_call_sid": None}


# Webflow


def _webflow_delivery(number: int) -> bytes:
    sent = {"id": f"S{number}", "name": "Contact", "submittedAt": MADE, "data": {"email": _mail(number)}}
    return _json({"triggerType": "form_submission", "payload": sent})


def _webflow_list(numbers: Sequence[int], path: str, query: Query, body: Any) -> Any:
    offset = int(query["offset"])
    page, _ = _window(numbers, offset, int(query["limit"]))
    sent = [
        {"id": f"S{n}", "displayName": "Contact", "dateSubmitted": MADE, "formResponse": {"email": _mail(n)}}
        for n in page
    ]
    return {"formSubmissions": sent, "pagination": {"offset": offset, "limit": PAGE, "total": len(numbers)}}


SOURCES: Mapping[str, ListableSource] = {
    "calendly": ListableSource(delivery=_calendly_delivery, answer=_calendly_list),
    "facebook": ListableSource(delivery=_facebook_delivery, answer=_facebook_list),
    "hubspot": ListableSource(delivery=_hubspot_delivery, answer=_hubspot_list),
    "linkedin": ListableSource(delivery=_linkedin_delivery, answer=_linkedin_list),
    "pipedrive": ListableSource(delivery=_pipedrive_delivery, answer=_pipedrive_list),
    "twilio": ListableSource(delivery=_twilio_delivery, answer=_twilio_list),
    "typeform": ListableSource(delivery=_typeform_delivery, answer=_typeform_list),
    "webflow": ListableSource(delivery=_webflow_delivery, answer=_webflow_list),
}
