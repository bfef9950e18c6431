"""Ask providers: for the leads that they announce, and for all that they have had."""

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
    """Asks the provider of a held delivery for what it announced."""

    def __init__(self, policy: Policy, keys: Callable[[], Mapping[str, WebhookSecrets]], web: Web) -> None:
        """Take the policy, the webhooks' secrets and the way to the provider."""
        self._policy = policy
        self._keys = keys
        self._web = web

    def fetch(self, held: QuarantinedDelivery) -> bytes:
        """Return the provider's answer, or what is here already: many leads that came at once wait to be read.

        Raises FetchRefused, or FetchFailed, also while the secret is missing.
        """
        if not held.data:
            return held.content.encode()
        webhook = webhook_of(self._policy, held)
        keys = self._keys().get(webhook.id) if webhook else None
        if webhook is None or keys is None:
            raise FetchFailed(f"{held.channel} is not configured")
        question = cast(NotificationProvider, provider(webhook.provider)).question(held.data, keys)
        return self._ask(question)

    def read(self, held: QuarantinedDelivery, content: bytes) -> Sequence[Submission]:
        """Return the lead of an answer. Raises InvalidInquiry when there is none."""
        items = reread(self._policy, replace(held, content=content.decode("utf-8", "replace"), is_base64=False))
        return [item for item in items if isinstance(item, Submission)]

    def listed(self, webhook: Webhook, since: datetime, until: datetime) -> Iterator[Inquiring]:
        """Return what a provider has had in a time. Raises FetchFailed or FetchRefused when it does not say."""
        keys = self._keys().get(webhook.id)
        if keys is None:
            raise FetchFailed(f"{webhook.id} has no secret")
        try:
            yield from cast(LeadLister, provider(webhook.provider)).listed(self._ask, since, until, keys, webhook)
        except (UnreadableDelivery, *FAULTS) as error:
            raise FetchRefused(str(error) or type(error).__name__) from error

    def _ask(self, question: ApiRequest) -> bytes:
        return self._web(question.url, question.headers, question.body)
