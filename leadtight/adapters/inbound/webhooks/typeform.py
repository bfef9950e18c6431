"""Typeform's form responses.

`Typeform-Signature: sha256=<base64>` is the HMAC-SHA256 of the body, without a time. A replay is harmless: the
response's token is the guard's key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_hmac, require
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    api,
    json_object,
    needed_list,
    paged,
    signed_in,
    utc_text,
    value_at,
)
from leadtight.adapters.inbound.webhooks.typeform_answers import FormQuestion, named_answers, questions, variables
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.typeform.com"
PAGE = 200
READ = ("token", "submitted_at", "definition", "answers", "hidden", "variables", "response_id", "landing_id")


class Typeform(NoHandshake, ItemsWithIds):
    """Form responses."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature of the body."""
        signature = request.headers.get("typeform-signature", "")
        require([signature] if signature else [], keys, lambda secret: f"sha256={base64_hmac(secret, request.body)}")

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a response; other events have none."""
        content = json_object(body)
        if value_at(content, "event_type", kind=str) != "form_response":
            return []  # such as answers that were typed but never sent
        response = value_at(content, "form_response", kind=dict)
        definition = response.get("definition") or {}
        return [_lead(response, questions(definition), webhook, str(definition.get("title") or ""))]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return responses of the secret's `forms`, newest first."""
        for form in needed_list(keys, "forms"):
            definition = json_object(ask(_api(keys, form)))
            title, in_form = str(definition.get("title") or ""), questions(definition)
            params = {"since": utc_text(since), "until": utc_text(until), "page_size": str(PAGE)}
            for page in paged(ask, *_pages(keys, f"{form}/responses", params)):
                for response in value_at(page, "items", kind=list):
                    yield _lead({"form_id": form, **response}, in_form, webhook, title)


def _pages(
    keys: WebhookSecrets, path: str, params: Mapping[str, str]
) -> tuple[ApiRequest, Callable[[Mapping[str, Any]], ApiRequest | None]]:
    """Return the first request of a list and its continuation.

    A page that is not full is the last.
    """

    def following(page: Mapping[str, Any]) -> ApiRequest | None:
        items = value_at(page, "items", kind=list)
        return _api(keys, path, {**params, "before": value_at(items[-1], "token")}) if len(items) == PAGE else None

    return _api(keys, path, params), following


def _api(keys: WebhookSecrets, path: str, params: Mapping[str, str] | None = None) -> ApiRequest:
    return ApiRequest(
        url=f"{api(keys, API)}/forms/{quote(path)}{'?' if params else ''}{urlencode(params or {})}",
        headers=signed_in(keys),
    )


def _lead(response: Mapping[str, Any], in_form: Mapping[str, FormQuestion], webhook: Webhook, title: str) -> Submission:
    body = answered(webhook.fields, named_answers(response, in_form, webhook.fields))
    rest = without(response, *READ)
    body = with_fields(body, {"form_title": title} if title else {}, variables(response), flat(rest))
    facts = with_facts(body, received_at=response.get("submitted_at"))
    token = value_at(response, "token", kind=str)
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=token, fingerprint=token, body=facts)
