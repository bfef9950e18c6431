"""HubSpot: `X-HubSpot-Signature-v3` is the base64 HMAC-SHA256 of method, address, body and time in milliseconds.

It tells that a contact was made; the contact itself is fetched afterwards.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.names import ours
from leadtight.adapters.webhooks.provider import (
    Ask,
    ItemsWithIds,
    Keys,
    Question,
    Request,
    Unasked,
    Unreadable,
    announced,
    api,
    dig,
    json_body,
    json_object,
    paged,
    signed_in,
)
from leadtight.adapters.webhooks.signing import based, require, require_recent
from leadtight.app.deliveries import Unsettled
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook

API = "https://api.hubapi.com"
ASKED = ("email", "firstname", "lastname", "phone", "mobilephone", "company", "message", "country", "state", "zip")
CREATED = ("contact.creation", "object.creation")
DECODED = {c: unquote(c) for c in ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B")}


class HubSpot(Unasked, ItemsWithIds):
    """Contacts of a HubSpot portal."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check time and signature."""
        stamp = request.headers.get("x-hubspot-request-timestamp", "")
        require_recent(stamp, now, per_second=1000)
        given = request.headers.get("x-hubspot-signature-v3", "")
        signed = f"{request.method}{_decoded(request.url)}".encode() + request.body + stamp.encode()
        require([given] if given else [], keys, lambda secret: based(secret, signed))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Unsettled]:
        """Return what must be fetched: each contact that was made."""
        events = json_body(body)
        if not isinstance(events, list):
            raise Unreadable("the body must be a list of events")
        return [
            announced(
                webhook,
                f"contact:{dig(event, 'objectId')}",
                contact_id=str(event["objectId"]),
                portal_id=str(event.get("portalId", "")),
            )
            for event in events
            if dig(event, "subscriptionType", kind=str) in CREATED
        ]

    def question(self, data: Mapping[str, str], keys: Keys) -> Question:
        """Return the question for a contact by its id."""
        path = f"/crm/v3/objects/contacts/{quote(data['contact_id'], safe='')}"
        return Question(url=f"{api(keys, API)}{path}?properties={','.join(ASKED)}", headers=signed_in(keys))

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the contact as a lead."""
        return [_lead(json_object(content), key, webhook)]

    def listed(self, ask: Ask, since: datetime, until: datetime, keys: Keys, webhook: Webhook) -> Iterator[Submission]:
        """Return the contacts that were made in a time."""

        def search(after: str | None) -> Question:
            return _search(keys, since, until, after)

        def following(page: Mapping[str, Any]) -> Question | None:
            after = ((page.get("paging") or {}).get("next") or {}).get("after")
            return search(str(after)) if after else None

        for page in paged(ask, search(None), following):
            for contact in dig(page, "results", kind=list):
                yield _lead(contact, f"contact:{dig(contact, 'id')}", webhook)


def _search(keys: Keys, since: datetime, until: datetime, after: str | None) -> Question:
    """Return a search for contacts by the time they were made, in milliseconds, both ends being part of it."""
    ends = {"value": str(int(since.timestamp() * 1000)), "highValue": str(int(until.timestamp() * 1000) - 1)}
    body = {
        "filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "BETWEEN", **ends}]}],
        "properties": list(ASKED),
        "sorts": [{"propertyName": "createdate", "direction": "ASCENDING"}],
        "limit": 100,
    }
    return Question(
        url=f"{api(keys, API)}/crm/v3/objects/contacts/search",
        headers=signed_in(keys),
        body=json.dumps(body | ({"after": after} if after else {})).encode(),
    )


def _lead(contact: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    properties = {k: v for k, v in dig(contact, "properties", kind=dict).items() if v not in (None, "")}
    body = answered(webhook.fields, ours(properties, webhook.fields))
    body["fields"] |= {"hubspot_contact_id": str(contact.get("id", ""))}
    return Submission(source=webhook.source, key=key, body={**body, "received_at": contact.get("createdAt")})


def _decoded(url: str) -> str:
    """Return the address as HubSpot signs it: with these characters, and no others, decoded."""
    for encoded, plain in DECODED.items():
        url = url.replace(encoded, plain)
    return url
