"""Google Ads lead forms, which carry a key, unsigned.

The key that the advertiser set is in the body as `google_key`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.inbound.field_mapping import answered, with_facts, with_fields
from leadtight.adapters.inbound.field_names import meaning, ours, put
from leadtight.adapters.inbound.flat_fields import as_text, flat, without
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError, require
from leadtight.adapters.inbound.webhooks.provider import (
    ItemsWithIds,
    NoHandshake,
    Request,
    UnreadableDelivery,
    json_object,
    value_at,
)
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter


class GoogleAds(NoHandshake, ItemsWithIds):
    """Lead form extensions."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check the key in the body."""
        try:
            key = value_at(json_object(request.body), "google_key", kind=str)
        except UnreadableDelivery as error:
            raise WebhookVerificationError("the key is missing") from error
        require([key], keys, lambda secret: secret)

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead.

        One of Google's own tests says so in the field `is_test`.
        """
        content = json_object(body)
        answers: dict[str, Any] = {}
        for number, column in enumerate(value_at(content, "user_column_data", kind=list)):
            put(answers, *_answer(column, number, webhook.fields))
        lead = answered(webhook.fields, ours(answers, webhook.fields))
        rest = without(content, "google_key", "lead_id", "user_column_data", "lead_submit_time", "api_version")
        lead = with_facts(with_fields(lead, flat(rest)), received_at=content.get("lead_submit_time"))
        lead_id = value_at(content, "lead_id")
        if isinstance(lead_id, bool) or not isinstance(lead_id, str | int):
            raise UnreadableDelivery("lead_id must be text")
        return [Submission(caller=Submitter.PROVIDER, source=webhook.source, key=str(lead_id), body=lead)]


def _answer(column: Any, number: int, mapping: Mapping[str, str]) -> tuple[str, Any]:
    """Return question and answer.

    A question of the advertiser's own is known by its wording, since its id says nothing.
    """
    about = column if isinstance(column, Mapping) else {"string_value": column}
    id_, words = str(about.get("column_id") or ""), str(about.get("column_name") or "")
    name = id_ if id_ in mapping or meaning(id_) else words or id_ or f"column {number + 1}"
    return name, about.get("string_value") or as_text(list(without(about, "column_id", "column_name").values()))
