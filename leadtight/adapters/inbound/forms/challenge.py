"""Verify challenges of Cloudflare Turnstile and hCaptcha.

Both have the same API.
"""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from leadtight.adapters.inbound.signatures import WebhookSecrets
from leadtight.app.intake.form_posts import FormPost
from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.intake.spam import SpamVerdict
from leadtight.domain.model.errors import FetchFailed, FetchRefused
from leadtight.domain.policy.forms import Challenge, ChallengeProvider, Form

logger = logging.getLogger(__name__)
Post = Callable[[str, Mapping[str, str]], bytes]
"""Posts form fields; returns the JSON text of the response.

Raises FetchFailed, FetchRefused.
"""

VERIFY_AT = {
    ChallengeProvider.TURNSTILE: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
    ChallengeProvider.HCAPTCHA: "https://api.hcaptcha.com/siteverify",
}
TOKENS = {
    ChallengeProvider.TURNSTILE: "cf-turnstile-response",
    ChallengeProvider.HCAPTCHA: "h-captcha-response",
}
LONGEST_TOKEN = 16_384
OUR_FAULT = frozenset({"missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"})
"""Error codes for our faults, not the visitor's."""


class Challenges:
    """Verifies challenges.

    A challenge that cannot be verified makes a post suspect; it is never an error.
    """

    def __init__(self, keys: Callable[[], Mapping[str, WebhookSecrets]], post: Post) -> None:
        """Take the secrets (`form:<name>`, value `challenge`) and a poster."""
        self._keys = keys
        self._post = post

    def __call__(self, form: Form, posted: FormPost) -> SpamVerdict | None:
        """Return why a post is suspect.

        None when its challenge was met, or it has none.
        """
        challenge = form.challenge
        if challenge is None:
            return None
        token = posted.fields.get(TOKENS[challenge.provider])
        if not isinstance(token, str) or not token.strip() or len(token) > LONGEST_TOKEN:
            return SpamVerdict(reason=Reason.SPAM, detail="the challenge was not answered")
        secret = self._secret(form)
        if not secret:
            return SpamVerdict(reason=Reason.UNVERIFIED, detail=f"the secret of form:{form.id} has no challenge")
        return self._asked(challenge, secret, token, posted)

    def _secret(self, form: Form) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            keys = self._keys().get(f"form:{form.id}")
        except (BotoCoreError, ClientError, ValueError) as error:
            logger.warning("secret_not_read form=%s: %s", form.id, type(error).__name__)
            return ""
        return keys.values.get("challenge", "") if keys else ""

    def _asked(self, challenge: Challenge, secret: str, token: str, posted: FormPost) -> SpamVerdict | None:
        request = {"secret": secret, "response": token}
        if challenge.provider is ChallengeProvider.TURNSTILE:
            request["idempotency_key"] = _same_for_same(posted.fields)
        try:
            verdict = json.loads(self._post(challenge.verify_url or VERIFY_AT[challenge.provider], request))
        except (FetchFailed, FetchRefused, ValueError, RecursionError) as error:
            logger.warning("challenge_not_verified: %s", error)
            return SpamVerdict(reason=Reason.UNVERIFIED, detail="the challenge could not be verified")
        return _spam_verdict(verdict)


def _spam_verdict(verdict: Any) -> SpamVerdict | None:
    if isinstance(verdict, Mapping) and verdict.get("success") is True:
        return None
    listed = verdict.get("error-codes") if isinstance(verdict, Mapping) else None
    codes = sorted(str(code) for code in listed) if isinstance(listed, list) else []
    if not isinstance(verdict, Mapping) or verdict.get("success") is not False or OUR_FAULT & set(codes):
        detail = f"the challenge could not be verified: {', '.join(codes) or 'no answer'}"
        return SpamVerdict(reason=Reason.UNVERIFIED, detail=detail)
    return SpamVerdict(reason=Reason.SPAM, detail=f"the challenge was not met: {', '.join(codes) or 'no reason given'}")


def _same_for_same(fields: Mapping[str, Any]) -> str:
    """Return an idempotency id of this post.

    A token counts once, but a form that is sent twice is not two forms.
    """
    content = json.dumps(fields, sort_keys=True, default=str).encode()
    return str(uuid.UUID(bytes=hashlib.sha256(content).digest()[:16], version=4))
