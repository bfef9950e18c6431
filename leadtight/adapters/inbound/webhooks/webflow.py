"""Webflow's form submissions.

`x-webflow-signature` is the hex HMAC-SHA256 of `timestamp:body`, the time in milliseconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import ours
from leadtight.adapters.inbound.flat_fields import flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, hex_hmac, require, require_recent
from leadtight.adapters.inbound.webhooks.provider import ItemsWithIds, NoHandshake, Request, json_object, value_at
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter


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
        lead = answered(webhook.fields, ours(submission.data, webhook.fields))
        lead = with_fields(
            lead, {"form_name": submission.form_name} if submission.form_name else {}, flat(submission.about)
        )
        lead = with_facts(lead, received_at=submission.at)
        return [Submission(caller=Submitter.PROVIDER, source=webhook.source, key=submission.id or None, body=lead)]


@dataclass(frozen=True, slots=True)
class WebflowSubmission:
    """A submission's data, and its page, site and form."""

    data: Mapping[str, Any]
    about: Mapping[str, Any]
    form_name: str
    id: str
    at: Any


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
