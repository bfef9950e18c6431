"""Typeform: `Typeform-Signature: sha256=<base64>` is the HMAC-SHA256 of the body; there is no time in it.

A replay is harmless all the same: the response's token is the guard's key.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.provider import (
    Ask,
    ItemsWithIds,
    Keys,
    Question,
    Request,
    Unasked,
    api,
    dig,
    json_object,
    needed_list,
    paged,
    signed_in,
)
from leadtight.adapters.webhooks.signing import based, require
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook

API = "https://api.typeform.com"
PAGE = 200
BY_TYPE = {"email": "email", "phone_number": "phone", "website": "website"}
BY_TITLE = (("name", "name"), ("company", "company"), ("message", "message"))


class Typeform(Unasked, ItemsWithIds):
    """Form responses."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check the signature over the body."""
        given = request.headers.get("typeform-signature", "")
        require([given] if given else [], keys, lambda secret: f"sha256={based(secret, request.body)}")

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a response; other events concern no lead."""
        content = json_object(body)
        if content.get("event_type") != "form_response":
            return []
        response = dig(content, "form_response", kind=dict)
        return [_lead(response, _titles(response.get("definition") or {}), webhook)]

    def listed(self, ask: Ask, since: datetime, until: datetime, keys: Keys, webhook: Webhook) -> Iterator[Submission]:
        """Return the responses of the forms that the secret names under `forms`, the latest first."""
        for form in needed_list(keys, "forms"):
            titles = _titles(json_object(ask(_api(keys, form))))
            asked = {"since": _second(since), "until": _second(until), "page_size": str(PAGE)}
            for page in paged(ask, *_pages(keys, f"{form}/responses", asked)):
                for response in dig(page, "items", kind=list):
                    yield _lead(response, titles, webhook)


def _pages(
    keys: Keys, path: str, asked: Mapping[str, str]
) -> tuple[Question, Callable[[Mapping[str, Any]], Question | None]]:
    """Return the first question of a list and how it goes on: a page that is not full is the last."""

    def following(page: Mapping[str, Any]) -> Question | None:
        items = dig(page, "items", kind=list)
        return _api(keys, path, {**asked, "before": dig(items[-1], "token")}) if len(items) == PAGE else None

    return _api(keys, path, asked), following


def _api(keys: Keys, path: str, asked: Mapping[str, str] | None = None) -> Question:
    return Question(
        url=f"{api(keys, API)}/forms/{quote(path)}{'?' if asked else ''}{urlencode(asked or {})}",
        headers=signed_in(keys),
    )


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _titles(definition: Mapping[str, Any]) -> dict[str, str]:
    return {field.get("id"): field.get("title", "") for field in definition.get("fields") or []}


def _lead(response: Mapping[str, Any], titles: Mapping[str, str], webhook: Webhook) -> Submission:
    answers: dict[str, Any] = {str(k): v for k, v in (response.get("hidden") or {}).items()}
    for answer in response.get("answers") or []:
        answers[_question(answer, titles, webhook.fields)] = _answer(answer)
    body = {**answered(webhook.fields, answers), "received_at": response.get("submitted_at")}
    return Submission(source=webhook.source, key=dig(response, "token", kind=str), body=body)


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
