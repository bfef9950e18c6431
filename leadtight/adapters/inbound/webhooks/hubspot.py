"""HubSpot's webhooks, which announce contacts.

`X-HubSpot-Signature-v3` is the base64 HMAC-SHA256 of method, address, body and time in milliseconds. The contact itself
is fetched afterwards. Events are of one kind of object (`contact.creation`), or of any (`object.creation`), which then
say the kind by `objectTypeId`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_hmac, require, require_recent
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    UnreadableDelivery,
    announced,
    api,
    json_body,
    json_object,
    packed,
    paged,
    signed_in,
    value_at,
)
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.hubapi.com"
ASKED = ("email", "firstname", "lastname", "phone", "mobilephone", "company", "message", "country", "state", "zip")
CONTACT = frozenset({"0-1", "contact", "contacts"})
"""The object type of contacts, by id or name.

Ids of objects are unique within a type only.
"""

ACTIONS = {"CREATE": "object.creation", "MERGE": "object.merge"}
"""Actions as the webhook journal names them."""

LISTS = ("events", "journalEvents", "results")

OBJECTS = "/crm/objects/2026-09/contacts"
"""The API path; its date is the version.

Numbered versions end in 2027.
"""

DECODED = {c: unquote(c) for c in ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B")}


class HubSpot(NoHandshake, ItemsWithIds):
    """Contacts of a HubSpot portal."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check time and signature."""
        stamp = request.headers.get("x-hubspot-request-timestamp", "")
        require_recent(stamp, now, per_second=1000)
        signature = request.headers.get("x-hubspot-signature-v3", "")
        signed = f"{request.method}{_decoded(request.url)}".encode() + request.body + stamp.encode()
        require([signature] if signature else [], keys, lambda secret: base64_hmac(secret, signed))

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Split a list of events; an object is one event."""
        content = json_body(body)
        listed = content
        if isinstance(content, Mapping) and "subscriptionType" not in content:
            listed = next((value for name, value in content.items() if name in LISTS), content)
        return [packed(event) for event in listed] if listed and isinstance(listed, list) else [body]

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[PendingDelivery]:
        """Return the contacts to fetch: created or merged ones.

        Of two contacts that were merged, it is the remaining one. A contact deleted for privacy is quarantined for a
        person, who has to erase it here, too.
        """
        event = json_object(body)
        subscription = event.get("subscriptionType") or ACTIONS.get(str(event.get("action")).upper())
        if subscription is None and event.get("action"):
            return []
        kind, _, action = str(subscription or value_at(event, "subscriptionType", kind=str)).rpartition(".")
        if not _is_contact(kind, event):
            return []
        if action == "creation":
            return [_announced(webhook, value_at(event, "objectId"), event)]
        if action == "merge":
            survivor = event.get("newObjectId") or event.get("primaryObjectId") or value_at(event, "objectId")
            return [_announced(webhook, survivor, event)]
        return [_erased(webhook, event)] if action == "privacyDeletion" else []

    def question(self, data: Mapping[str, str], keys: WebhookSecrets) -> ApiRequest:
        """Return the request for a contact by its id."""
        path = f"{OBJECTS}/{quote(data['contact_id'], safe='')}"
        return ApiRequest(url=f"{api(keys, API)}{path}?properties={','.join(ASKED)}", headers=signed_in(keys))

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the contact as a lead."""
        return [_lead(json_object(content), key, webhook)]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the contacts created within a time."""

        def search(after: str | None) -> ApiRequest:
            return _search(keys, since, until, after)

        def following(page: Mapping[str, Any]) -> ApiRequest | None:
            after = ((page.get("paging") or {}).get("next") or {}).get("after")
            return search(str(after)) if after else None

        for page in paged(ask, search(None), following):
            for contact in value_at(page, "results", kind=list):
                yield _lead(contact, f"contact:{value_at(contact, 'id')}", webhook)


def _search(keys: WebhookSecrets, since: datetime, until: datetime, after: str | None) -> ApiRequest:
    """Return a search for contacts created within a time.

    Times are in milliseconds; both ends are included.
    """
    ends = {"value": str(int(since.timestamp() * 1000)), "highValue": str(int(until.timestamp() * 1000) - 1)}
    body = {
        "filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "BETWEEN", **ends}]}],
        "properties": list(ASKED),
        "sorts": [{"propertyName": "createdate", "direction": "ASCENDING"}],
        "limit": 100,
    }
    return ApiRequest(
        url=f"{api(keys, API)}{OBJECTS}/search",
        headers=signed_in(keys),
        body=json.dumps(body | ({"after": after} if after else {})).encode(),
    )


def _is_contact(kind: str, event: Mapping[str, Any]) -> bool:
    """Check whether an event is about a contact.

    Raises Unreadable for an event of any object that does not say which.
    """
    return kind == "contact" or (kind == "object" and str(value_at(event, "objectTypeId")).casefold() in CONTACT)


def _announced(webhook: Webhook, contact_id: Any, event: Mapping[str, Any]) -> PendingDelivery:
    if isinstance(contact_id, bool) or not isinstance(contact_id, int | str):
        raise UnreadableDelivery("objectId must be the id of a contact")
    return announced(
        webhook, f"contact:{contact_id}", contact_id=str(contact_id), portal_id=str(event.get("portalId") or "")
    )


def _erased(webhook: Webhook, event: Mapping[str, Any]) -> PendingDelivery:
    contact_id = value_at(event, "objectId")
    return PendingDelivery(
        channel=webhook.channel,
        source=webhook.source,
        key=f"erased:{contact_id}",
        reason=Reason.UNMAPPED,
        detail=f"HubSpot deleted contact {contact_id} for privacy: the person may have to be erased here, too",
        content=packed(event).decode("utf-8", "replace"),
        content_type="application/json",
    )


def _lead(contact: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    properties = {k: v for k, v in value_at(contact, "properties", kind=dict).items() if v not in (None, "")}
    body = answered(webhook.fields, ours(properties, webhook.fields))
    rest = flat(without(contact, "id", "properties", "createdAt"))
    body = with_fields(body, {"hubspot_contact_id": str(contact.get("id", ""))}, rest)
    body = with_facts(body, received_at=contact.get("createdAt"))
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=key, fingerprint=key, body=body)


def _decoded(url: str) -> str:
    """Return the address as HubSpot signs it.

    It decodes these characters, and no others.
    """
    for encoded, plain in DECODED.items():
        url = url.replace(encoded, plain)
    return url
