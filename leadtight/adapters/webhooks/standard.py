"""Any JSON, mapped by the policy and signed as the Standard Webhooks specification says (A5).

`webhook-signature` holds `v1,<base64>` entries apart by spaces: HMAC-SHA256 of `id.timestamp.body` under the secret
after `whsec_`, which is base64. https://github.com/standard-webhooks/standard-webhooks
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.webhooks.mapping import at_path, mapped
from leadtight.adapters.webhooks.provider import Keys, Request, Unasked, Unreadable, json_body
from leadtight.adapters.webhooks.signing import digest, require, require_recent, unbased
from leadtight.app.intake import Submission
from leadtight.domain.policy import Webhook


class Signed(Unasked):
    """How such deliveries prove themselves."""

    def check(self, request: Request, keys: Keys, now: datetime) -> None:
        """Check `webhook-id`, `webhook-timestamp` and `webhook-signature`."""
        stamp = request.headers.get("webhook-timestamp", "")
        require_recent(stamp, now)
        signed = b".".join((self.key(request).encode(), stamp.encode(), request.body))
        entries = (entry.partition(",") for entry in request.headers.get("webhook-signature", "").split())
        require((value for version, _, value in entries if version == "v1"), keys, lambda s: _signature(s, signed))

    def key(self, request: Request) -> str:
        """Return the delivery's id."""
        return request.headers.get("webhook-id", "")


class Standard(Signed):
    """The generic provider of leads."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[Submission]:
        """Return the leads that the policy's paths find in the body."""
        return [
            Submission(
                source=webhook.source, key=f"{key}:{number}" if number else key, body=mapped(webhook.fields, found)
            )
            for number, found in enumerate(_items(json_body(body), webhook))
        ]


def _signature(secret: str, signed: bytes) -> str:
    return base64.b64encode(digest(unbased(secret.removeprefix("whsec_")), signed)).decode()


def _items(content: Any, webhook: Webhook) -> Sequence[Mapping[str, Any]]:
    found = at_path(webhook.items, content) if webhook.items else [content]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Unreadable(f"{webhook.items or 'the body'} must hold JSON objects")
    return found
