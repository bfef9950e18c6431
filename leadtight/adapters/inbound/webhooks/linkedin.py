"""LinkedIn lead sync.

`X-LI-Signature` is the hex HMAC-SHA256 of `hmacsha256=` and the body, under the client secret. Before it delivers, it
requests the same kind of signature of a challenge. A notification names the lead, which is fetched afterwards.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours, put
from leadtight.adapters.inbound.flat_fields import as_text, flat, leaves, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError, hex_hmac, require
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    ItemsWithIds,
    Request,
    WebhookReply,
    announced,
    api,
    json_object,
    signed_in,
    value_at,
)
from leadtight.app.intake.deliveries import PendingDelivery
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.linkedin.com/rest"


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
        return ApiRequest(
            url=f"{api(keys, API)}/leadFormResponses/{quote(response, safe='')}",
            headers={
                **signed_in(keys),
                "linkedin-version": keys.values.get("version", "202510"),
                "x-restli-protocol-version": "2.0.0",
            },
        )

    def read_fetched(self, content: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a form response.

        Answers are by question number, or by the name of a hidden field.
        """
        response = json_object(content)
        answers: dict[str, Any] = {}
        for item in value_at(response, "formResponse", "answers", kind=list):
            question = str(item.get("name") or value_at(item, "questionId"))
            put(answers, question, _answer(value_at(item, "answerDetails", kind=dict)))
        body = answered(webhook.fields, ours(answers, webhook.fields))
        about = flat(without(response["formResponse"], "answers"))
        body = with_fields(body, about, flat(without(response, "formResponse", "id", "submittedAt")))
        at = response.get("submittedAt")
        received = datetime.fromtimestamp(at / 1000, UTC).isoformat() if isinstance(at, int) else None
        return [
            Submission(
                caller=Submitter.PROVIDER, source=webhook.source, key=key, body=with_facts(body, received_at=received)
            )
        ]


def _answer(details: Mapping[str, Any]) -> str:
    return as_text([text for _, text in leaves(details, "")])
