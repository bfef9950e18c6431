"""API Gateway events (payload 2.0) of simulated requests.

Visitors, programs and owners send them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

Event = dict[str, Any]


def request(
    route: str, *, body: str = "", address: str = "192.0.2.1", headers: Mapping[str, str] | None = None, **path: str
) -> Event:
    """Return the event of a request from an address.

    `route` is a route key such as `POST /leads`.
    """
    method, _, resource = route.partition(" ")
    http = {"method": method, "path": resource.format(**path), "sourceIp": address}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": resource.format(**path),
        "rawQueryString": "",
        "headers": {"host": "leads.example.com", **(headers or {})},
        "requestContext": {"http": http},
        "pathParameters": path,
        "body": body,
        "isBase64Encoded": False,
    }


def lead(body: Mapping[str, Any], *, key: str | None = None, address: str = "192.0.2.1", **headers: str) -> Event:
    """Return a `POST /leads` of a visitor or program.

    A program of the firm has an API key.
    """
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    bearer = {"authorization": f"Bearer {key}"} if key else {}
    content = {"content-type": "application/json"}
    return request("POST /leads", body=json.dumps(body), address=address, headers=content | bearer | extra)


def form(name: str, fields: Mapping[str, str], *, address: str = "192.0.2.1", **headers: str) -> Event:
    """Return a form's post as a browser sends it."""
    extra = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html", "user-agent": "Mozilla/5.0"}
    return request("POST /forms/{form}", body=urlencode(fields), address=address, headers=content | extra, form=name)


def outcome(lead_id: str, key: str, outcome_id: str) -> Event:
    """Return an owner's report of an outcome by API."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "idempotency-key": lead_id}
    body = json.dumps({"outcome": outcome_id})
    return request("POST /leads/{lead_id}/outcomes", body=body, headers=headers, lead_id=lead_id)
