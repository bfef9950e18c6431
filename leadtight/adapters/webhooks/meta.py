"""Meta: `X-Hub-Signature-256: sha256=<hex>` is the HMAC-SHA256 of the body under the app's secret.

Lead ads of Facebook and Instagram only announce a lead's id: it is fetched from the Graph API afterwards. WhatsApp
sends the message itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.names import ours
from leadtight.adapters.webhooks.provider import Keys, NotAuthentic, Question, Reply, Request, dig, json_object
from leadtight.adapters.webhooks.signing import hexed, require, same
from leadtight.app.deliveries import Unsettled
from leadtight.app.intake import Submission
from leadtight.domain.held import Reason
from leadtight.domain.policy import Webhook


class _Meta:
    reply = Reply(body="EVENT_RECEIVED", content_type="text/plain")

    def handshake(self, request: Request, keys: Keys) -> Reply | None:
        """Return the challenge to whoever knows our verify token."""
        if request.method != "GET":
            return None
        expected = keys.values.get("verify_token", "")
        given = request.query.get("hub.verify_token", "")
        if not expected or request.query.get("hub.mode") != "subscribe" or not same(given, expected):
            raise NotAuthentic("the verify token does not match")
        return Reply(body=request.query.get("hub.challenge", ""), content_type="text/plain")

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check the signature over the body."""
        given = request.headers.get("x-hub-signature-256", "")
        require([given] if given else [], keys, lambda secret: f"sha256={hexed(secret, request.body)}")

    def key(self, request: Request) -> str:
        """Return nothing: every item has an id of its own."""
        return ""


class LeadAds(_Meta):
    """Lead ads of Facebook and Instagram (A3)."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Unsettled]:
        """Return what must be fetched: one lead's id for each change of the field `leadgen`."""
        return [
            Unsettled(
                channel=f"webhook:{webhook.id}",
                source=webhook.source,
                key=str(dig(value, "leadgen_id")),
                reason=Reason.ANNOUNCED,
                data={
                    name: str(value[name]) for name in ("leadgen_id", "form_id", "page_id", "ad_id") if name in value
                },
            )
            for field, value in _changes(body)
            if field == "leadgen"
        ]

    def question(self, data: Mapping[str, str], keys: Keys) -> Question:
        """Return the question for a lead by its id; the page's token travels in a header, never in the address."""
        base = keys.values.get("api", "https://graph.facebook.com/v23.0")
        wanted = "id,created_time,field_data,form_id,ad_id,campaign_id,platform,is_organic"
        return Question(
            url=f"{base}/{quote(data['leadgen_id'], safe='')}?fields={wanted}",
            headers={"authorization": f"Bearer {keys.values.get('access_token', '')}"},
        )

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead: a form's questions with their answers."""
        lead = json_object(content)
        answers = {
            dig(one, "name", kind=str): ", ".join(map(str, dig(one, "values", kind=list)))
            for one in dig(lead, "field_data", kind=list)
        }
        body = answered(webhook.fields, ours(answers, webhook.fields))
        body["fields"] |= {
            name: str(lead[name]) for name in ("form_id", "ad_id", "campaign_id", "platform") if name in lead
        }
        return [Submission(source=webhook.source, key=key, body={**body, "received_at": lead.get("created_time")})]


class WhatsApp(_Meta):
    """Messages to a WhatsApp business number (A4)."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return one inquiry for each message; receipts of our own messages concern no lead."""
        return [
            Submission(
                source=webhook.source,
                key=dig(message, "id", kind=str),
                body=_message(message, value),
                conversation=True,
            )
            for field, value in _changes(body)
            if field == "messages"
            for message in value.get("messages") or []
        ]


def _changes(body: bytes) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in dig(json_object(body), "entry", kind=list):
        for change in dig(entry, "changes", kind=list):
            yield str(dig(change, "field")), dig(change, "value", kind=dict)


def _message(message: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    sender = dig(message, "from", kind=str)
    names = {c.get("wa_id"): c.get("profile", {}).get("name", "") for c in value.get("contacts") or []}
    return {
        "name": names.get(sender, ""),
        "phone": f"+{sender}",
        "message": _words(message),
        "received_at": _at(message.get("timestamp")),
        "fields": {"whatsapp_to": str(value.get("metadata", {}).get("display_phone_number", ""))},
    }


def _words(message: Mapping[str, Any]) -> str:
    """Return what a message says; of what is no text, its kind and its caption."""
    kind = str(message.get("type", ""))
    given = message.get(kind)
    content = given if isinstance(given, Mapping) else {}
    if kind == "text":
        return str(content.get("body", ""))
    said = content.get("text") or content.get("caption") or _chosen(content)
    return f"[{kind}] {said}".strip() if kind not in ("button", "interactive") else str(said)


def _chosen(content: Mapping[str, Any]) -> str:
    reply = content.get(str(content.get("type")))
    return str(reply.get("title", "")) if isinstance(reply, Mapping) else ""


def _at(stamp: Any) -> str:
    try:
        return datetime.fromtimestamp(int(stamp), UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
