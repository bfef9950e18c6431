"""Read what a configured webhook delivered: when it arrives, and again from the quarantine."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.webhooks import provider
from leadtight.adapters.webhooks.provider import Unreadable
from leadtight.app.deliveries import Deliveries, Item, Settled, Unsettled
from leadtight.domain.errors import InvalidInquiry, Problem
from leadtight.domain.held import Held, Reason
from leadtight.domain.policy import WEBHOOK_CHANNEL, Policy, Webhook

FAULTS = (RecursionError, TypeError, ValueError, AttributeError, KeyError)
"""What reading somebody else's JSON may run into, besides what a provider's reader says by itself."""


def read(webhook: Webhook, body: bytes, key: str, content_type: str) -> Sequence[Item]:
    """Return the items of an authentic delivery; one that cannot be read is one item, to be held whole."""
    try:
        return provider(webhook.provider).read(body, key, webhook)
    except (Unreadable, *FAULTS) as error:
        return [whole(webhook, body, key, content_type, Reason.UNREADABLE, str(error) or type(error).__name__)]


def take(
    deliveries: Deliveries, webhook: Webhook, body: bytes, key: str, content_type: str, now: datetime
) -> Sequence[Settled]:
    """Settle every item of an authentic delivery; what is no lead is held whole, or by itself where there are several.

    Raises what the first item raised that could not be settled, after the others had their turn.
    """
    items = read(webhook, body, key, content_type)
    original = whole(webhook, body, key, content_type, Reason.UNMAPPED, "") if len(items) == 1 else None
    return deliveries.take_all(items, webhook.channel, now, original)


def whole(webhook: Webhook, body: bytes, key: str, content_type: str, reason: Reason, detail: str) -> Unsettled:
    """Return a delivery as it came in, to be held."""
    try:
        content, is_base64 = body.decode("utf-8"), False
    except UnicodeDecodeError:
        content, is_base64 = base64.b64encode(body).decode(), True
    return Unsettled(
        channel=webhook.channel,
        source=webhook.source,
        key=key,
        reason=reason,
        detail=detail,
        content=content,
        content_type=content_type,
        is_base64=is_base64,
    )


def webhook_of(policy: Policy, held: Held) -> Webhook | None:
    """Return the webhook that a held delivery came by; None when the policy has it no more."""
    return policy.webhooks.get(held.channel.removeprefix(WEBHOOK_CHANNEL))


def reread(policy: Policy, held: Held) -> Sequence[Item]:
    """Return what a held delivery says by now. Raises InvalidInquiry when it still cannot be read."""
    webhook = webhook_of(policy, held)
    if webhook is None:
        raise InvalidInquiry([Problem("channel", f"{held.channel} is not in the policy")])
    body = base64.b64decode(held.content) if held.is_base64 else held.content.encode()
    try:
        speaker: Any = provider(webhook.provider)
        return (speaker.read_fetched if held.data else speaker.read)(body, held.key, webhook)  # type: ignore[no-any-return]
    except (Unreadable, *FAULTS) as error:
        raise InvalidInquiry([Problem("body", str(error) or type(error).__name__)]) from error
