"""Did the builder send this? Asked of those that can prove it, once their secret is set."""

from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.inbound.forms.hosted import HANDSHAKE
from leadtight.adapters.inbound.signatures import WebhookSecrets, based, require
from leadtight.domain.policy.forms import Builder, Form

SIGNING = frozenset({Builder.TALLY, Builder.WUFOO})


def check(
    form: Form, fields: Mapping[str, Any], body: bytes, signature: str, keys: Callable[[], Mapping[str, WebhookSecrets]]
) -> bool:
    """Tell whether the builder sent this: Tally signed the body, or Wufoo sent its handshake key along.

    A form without a `form:<name>` in the webhook secret takes what comes, and proves nothing.
    Raises WebhookVerificationError
    where there is one and the post does not fit it.
    """
    if form.builder not in SIGNING or (own := keys().get(f"form:{form.id}")) is None or not own.signing:
        return False
    if form.builder is Builder.TALLY:
        require([signature] if signature else [], own, lambda secret: based(secret, body))
    else:
        given = fields.get(HANDSHAKE)
        require([given] if isinstance(given, str) else [], own, lambda secret: secret)
    return True
