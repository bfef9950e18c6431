"""The door in front of the API, where a stage has one: what comes past it is refused, and whom it saw is believed."""

import hmac
from collections.abc import Callable, Mapping

from leadtight.adapters.http import events

SECRET = "x-leadtight-front"
VIEWER = "x-leadtight-viewer"


class OriginVerifier:
    """Knows what the front door adds to each request: `{"k1": "...", "k2": "..."}`, any of them being good."""

    def __init__(self, keys: Callable[[], Mapping[str, str]]) -> None:
        """Take the live keys by name."""
        self._keys = keys

    def verify(self, event: events.Event) -> events.Event | None:
        """Return the event as sent from the address that the door saw, or None when it came another way."""
        given = events.header(event, SECRET).encode("utf-8", "replace")
        if not any(hmac.compare_digest(given, key.encode()) for key in self._keys().values()):
            return None
        context = event["requestContext"]
        connection = {**context["http"], "sourceIp": events.header(event, VIEWER)}
        return {**event, "requestContext": {**context, "http": connection}}
