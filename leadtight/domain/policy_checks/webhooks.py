"""Checks of webhooks: reconciliation and outcome mappings."""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.outcomes.automatic_call import FAILED
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import CALL_WORDS, CALLS, LISTERS, UNLISTED, Webhook
from leadtight.domain.text.suggestions import unknown


def check_webhooks(policy: Policy) -> Iterator[Problem]:
    """Yield webhook settings that its provider cannot support."""
    for name, webhook in policy.webhooks.items():
        if webhook.reconcile and webhook.provider not in LISTERS:
            why = UNLISTED[webhook.provider]
            yield Problem(f"webhooks.{name}.reconcile", f"{webhook.provider} cannot be reconciled: {why}")
        if webhook.provider == CALLS:
            yield from _check_call_words(policy, f"webhooks.{name}", webhook)
        elif webhook.outcomes:
            yield Problem(f"webhooks.{name}.outcomes", f"only `{CALLS}` delivers outcomes")


def _check_call_words(policy: Policy, path: str, webhook: Webhook) -> Iterator[Problem]:
    for outcome in webhook.outcomes.values():
        if outcome not in policy.outcomes and outcome != FAILED:
            yield Problem(f"{path}.outcomes", unknown("outcome", outcome, policy.outcomes))
    for word in webhook.fields.values():
        if word not in CALL_WORDS:
            yield Problem(f"{path}.fields", f"must be one of {', '.join(CALL_WORDS)}: {word!r}")
