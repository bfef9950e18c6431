"""Checks of webhooks: reconciliation and outcome mappings."""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.outcomes.automatic_call import FAILED
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import BOOKINGS, CALL_WORDS, CALLS, LISTERS, UNLISTED, BookingEvent, Webhook
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
        yield from _check_bookings(f"webhooks.{name}", webhook)


def _check_bookings(path: str, webhook: Webhook) -> Iterator[Problem]:
    if webhook.provider != BOOKINGS:
        if webhook.events:
            yield Problem(f"{path}.events", f"only `{BOOKINGS}` delivers them")
        return
    if "booked_for" not in webhook.fields.values():
        yield Problem(f"{path}.fields", "no path is `booked_for`, the time of the call")
    for event in webhook.events.values():
        if event not in [*BookingEvent]:
            yield Problem(f"{path}.events", f"must be one of {', '.join(BookingEvent)}: {event!r}")


def _check_call_words(policy: Policy, path: str, webhook: Webhook) -> Iterator[Problem]:
    for outcome in webhook.outcomes.values():
        if outcome not in policy.outcomes and outcome != FAILED:
            yield Problem(f"{path}.outcomes", unknown("outcome", outcome, policy.outcomes))
    for word in webhook.fields.values():
        if word not in CALL_WORDS:
            yield Problem(f"{path}.fields", f"must be one of {', '.join(CALL_WORDS)}: {word!r}")
