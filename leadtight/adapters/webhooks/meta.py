"""Meta: `X-Hub-Signature-256: sha256=<hex>` is the HMAC-SHA256 of the body under the app's secret.

Lead ads of Facebook and Instagram only announce a lead's id: it is fetched from the Graph API afterwards. WhatsApp
sends the message itself.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.names import ours
from leadtight.adapters.webhooks.provider import (
    Ask,
    ItemsWithIds,
    Keys,
    NotAuthentic,
    Question,
    Reply,
    Request,
    announced,
    api,
    dig,
    json_object,
    needed_list,
    paged,
    signed_in,
)
from leadtight.adapters.webhooks.signing import hexed, require, same
from leadtight.app.deliveries import Unsettled
from leadtight.app.intake import Submission
from leadtight.domain.message import Channel
from leadtight.domain.policy import Webhook

GRAPH = "https://graph.facebook.com/v23.0"


class _Meta(ItemsWithIds):
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


class LeadAds(_Meta):
    """Lead ads of Facebook and Instagram (A3)."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Unsettled]:
        """Return what must be fetched: one lead's id for each change of the field `leadgen`."""
        return [
            announced(
                webhook,
                str(dig(value, "leadgen_id")),
                **{name: str(value[name]) for name in ("leadgen_id", "form_id", "page_id", "ad_id") if name in value},
            )
            for field, value in _changes(body)
            if field == "leadgen"
        ]

    def question(self, data: Mapping[str, str], keys: Keys) -> Question:
        """Return the question for a lead by its id."""
        return _graph(keys, f"{quote(data['leadgen_id'], safe='')}", {})

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead: a form's questions with their answers."""
        return [_lead(json_object(content), key, webhook)]

    def listed(self, ask: Ask, since: datetime, until: datetime, keys: Keys, webhook: Webhook) -> Iterator[Submission]:
        """Return the leads of the forms that the secret names under `forms`."""
        limits = (("GREATER_THAN", int(since.timestamp()) - 1), ("LESS_THAN", int(until.timestamp())))
        made = json.dumps([{"field": "time_created", "operator": o, "value": v} for o, v in limits])
        for form in needed_list(keys, "forms"):
            for page in paged(ask, *_pages(keys, f"{quote(form, safe='')}/leads", made)):
                for lead in dig(page, "data", kind=list):
                    yield _lead(lead, dig(lead, "id", kind=str), webhook)


def _pages(keys: Keys, path: str, made: str) -> tuple[Question, Callable[[Mapping[str, Any]], Question | None]]:
    """Return the first question of a list and how it goes on: a page with no `next` is the last."""
    asked = {"filtering": made, "limit": "100"}

    def following(page: Mapping[str, Any]) -> Question | None:
        paging = page.get("paging") or {}
        return _graph(keys, path, {**asked, "after": dig(paging, "cursors", "after")}) if paging.get("next") else None

    return _graph(keys, path, asked), following


def _graph(keys: Keys, path: str, asked: Mapping[str, str]) -> Question:
    """Return a question to the Graph API."""
    wanted = "id,created_time,field_data,form_id,ad_id,campaign_id,platform,is_organic"
    return Question(
        url=f"{api(keys, GRAPH)}/{path}?{urlencode({'fields': wanted, **asked})}",
        headers=signed_in(keys),
    )


def _lead(lead: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    answers = {
        dig(one, "name", kind=str): ", ".join(map(str, dig(one, "values", kind=list)))
        for one in dig(lead, "field_data", kind=list)
    }
    body = answered(webhook.fields, ours(answers, webhook.fields))
    body["fields"] |= {
        name: str(lead[name]) for name in ("form_id", "ad_id", "campaign_id", "platform") if name in lead
    }
    return Submission(source=webhook.source, key=key, body={**body, "received_at": lead.get("created_time")})


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
                answers_by=Channel.SMS,  # the same number; we write no WhatsApp
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
        "fields": {"whatsapp_to": str(value.get("metadata", {}).get("display_phone_number", "")), **_advert(message)},
    }


def _advert(message: Mapping[str, Any]) -> dict[str, str]:
    """Return which advert or post somebody came from who began a chat with its button."""
    given = message.get("referral")
    referral = given if isinstance(given, Mapping) else {}
    return {f"ad_{name}": str(referral[name]) for name in ("source_id", "source_url", "headline") if name in referral}


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
