"""Verify that requests came through CloudFront.

Where a stage has a distribution, other requests are refused, and the client address that it forwards is trusted.
"""

import hmac
from collections.abc import Callable, Mapping

from leadtight.adapters.http import events

SECRET = "x-leadtight-front"
VIEWER = "x-leadtight-viewer"


class OriginVerifier:
    """Verifies the secret that CloudFront adds to each request.

    Any of `{"k1": "...", "k2": "..."}` is valid.
    """

    def __init__(self, keys: Callable[[], Mapping[str, str]]) -> None:
        """Take the live keys by name."""
        self._keys = keys

    def verify(self, event: events.Event) -> events.Event | None:
        """Return the event with the client address that CloudFront forwarded.

        None when the request did not come through CloudFront.
        """
        secret = events.header(event, SECRET).encode("utf-8", "replace")
        if not any(hmac.compare_digest(secret, key.encode()) for key in self._keys().values()):
            return None
        context = event["requestContext"]
        connection = {**context["http"], "sourceIp": events.header(event, VIEWER)}
        return {**event, "requestContext": {**context, "http": connection}}
