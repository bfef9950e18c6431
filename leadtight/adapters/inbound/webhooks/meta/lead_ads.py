"""Lead ads of Facebook and Instagram, and direct messages.

`X-Hub-Signature-256: sha256=<hex>` is the HMAC-SHA256 of the body under the app's secret. Lead ads only announce a
lead's id: it is fetched from the Graph API afterwards. Messages to a page or an account come complete, as those of
WhatsApp do.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours, put
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError, hex_hmac, is_equal, require
from leadtight.adapters.inbound.webhooks.meta.direct_messages import direct_message
from leadtight.adapters.inbound.webhooks.meta.updates import split_updates, updated
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    Request,
    WebhookReply,
    announced,
    api,
    json_object,
    needed_list,
    paged,
    signed_in,
    value_at,
)
from leadtight.app.intake.deliveries import Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

GRAPH = "https://graph.facebook.com/v23.0"


class MetaProvider(ItemsWithIds):
    """Base of Meta's products: signature, handshake and batched updates.

    A delivery may have several updates of several accounts.
    """

    reply = WebhookReply(body="EVENT_RECEIVED", content_type="text/plain")

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return the challenge of a request with our verify token."""
        if request.method != "GET":
            return None
        expected = keys.values.get("verify_token", "")
        token = request.query.get("hub.verify_token", "")
        if not expected or request.query.get("hub.mode") != "subscribe" or not is_equal(token, expected):
            raise WebhookVerificationError("the verify token does not match")
        return WebhookReply(body=request.query.get("hub.challenge", ""), content_type="text/plain")

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature of the body."""
        signature = request.headers.get("x-hub-signature-256", "")
        require([signature] if signature else [], keys, lambda secret: f"sha256={hex_hmac(secret, request.body)}")

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return each update with the properties shared by all."""
        return list(split_updates(json_object(body)))


class LeadAds(MetaProvider):
    """Lead ads (A3), and messages to the page or account."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Item]:
        """Return leads to fetch, and messages as leads.

        A change of the field `leadgen` is a lead to fetch; other changes are ignored.
        """
        update = updated(body)
        if update.message is not None:
            return direct_message(update, webhook)
        if update.field != "leadgen":
            return []
        value = update.value
        names = ("leadgen_id", "form_id", "page_id", "ad_id", "adgroup_id")
        return [
            announced(
                webhook,
                str(value_at(value, "leadgen_id")),
                **{name: str(value[name]) for name in names if value.get(name)},
            )
        ]

    def question(self, data: Mapping[str, str], keys: WebhookSecrets) -> ApiRequest:
        """Return the request for a lead by its id."""
        return _graph(keys, f"{quote(data['leadgen_id'], safe='')}", {})

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead: a form's questions with their answers."""
        return [_lead(json_object(content), key, webhook)]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the leads of the secret's `forms`."""
        limits = (("GREATER_THAN", int(since.timestamp()) - 1), ("LESS_THAN", int(until.timestamp())))
        made = json.dumps([{"field": "time_created", "operator": o, "value": v} for o, v in limits])
        for form in needed_list(keys, "forms"):
            for page in paged(ask, *_pages(keys, f"{quote(form, safe='')}/leads", made)):
                for lead in value_at(page, "data", kind=list):
                    yield _lead(lead, value_at(lead, "id", kind=str), webhook)


def _pages(
    keys: WebhookSecrets, path: str, made: str
) -> tuple[ApiRequest, Callable[[Mapping[str, Any]], ApiRequest | None]]:
    """Return the first request of a list and its continuation.

    A page without `next` is the last.
    """
    params = {"filtering": made, "limit": "100"}

    def following(page: Mapping[str, Any]) -> ApiRequest | None:
        paging = page.get("paging") or {}
        return (
            _graph(keys, path, {**params, "after": value_at(paging, "cursors", "after")})
            if paging.get("next")
            else None
        )

    return _graph(keys, path, params), following


def _graph(keys: WebhookSecrets, path: str, params: Mapping[str, str]) -> ApiRequest:
    """Return a request to the Graph API."""
    wanted = "id,created_time,field_data,form_id,ad_id,campaign_id,platform,is_organic,custom_disclaimer_responses"
    return ApiRequest(
        url=f"{api(keys, GRAPH)}/{path}?{urlencode({'fields': wanted, **params})}",
        headers=signed_in(keys),
    )


def _lead(lead: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    answers: dict[str, Any] = {}
    for answer in value_at(lead, "field_data", kind=list):
        put(answers, value_at(answer, "name", kind=str), value_at(answer, "values", kind=list))
    body = answered(webhook.fields, ours(answers, webhook.fields))
    body = with_fields(body, flat(without(lead, "id", "created_time", "field_data")))
    body = with_facts(body, received_at=lead.get("created_time"))
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=key, fingerprint=key, body=body)
