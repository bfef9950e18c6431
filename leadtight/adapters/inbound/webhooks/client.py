"""Fetch leads from providers: announced ones, and complete lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.adapters.inbound.webhooks import provider
from leadtight.adapters.inbound.webhooks.provider import (
    ApiRequest,
    LeadLister,
    NotificationProvider,
    UnreadableDelivery,
)
from leadtight.adapters.inbound.webhooks.reader import FAULTS, reread, webhook_of
from leadtight.app.intake.deliveries import Inquiring
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.model.errors import FetchFailed, FetchRefused
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Webhook

Web = Callable[[str, Mapping[str, str], bytes | None], bytes]


class Fetching:
    """Fetches what a quarantined delivery announced."""

    def __init__(self, policy: Policy, keys: Callable[[], Mapping[str, WebhookSecrets]], web: Web) -> None:
        """Take the policy, the webhooks' secrets and an HTTP client."""
        self._policy = policy
        self._keys = keys
        self._web = web

    def fetch(self, delivery: QuarantinedDelivery) -> bytes:
        """Return the provider's response.

        It is the stored content where many leads came at once and wait to be read. Raises FetchRefused, or FetchFailed,
        also while the secret is missing.
        """
        if not delivery.data:
            return delivery.content.encode()
        webhook = webhook_of(self._policy, delivery)
        keys = self._keys().get(webhook.id) if webhook else None
        if webhook is None or keys is None:
            raise FetchFailed(f"{delivery.channel} is not configured")
        question = cast(NotificationProvider, provider(webhook.provider)).question(delivery.data, keys)
        return self._ask(question)

    def read(self, delivery: QuarantinedDelivery, content: bytes) -> Sequence[Submission]:
        """Return the lead of a response. Raises InvalidInquiry without one."""
        items = reread(self._policy, replace(delivery, content=content.decode("utf-8", "replace"), is_base64=False))
        return [item for item in items if isinstance(item, Submission)]

    def listed(self, webhook: Webhook, since: datetime, until: datetime) -> Iterator[Inquiring]:
        """Return a provider's leads within a time.

        Raises FetchFailed or FetchRefused when it does not list them.
        """
        keys = self._keys().get(webhook.id)
        if keys is None:
            raise FetchFailed(f"{webhook.id} has no secret")
        try:
            yield from cast(LeadLister, provider(webhook.provider)).listed(self._ask, since, until, keys, webhook)
        except (UnreadableDelivery, *FAULTS) as error:
            raise FetchRefused(str(error) or type(error).__name__) from error

    def _ask(self, question: ApiRequest) -> bytes:
        return self._web(question.url, question.headers, question.body)
