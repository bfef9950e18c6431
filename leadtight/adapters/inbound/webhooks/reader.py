"""Read webhook deliveries, on arrival and again from the quarantine.

A delivery is read item by item. One that cannot be read is quarantined by itself, as it came; once it can be read, it
can be released.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from leadtight.adapters.inbound.webhooks import provider
from leadtight.adapters.inbound.webhooks.provider import NotificationProvider, UnreadableDelivery
from leadtight.app.intake.deliveries import Deliveries, Item, PendingDelivery, SettledItem
from leadtight.app.intake.submission import Submission
from leadtight.app.intake.time_limits import Limits, unlimited
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import InvalidInquiry, OutOfTime, Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import WEBHOOK_CHANNEL, Webhook

FAULTS = (RecursionError, TypeError, ValueError, AttributeError, KeyError)
"""Errors that reading a foreign JSON may cause.

A provider's reader raises its own besides.
"""

LARGEST_PART = 64 * 1024
"""Most bytes of an item, as for `POST /leads`.

A whole delivery may be as large as a function can receive.
"""

LARGEST_KEPT = 256 * 1024
"""Most bytes that fit into a row of the quarantine."""

MOST_AT_ONCE = 100
"""Most leads created before a delivery is answered.

More are stored first and created afterwards: each takes a transaction.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryItem:
    """One item as delivered, and its inquiry if any."""

    original: PendingDelivery
    items: Sequence[Item]


def read(webhook: Webhook, body: bytes, key: str, content_type: str) -> Sequence[Item]:
    """Return the items of an authentic delivery.

    One that cannot be read is an item, too, to be quarantined as it came.
    """
    return [item for part in parts(webhook, body, key, content_type) for item in part.items]


def take(
    deliveries: Deliveries,
    webhook: Webhook,
    body: bytes,
    key: str,
    content_type: str,
    now: datetime,
    limits: Limits = unlimited,
) -> Sequence[SettledItem]:
    """Settle every item of an authentic delivery within its limits.

    An item without a lead is quarantined by itself. Raises the error of the first item that could not be settled, after
    the others had their turn.
    """
    every = parts(webhook, body, key, content_type, limits)
    pairs = [(item, part.original) for part in every for item in part.items]
    if sum(isinstance(item, Submission) for item, _ in pairs) > MOST_AT_ONCE:
        pairs = [(_later(item, original), original) for item, original in pairs]
    return deliveries.take_each(pairs, webhook.channel, now, limits)


def parts(
    webhook: Webhook, body: bytes, key: str, content_type: str, limits: Limits = unlimited
) -> Sequence[DeliveryItem]:
    """Return a delivery item by item.

    An item that is not read within its limit is read later.
    """
    keyed = [*_keyed(_split(webhook, body), key)]
    return [
        _part_within(limit, webhook, content, key, content_type)
        for (content, key), limit in zip(keyed, limits(len(keyed)), strict=True)
    ]


def whole(webhook: Webhook, body: bytes, key: str, content_type: str, reason: Reason, detail: str) -> PendingDelivery:
    """Return a delivery as it came in, for the quarantine.

    One too large for a row says that only its beginning is kept.
    """
    kept = body[:LARGEST_KEPT]
    cut = f"of {len(body)} bytes only the first {len(kept)} are kept" if len(kept) < len(body) else ""
    try:
        content, is_base64 = kept.decode("utf-8", "ignore" if cut else "strict"), False
    except UnicodeDecodeError:
        content, is_base64 = base64.b64encode(kept).decode(), True
    return PendingDelivery(
        channel=webhook.channel,
        source=webhook.source,
        key=key,
        reason=reason,
        detail="; ".join(filter(None, (detail, cut))),
        content=content,
        content_type=content_type,
        is_base64=is_base64,
    )


def webhook_of(policy: Policy, delivery: QuarantinedDelivery) -> Webhook | None:
    """Return the webhook of a delivery.

    None when the policy no longer has it.
    """
    return policy.webhooks.get(delivery.channel.removeprefix(WEBHOOK_CHANNEL))


def reread(policy: Policy, delivery: QuarantinedDelivery) -> Sequence[Item]:
    """Read a quarantined delivery again.

    Raises InvalidInquiry when it still cannot be read.
    """
    webhook = webhook_of(policy, delivery)
    if webhook is None:
        raise InvalidInquiry([Problem("channel", f"{delivery.channel} is not in the policy")])
    body = base64.b64decode(delivery.content) if delivery.is_base64 else delivery.content.encode()
    try:
        return _read_fetched(webhook, body, delivery.key) if delivery.data else _read(webhook, body, delivery.key)
    except (UnreadableDelivery, *FAULTS) as error:
        raise InvalidInquiry([Problem("body", str(error) or type(error).__name__)]) from error


def _read_fetched(webhook: Webhook, body: bytes, key: str) -> Sequence[Item]:
    announcer: NotificationProvider = provider(webhook.provider)  # type: ignore[assignment]  # only such announce leads
    return announcer.read_fetched(body, key, webhook)


def _read(webhook: Webhook, body: bytes, key: str) -> Sequence[Item]:
    speaker = provider(webhook.provider)
    keyed = _keyed(speaker.split(body, webhook), key)
    return [item for content, key in keyed for item in speaker.read(content, key, webhook)]


def _split(webhook: Webhook, body: bytes) -> Sequence[bytes]:
    try:
        return provider(webhook.provider).split(body, webhook)
    except (UnreadableDelivery, *FAULTS):
        return [body]  # reading it will say why


def _keyed(contents: Iterable[bytes], key: str) -> Iterator[tuple[bytes, str]]:
    """Yield each part with its key.

    The first has the delivery's key; the others have a number added.
    """
    for number, content in enumerate(contents):
        yield content, f"{key}:{number}" if key and number else key


def _part_within(
    limit: AbstractContextManager[None], webhook: Webhook, body: bytes, key: str, content_type: str
) -> DeliveryItem:
    try:
        with limit:
            return _part(webhook, body, key, content_type)
    except OutOfTime as error:
        later = whole(webhook, body, key, content_type, Reason.ANNOUNCED, str(error))
        return DeliveryItem(original=later, items=[later])


def _part(webhook: Webhook, body: bytes, key: str, content_type: str) -> DeliveryItem:
    original = whole(webhook, body, key, content_type, Reason.UNMAPPED, "")
    if len(body) > LARGEST_PART:
        too_large = f"one item has over {LARGEST_PART // 1024} KB"
        return DeliveryItem(
            original=original, items=[whole(webhook, body, key, content_type, Reason.UNREADABLE, too_large)]
        )
    try:
        items = provider(webhook.provider).read(body, key, webhook)
    except (UnreadableDelivery, *FAULTS) as error:
        reason = str(error) or type(error).__name__
        items = [whole(webhook, body, key, content_type, Reason.UNREADABLE, reason)]
    return DeliveryItem(original=original, items=items)


def _later(item: Item, original: PendingDelivery) -> Item:
    """Return a lead as announced, whose part is read later."""
    if not isinstance(item, Submission):
        return item
    return replace(original, reason=Reason.ANNOUNCED, key=item.key or original.key)
