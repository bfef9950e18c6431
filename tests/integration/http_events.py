"""API Gateway HTTP API events, payload 2.0."""

import base64
import json
from typing import Any


def request(
    route: str, *, body: str | bytes = "", headers: dict[str, str] | None = None, **path: str
) -> dict[str, Any]:
    """Return the event of a request to a route key.

    A key is such as `POST /leads`; bytes travel as base64.
    """
    method, _, resource = route.partition(" ")
    is_binary = isinstance(body, bytes)
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": resource.format(**path),
        "rawQueryString": "",
        "headers": {"host": "leads.leadtight.example", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": resource.format(**path), "sourceIp": "192.0.2.1"},
            "requestId": "request-2",
        },
        "pathParameters": path,
        "body": text,
        "isBase64Encoded": is_binary,
    }


def post_lead(lead: Any, **headers: str) -> dict[str, Any]:
    """Return a `POST /leads` with a JSON body."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("POST /leads", body=json.dumps(lead), headers={"content-type": "application/json", **names})
