"""Verify that a form builder sent a post.

Only those that can prove it are checked, once their secret is set.
"""

from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.inbound.forms.hosted import HANDSHAKE
from leadtight.adapters.inbound.signatures import WebhookSecrets, base64_hmac, require
from leadtight.domain.policy.forms import Builder, Form

SIGNING = frozenset({Builder.TALLY, Builder.WUFOO})


def check(
    form: Form, fields: Mapping[str, Any], body: bytes, signature: str, keys: Callable[[], Mapping[str, WebhookSecrets]]
) -> bool:
    """Check whether the builder proved that it sent the post.

    Tally signs the body; Wufoo sends its handshake key. A form without a `form:<name>` in the webhook secret accepts
    any post, and proves nothing. Raises WebhookVerificationError where there is a secret and the post does not match
    it.
    """
    if form.builder not in SIGNING or (own := keys().get(f"form:{form.id}")) is None or not own.signing:
        return False
    if form.builder is Builder.TALLY:
        require([signature] if signature else [], own, lambda secret: base64_hmac(secret, body))
    else:
        handshake = fields.get(HANDSHAKE)
        require([handshake] if isinstance(handshake, str) else [], own, lambda secret: secret)
    return True
