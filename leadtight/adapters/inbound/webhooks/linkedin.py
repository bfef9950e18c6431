"""LinkedIn lead sync.

`X-LI-Signature` is the hex HMAC-SHA256 of `hmacsha256=` and the body, under the client secret. Before it delivers, it
requests the same kind of signature of a challenge. A notification names the lead, which is fetched afterwards.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours, put
from leadtight.adapters.inbound.flat_fields import as_text, flat, leaves, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError, hex_hmac, require
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    Request,
    UnreadableDelivery,
    WebhookReply,
    announced,
    api,
    json_object,
    needed_list,
    paged,
    signed_in,
    value_at,
)
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.linkedin.com/rest"
RESPONSE = "urn:li:leadGenFormResponse:"
PAGE = 50
TYPES = {
    "sponsoredAccount": ("SPONSORED",),
    "organization": ("COMPANY", "EVENT", "ORGANIZATION_PRODUCT"),
}
"""Types of leads by the kind of their owner.

Each is a list of its own.
"""


class LinkedIn(ItemsWithIds):
    """Lead forms of LinkedIn ads."""

    reply = WebhookReply()

    def handshake(self, request: Request, keys: WebhookSecrets) -> WebhookReply | None:
        """Return the signature of the challenge."""
        if request.method != "GET":
            return None
        code = request.query.get("challengeCode", "")
        if not code or not keys.signing:
            raise WebhookVerificationError("there is no challenge to answer")
        return WebhookReply(
            body=json.dumps({"challengeCode": code, "challengeResponse": hex_hmac(keys.signing[0], code.encode())})
        )

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the signature of the body."""
        signature = request.headers.get("x-li-signature", "").removeprefix("hmacsha256=")
        require([signature] if signature else [], keys, lambda secret: hex_hmac(secret, b"hmacsha256=" + request.body))

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[PendingDelivery]:
        """Return the leads to fetch.

        The withdrawal of a lead's consent brings no new lead.
        """
        content = json_object(body)
        if content.get("leadAction", "CREATED") != "CREATED":
            return []
        response = value_at(content, "leadGenFormResponse", kind=str)
        return [announced(webhook, response, response=response, form=str(content.get("leadGenForm", "")))]

    def question(self, data: Mapping[str, str], keys: WebhookSecrets) -> ApiRequest:
        """Return the request for a form response by its URN."""
        response = data["response"].rpartition(":")[2]
        return _rest(keys, f"/{quote(response, safe='')}")

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a form response."""
        return [_lead(json_object(content), key, webhook)]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the form responses of the secret's `owners`."""
        for owner in needed_list(keys, "owners"):
            for kind in _types_of(owner):
                for page in paged(ask, *_pages(keys, owner, kind, since, until)):
                    for response in value_at(page, "elements", kind=list):
                        key = f"{RESPONSE}{str(value_at(response, 'id')).removeprefix(RESPONSE)}"
                        if since <= _submitted_at(response) < until:
                            yield _lead(response, key, webhook)


def _rest(keys: WebhookSecrets, rest: str) -> ApiRequest:
    return ApiRequest(
        url=f"{api(keys, API)}/leadFormResponses{rest}",
        headers={
            **signed_in(keys),
            "linkedin-version": keys.values.get("version", "202510"),
            "x-restli-protocol-version": "2.0.0",
        },
    )


def _types_of(owner: str) -> Sequence[str]:
    """Return the types of an owner's leads. Raises Unreadable."""
    kind = owner.removeprefix("urn:li:").partition(":")[0]
    if not owner.startswith("urn:li:") or kind not in TYPES:
        raise UnreadableDelivery(f"{owner} must be a urn:li:sponsoredAccount:… or a urn:li:organization:…")
    return TYPES[kind]


def _pages(
    keys: WebhookSecrets, owner: str, kind: str, since: datetime, until: datetime
) -> tuple[ApiRequest, Callable[[Mapping[str, Any]], ApiRequest | None]]:
    """Return the first request of a list and its continuation.

    Parentheses and commas of Rest.li are written as they are, the values in them encoded.
    """
    account = f"({owner.removeprefix('urn:li:').partition(':')[0]}:{quote(owner, safe='')})"
    times = f"(start:{int(since.timestamp() * 1000)},end:{int(until.timestamp() * 1000)})"
    query = f"?q=owner&owner={account}&leadType=(leadType:{kind})&submittedAtTimeRange={times}&limitedToTestLeads=false"

    def page(start: int) -> ApiRequest:
        return _rest(keys, f"{query}&count={PAGE}&start={start}")

    def following(answer: Mapping[str, Any]) -> ApiRequest | None:
        is_full = len(value_at(answer, "elements", kind=list)) >= PAGE
        return page(value_at(answer, "paging", "start", kind=int) + PAGE) if is_full else None

    return page(0), following


def _submitted_at(response: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(value_at(response, "submittedAt", kind=int) / 1000, UTC)


def _lead(response: Mapping[str, Any], key: str, webhook: Webhook) -> Submission:
    """Return the lead of a form response.

    Answers are by question number, or by the name of a hidden field.
    """
    answers: dict[str, Any] = {}
    for item in value_at(response, "formResponse", "answers", kind=list):
        question = str(item.get("name") or value_at(item, "questionId"))
        put(answers, question, _answer(value_at(item, "answerDetails", kind=dict)))
    body = answered(webhook.fields, ours(answers, webhook.fields))
    about = flat(without(response["formResponse"], "answers"))
    body = with_fields(body, about, flat(without(response, "formResponse", "id", "submittedAt")))
    received = _submitted_at(response).isoformat() if isinstance(response.get("submittedAt"), int) else None
    body = with_facts(body, received_at=received)
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=key, fingerprint=key, body=body)


def _answer(details: Mapping[str, Any]) -> str:
    return as_text([text for _, text in leaves(details, "")])
