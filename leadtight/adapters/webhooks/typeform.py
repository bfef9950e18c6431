"""Typeform: `Typeform-Signature: sha256=<base64>` is the HMAC-SHA256 of the body; there is no time in it.

A replay is harmless all the same: the response's token is the guard's key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.provider import Keys, Reply, Request, dig, json_object
from leadtight.adapters.webhooks.signing import based, require
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook

BY_TYPE = {"email": "email", "phone_number": "phone", "website": "website"}
BY_TITLE = (("name", "name"), ("company", "company"), ("message", "message"))


class Typeform:
    """Form responses."""

    reply = Reply()

    def handshake(self, request: Request, keys: Keys) -> Reply | None:
        """Return None: Typeform asks nothing first."""
        return None

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check the signature over the body."""
        given = request.headers.get("typeform-signature", "")
        require([given] if given else [], keys, lambda secret: f"sha256={based(secret, request.body)}")

    def key(self, request: Request) -> str:
        """Return nothing: the response's token is inside."""
        return ""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a response; other events concern no lead."""
        content = json_object(body)
        if content.get("event_type") != "form_response":
            return []
        response = dig(content, "form_response", kind=dict)
        token = dig(response, "token", kind=str)
        titles = {f.get("id"): f.get("title", "") for f in response.get("definition", {}).get("fields", [])}
        answers: dict[str, Any] = {str(k): v for k, v in (response.get("hidden") or {}).items()}
        for answer in response.get("answers") or []:
            answers[_question(answer, titles, webhook.fields)] = _answer(answer)
        lead = answered(webhook.fields, answers)
        return [
            Submission(source=webhook.source, key=token, body={**lead, "received_at": response.get("submitted_at")})
        ]


def _question(answer: Mapping[str, Any], titles: Mapping[str, str], named: Mapping[str, str]) -> str:
    """Return what an answer is kept under: what the policy names, what its type or title says, or its title."""
    about = dig(answer, "field", kind=dict)
    reference = str(about.get("ref", ""))
    title = str(titles.get(about.get("id")) or reference or about.get("id"))
    if named_as := next((one for one in (reference, title) if one in named), None):
        return named_as
    guess = next((ours for word, ours in BY_TITLE if word in title.casefold()), title)
    return BY_TYPE.get(str(about.get("type")), guess)


def _answer(answer: Mapping[str, Any]) -> Any:
    value = answer.get(str(answer.get("type")))
    if isinstance(value, Mapping):
        labels = value.get("labels") or [value.get("label") or value.get("other")]
        return ", ".join(str(label) for label in labels if label)
    return value
