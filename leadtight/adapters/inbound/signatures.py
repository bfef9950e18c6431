"""Checks of providers' signatures, in constant time.

Any live secret may have signed.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadtight.domain.model.errors import LeadtightError

REPLAY_WINDOW = timedelta(minutes=5)
"""Largest difference between a signing time and our clock.

It holds where a provider signs its time.
"""


class WebhookVerificationError(LeadtightError):
    """The request's signature is invalid or too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecrets:
    """A webhook's signing secrets, newest first, and other named values.

    Its provider's API needs the latter.
    """

    signing: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def digest(secret: bytes, content: bytes, algorithm: str = "sha256") -> bytes:
    """Return the HMAC of some content."""
    return hmac.new(secret, content, getattr(hashlib, algorithm)).digest()


def hex_hmac(secret: str, content: bytes, algorithm: str = "sha256") -> str:
    """Return the HMAC in hexadecimal."""
    return digest(secret.encode(), content, algorithm).hex()


def base64_hmac(secret: str, content: bytes, algorithm: str = "sha256") -> str:
    """Return the HMAC in base64."""
    return base64.b64encode(digest(secret.encode(), content, algorithm)).decode()


def require(signatures: Iterable[str], keys: WebhookSecrets, sign: Callable[[str], str]) -> None:
    """Require that a live secret made one of the signatures.

    Raises WebhookVerificationError.
    """
    offered = tuple(signatures)
    matches = [_is_among(offered, sign, secret) for secret in keys.signing]
    if not any(matches):
        raise WebhookVerificationError("the signature does not match" if offered else "the signature is missing")


def _is_among(offered: Iterable[str], sign: Callable[[str], str], secret: str) -> bool:
    """Check whether a secret made one of these signatures.

    A secret that cannot sign made none, and does not affect the others.
    """
    try:
        signature = sign(secret)
    except (WebhookVerificationError, ValueError):
        return False
    return any(is_equal(each, signature) for each in offered)


def require_basic(header: str, keys: WebhookSecrets) -> None:
    """Require a live secret in Authorization (RFC 7617).

    Raises WebhookVerificationError.
    """
    require([header] if header else [], keys, lambda s: f"Basic {base64.b64encode(s.encode()).decode()}")


def require_basic_or_bearer(header: str, keys: WebhookSecrets) -> None:
    """Require HTTP Basic, or a live secret as token.

    The token is a bearer token (RFC 6750). Raises WebhookVerificationError.
    """
    kind, _, token = header.partition(" ")
    if kind == "Bearer":
        require([token] if token else [], keys, lambda s: s)
    else:
        require_basic(header, keys)


def is_equal(first: str, other: str) -> bool:
    """Check whether two texts are equal, in constant time."""
    return hmac.compare_digest(first.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def require_recent(stamp: str, now: datetime, *, per_second: int = 1, window: timedelta = REPLAY_WINDOW) -> None:
    """Require that a Unix time is close to `now`.

    The time counts in parts `per_second`. Raises WebhookVerificationError outside the window.
    """
    try:
        at = datetime.fromtimestamp(int(stamp) / per_second, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookVerificationError("the signing time is missing or invalid") from error
    if abs(now - at) > window:
        raise WebhookVerificationError("the signing time is too far from the present")


def base64_decoded(text: str) -> bytes:
    """Decode base64 text. Raises WebhookVerificationError.

    An invalid secret signs nothing.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WebhookVerificationError("the secret is not base64") from error
