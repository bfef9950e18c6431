"""Ask who made a challenge whether a visitor has met it: Cloudflare Turnstile and hCaptcha, which are asked alike."""

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
"""Posts form fields to an address and returns the JSON text of the answer. Raises FetchFailed, FetchRefused."""

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
"""What they answer when it is not the visitor who failed."""


class Challenges:
    """Verifies challenges: one that nobody can verify is a doubt, and never an error."""

    def __init__(self, keys: Callable[[], Mapping[str, WebhookSecrets]], post: Post) -> None:
        """Take the secrets (`form:<name>`, value `challenge`) and who posts."""
        self._keys = keys
        self._post = post

    def __call__(self, form: Form, posted: FormPost) -> SpamVerdict | None:
        """Return why a post is in doubt; None when its challenge was met, or it has none."""
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
        asked = {"secret": secret, "response": token}
        if challenge.provider is ChallengeProvider.TURNSTILE:
            asked["idempotency_key"] = _same_for_same(posted.fields)
        try:
            said = json.loads(self._post(challenge.verify_url or VERIFY_AT[challenge.provider], asked))
        except (FetchFailed, FetchRefused, ValueError, RecursionError) as error:
            logger.warning("challenge_not_verified: %s", error)
            return SpamVerdict(reason=Reason.UNVERIFIED, detail="the challenge could not be verified")
        return _judged(said)


def _judged(said: Any) -> SpamVerdict | None:
    if isinstance(said, Mapping) and said.get("success") is True:
        return None
    listed = said.get("error-codes") if isinstance(said, Mapping) else None
    codes = sorted(str(code) for code in listed) if isinstance(listed, list) else []
    if not isinstance(said, Mapping) or said.get("success") is not False or OUR_FAULT & set(codes):
        why = f"the challenge could not be verified: {', '.join(codes) or 'no answer'}"
        return SpamVerdict(reason=Reason.UNVERIFIED, detail=why)
    return SpamVerdict(reason=Reason.SPAM, detail=f"the challenge was not met: {', '.join(codes) or 'no reason given'}")


def _same_for_same(fields: Mapping[str, Any]) -> str:
    """Return an id of this very post: a token counts once, but a form that is sent twice is not two forms."""
    content = json.dumps(fields, sort_keys=True, default=str).encode()
    return str(uuid.UUID(bytes=hashlib.sha256(content).digest()[:16], version=4))
