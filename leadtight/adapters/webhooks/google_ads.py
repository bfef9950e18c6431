"""Google Ads lead forms: no signature, but the key that the advertiser set travels in the body as `google_key`."""

from collections.abc import Sequence
from datetime import datetime

from leadtight.adapters.webhooks.mapping import answered
from leadtight.adapters.webhooks.names import ours
from leadtight.adapters.webhooks.provider import (
    ItemsWithIds,
    Keys,
    NotAuthentic,
    Request,
    Unasked,
    Unreadable,
    dig,
    json_object,
)
from leadtight.adapters.webhooks.signing import require
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook

KEPT = ("form_id", "campaign_id", "adgroup_id", "creative_id", "gcl_id", "lead_source")


class GoogleAds(Unasked, ItemsWithIds):
    """Lead form extensions."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check the key in the body."""
        try:
            given = dig(json_object(request.body), "google_key", kind=str)
        except Unreadable as error:
            raise NotAuthentic("the key is missing") from error
        require([given], keys, lambda secret: secret)

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead; one of Google's own tests says so in the field `is_test`."""
        content = json_object(body)
        columns = dig(content, "user_column_data", kind=list)
        answers = {str(c.get("column_id") or c.get("column_name")): c.get("string_value", "") for c in columns}
        lead = answered(webhook.fields, ours(answers, webhook.fields))
        lead["fields"] |= {name: str(content[name]) for name in KEPT if content.get(name)}
        if content.get("is_test"):
            lead["fields"]["is_test"] = "true"
        at = content.get("lead_submit_time")
        return [
            Submission(source=webhook.source, key=dig(content, "lead_id", kind=str), body={**lead, "received_at": at})
        ]
