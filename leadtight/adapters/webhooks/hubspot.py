"""HubSpot: `X-HubSpot-Signature-v3` is the base64 HMAC-SHA256 of method, address, body and time in milliseconds.

It tells that a contact was made; the contact itself is fetched afterwards.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, unquote

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.names import ours
from leadtight.adapters.webhooks.provider import Keys, Question, Reply, Request, Unreadable, dig, json_body, json_object
from leadtight.adapters.webhooks.signing import based, require, require_recent
from leadtight.app.deliveries import Unsettled
from leadtight.app.intake import Submission
from leadtight.domain.held import Reason
from leadtight.domain.policy import Webhook

ASKED = ("email", "firstname", "lastname", "phone", "mobilephone", "company", "message", "country", "state", "zip")
CREATED = ("contact.creation", "object.creation")
DECODED = {c: unquote(c) for c in ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B")}


class HubSpot:
    """Contacts of a HubSpot portal."""

    reply = Reply()

    def handshake(self, request: Request, keys: Keys) -> Reply | None:
        """Return None: HubSpot asks nothing first."""
        return None

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check time and signature."""
        stamp = request.headers.get("x-hubspot-request-timestamp", "")
        require_recent(stamp, now, per_second=1000)
        given = request.headers.get("x-hubspot-signature-v3", "")
        signed = f"{request.method}{_decoded(request.url)}".encode() + request.body + stamp.encode()
        require([given] if given else [], keys, lambda secret: based(secret, signed))

    def key(self, request: Request) -> str:
        """Return nothing: every event has an id of its own."""
        return ""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Unsettled]:
        """Return what must be fetched: each contact that was made."""
        events = json_body(body)
        if not isinstance(events, list):
            raise Unreadable("the body must be a list of events")
        return [
            Unsettled(
                channel=f"webhook:{webhook.id}",
                source=webhook.source,
                key=f"contact:{dig(event, 'objectId')}",
                reason=Reason.ANNOUNCED,
                data={"contact_id": str(event["objectId"]), "portal_id": str(event.get("portalId", ""))},
            )
            for event in events
            if dig(event, "subscriptionType", kind=str) in CREATED
        ]

    def question(self, data: Mapping[str, str], keys: Keys) -> Question:
        """Return the question for a contact by its id."""
        base = keys.values.get("api", "https://api.hubapi.com")
        return Question(
            url=f"{base}/crm/v3/objects/contacts/{quote(data['contact_id'], safe='')}?properties={','.join(ASKED)}",
            headers={"authorization": f"Bearer {keys.values.get('access_token', '')}"},
        )

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the contact as a lead."""
        contact = json_object(content)
        properties = {k: v for k, v in dig(contact, "properties", kind=dict).items() if v not in (None, "")}
        body = answered(webhook.fields, ours(properties, webhook.fields))
        body["fields"] |= {"hubspot_contact_id": str(contact.get("id", ""))}
        return [Submission(source=webhook.source, key=key, body={**body, "received_at": contact.get("createdAt")})]


def _decoded(url: str) -> str:
    """Return the address as HubSpot signs it: with these characters, and no others, decoded."""
    for encoded, plain in DECODED.items():
        url = url.replace(encoded, plain)
    return url
