"""Webflow's form submissions.

`x-webflow-signature` is the hex HMAC-SHA256 of `timestamp:body`, the time in milliseconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, hex_hmac, require, require_recent
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    Ask,
    ItemsWithIds,
    NoHandshake,
    Request,
    api,
    instant_of,
    json_object,
    needed,
    optional_list,
    paged,
    signed_in,
    value_at,
)
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter

API = "https://api.webflow.com/v2"
PAGE = 100


@dataclass(frozen=True, slots=True)
class WebflowSubmission:
    """A submission's data, and its page, site and form."""

    data: Mapping[str, Any]
    about: Mapping[str, Any]
    form_name: str
    id: str
    at: Any


class Webflow(NoHandshake, ItemsWithIds):
    """Form submissions of a Webflow site.

    Hooks made in its dashboard are not signed: create them by its API.
    """

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check time and signature."""
        stamp, signature = (request.headers.get(f"x-webflow-{name}", "") for name in ("timestamp", "signature"))
        require_recent(stamp, now, per_second=1000)
        require(
            [signature] if signature else [],
            keys,
            lambda secret: hex_hmac(secret, stamp.encode() + b":" + request.body),
        )

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead of a submission.

        It may be of version 1 or 2 of the API.
        """
        submission = submitted(json_object(body))
        if submission is None:
            return []
        return [_lead(submission, webhook)]

    def listed(
        self, ask: Ask, since: datetime, until: datetime, keys: WebhookSecrets, webhook: Webhook
    ) -> Iterator[Submission]:
        """Return the submissions of the secret's `site` within a time.

        With `forms`, only those of forms with these names. Webflow lists all of a site, newest first, without a filter
        by time.
        """
        names = optional_list(keys, "forms")

        def following(page: Mapping[str, Any]) -> ApiRequest | None:
            sent = value_at(page, "formSubmissions", kind=list)
            start = value_at(page, "pagination", "offset", kind=int) + len(sent)
            goes_on = sent and start < value_at(page, "pagination", "total", kind=int)
            return _page(keys, start) if goes_on and not _ends_before(sent, since) else None

        for page in paged(ask, _page(keys, 0), following):
            for sent in value_at(page, "formSubmissions", kind=list):
                is_ours = not names or value_at(sent, "displayName", kind=str) in names
                if is_ours and since <= _sent_at(sent) < until:
                    yield _lead(_as_delivered(sent), webhook)


def _page(keys: WebhookSecrets, offset: int) -> ApiRequest:
    site = quote(needed(keys, "site"), safe="")
    params = urlencode({"limit": PAGE, "offset": offset})
    return ApiRequest(url=f"{api(keys, API)}/sites/{site}/form_submissions?{params}", headers=signed_in(keys))


def _sent_at(sent: Mapping[str, Any]) -> datetime:
    return instant_of(value_at(sent, "dateSubmitted", kind=str))


def _ends_before(sent: Sequence[Mapping[str, Any]], since: datetime) -> bool:
    """Check whether all that follows a page is older.

    A page that is not newest first says nothing about the next.
    """
    times = [_sent_at(each) for each in sent]
    return times == sorted(times, reverse=True) and times[-1] < since


def _as_delivered(sent: Mapping[str, Any]) -> WebflowSubmission:
    return WebflowSubmission(
        data=value_at(sent, "formResponse", kind=dict),
        about=without(sent, "id", "displayName", "dateSubmitted", "formResponse"),
        form_name=str(sent.get("displayName") or ""),
        id=value_at(sent, "id", kind=str),
        at=sent.get("dateSubmitted"),
    )


def _lead(submission: WebflowSubmission, webhook: Webhook) -> Submission:
    lead = answered(webhook.fields, ours(submission.data, webhook.fields))
    lead = with_fields(
        lead, {"form_name": submission.form_name} if submission.form_name else {}, flat(submission.about)
    )
    lead = with_facts(lead, received_at=submission.at)
    key = submission.id or None
    return Submission(caller=Submitter.PROVIDER, source=webhook.source, key=key, fingerprint=key, body=lead)


def submitted(content: Mapping[str, Any]) -> WebflowSubmission | None:
    """Return the submission in an event, else None.

    It may be of either version of the API. Raises Unreadable.
    """
    if content.get("triggerType", "form_submission") != "form_submission":
        return None
    sent = value_at(content, "payload", kind=dict) if "triggerType" in content else content
    return WebflowSubmission(
        data=value_at(sent, "data", kind=dict),
        about=without(sent, "data", "name", "id", "_id", "submittedAt", "d", "schema"),
        form_name=str(sent.get("name") or ""),
        id=str(sent.get("id") or sent.get("_id") or ""),
        at=sent.get("submittedAt") or sent.get("d"),
    )
