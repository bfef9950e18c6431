"""Any JSON, mapped by policy, with Standard Webhooks signatures (A5).

`webhook-signature` holds `v1,<base64>` entries separated by spaces: HMAC-SHA256 of `id.timestamp.body` under the secret
after `whsec_`, which is base64. https://github.com/standard-webhooks/standard-webhooks
"""

import base64
from collections.abc import Sequence
from datetime import datetime

from leadtight.adapters.inbound.field_mapping import at_path, mapped
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_decoded, digest, require, require_recent
from leadtight.adapters.inbound.webhooks.provider import (
    NoHandshake,
    Request,
    SplitsLists,
    json_body,
    json_object,
    packed,
)
from leadtight.app.intake.submission import Submission
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Submitter


class Signed(NoHandshake, SplitsLists):
    """Authenticates Standard Webhooks deliveries."""

    def check(self, request: Request, keys: WebhookSecrets, now: datetime) -> None:
        """Check `webhook-id`, `webhook-timestamp` and `webhook-signature`."""
        stamp = request.headers.get("webhook-timestamp", "")
        require_recent(stamp, now)
        signed = b".".join((self.key(request).encode(), stamp.encode(), request.body))
        entries = (entry.partition(",") for entry in request.headers.get("webhook-signature", "").split())
        require((value for version, _, value in entries if version == "v1"), keys, lambda s: _signature(s, signed))

    def key(self, request: Request) -> str:
        """Return the delivery's id."""
        return request.headers.get("webhook-id", "")


class StandardProvider(Signed):
    """The generic provider of leads."""

    def split(self, body: bytes, webhook: Webhook) -> Sequence[bytes]:
        """Return the items at the policy's path.

        Without a match, it is the body itself.
        """
        content = json_body(body)
        items = at_path(webhook.items, content) if webhook.items else content
        if not isinstance(items, list) or not (items or webhook.items):
            return [body]
        return [packed(item) for item in items]

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the lead that the policy's paths match."""
        return [
            Submission(
                caller=Submitter.PROVIDER,
                source=webhook.source,
                key=key,
                body=mapped(webhook.fields, json_object(body)),
            )
        ]


def _signature(secret: str, signed: bytes) -> str:
    return base64.b64encode(digest(base64_decoded(secret.removeprefix("whsec_")), signed)).decode()
