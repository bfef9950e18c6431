"""Let scripts of the policy's sites read our answers.

This does not limit what a page may send: a plain form posts from anywhere, with or without permission to read.
"""

from leadtight import bootstrap
from leadtight.adapters.http import events

ASKED_AGAIN_AFTER_SECONDS = "600"


def preflight(event: events.Event) -> events.Response:
    """Answer a browser that asks before a script posts."""
    return {"statusCode": 204, "headers": {"cache-control": "no-store"}, "body": ""}


def permitted(event: events.Event, response: events.Response) -> events.Response:
    """Return a response with CORS headers for an allowed origin.

    Any other origin gets none.
    """
    origins = _origins(event)
    if not origins:
        return response
    response["headers"]["vary"] = "Origin"
    if is_permitted(event):
        response["headers"] |= {"access-control-allow-origin": events.header(event, "origin")}
        if event["routeKey"].startswith("OPTIONS "):
            response["headers"] |= {
                "access-control-allow-methods": "POST",
                "access-control-allow-headers": "content-type, idempotency-key",
                "access-control-max-age": ASKED_AGAIN_AFTER_SECONDS,
            }
    return response


def is_permitted(event: events.Event) -> bool:
    """Return whether a request comes from an allowed origin."""
    return events.header(event, "origin") in _origins(event)


def _origins(event: events.Event) -> tuple[str, ...]:
    policy = bootstrap.policy()
    if event["routeKey"].endswith(" /leads"):
        return policy.api.origins
    form = policy.forms.get((event.get("pathParameters") or {}).get("form", ""))
    return form.origins if form else ()
