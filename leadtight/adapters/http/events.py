"""API Gateway's HTTP events (payload 2.0) and responses."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from leadtight.adapters.http import page_headers
from leadtight.domain.text.sanitizing import sanitize

if TYPE_CHECKING:
    from leadtight.app.intake.deliveries import SettledItem
    from leadtight.domain.model.consent_record import Visitor
    from leadtight.domain.model.errors import InvalidInquiry, Problem

LONGEST_BODY = 64 * 1024
LONGEST_SEEN = 1_000
REQUEST_ID = "requestContext.requestId"
"""The path of the request id, which log lines share."""

Event = Mapping[str, Any]
Response = dict[str, Any]


class BodyTooLargeError(Exception):
    """The body exceeds the limit, which the message states."""

    def __init__(self, longest: int = LONGEST_BODY) -> None:
        """Take the limit in bytes."""
        super().__init__(f"The body is over {longest // 1024} KB")


class UnreadableBodyError(Exception):
    """The body does not match its content type.

    The message says why.
    """


def header(event: Event, name: str) -> str:
    """Return a request header, empty when it is missing.

    Names are lower case in payload 2.0.
    """
    return str(event.get("headers", {}).get(name, ""))


def body(event: Event, longest: int = LONGEST_BODY) -> bytes:
    """Return the raw body.

    Raises BodyTooLargeError over 64 KB or `longest`, UnreadableBodyError for broken base64.
    """
    text = event.get("body") or ""
    if len(text) > longest * 2:
        raise BodyTooLargeError(longest)
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode("utf-8", "replace")
    except ValueError as error:
        raise UnreadableBodyError("the body is not valid base64") from error
    if len(raw) > longest:
        raise BodyTooLargeError(longest)
    return raw


def sanitized_header(event: Event, name: str) -> str:
    """Return a header, sanitized for storage."""
    return sanitize(header(event, name))[:LONGEST_SEEN]


def visitor(event: Event) -> Visitor:
    """Return the visitor's address and user agent."""
    from leadtight.domain.model.consent_record import Visitor

    return Visitor(ip=source_address(event), user_agent=sanitized_header(event, "user-agent"))


def source_address(event: Event) -> str:
    """Return the source address of a request."""
    return str(event["requestContext"]["http"].get("sourceIp", ""))[:LONGEST_SEEN]


def json_object(raw: bytes) -> Mapping[str, Any]:
    """Parse a JSON object in any Unicode encoding.

    Raises UnreadableBodyError naming what is wrong.
    """
    try:
        content = json.loads(raw.decode(json.detect_encoding(raw)))
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(f"the body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableBodyError("the body must be a JSON object")
    return content


def answer(status: int, content: Mapping[str, Any]) -> Response:
    """Return a JSON response."""
    return response(status, json.dumps(content, ensure_ascii=False), "application/json")


def page(status: int, html: str, script: str = "") -> Response:
    """Return an HTML response that is never cached.

    The page may load nothing; only `script` may run in it.
    """
    return {"statusCode": status, "headers": dict(page_headers.headers(script)), "body": html}


def problem(
    status: int, title: str, errors: Iterable[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return an RFC 9457 problem that names invalid fields."""
    entries = [{"field": p.field, "detail": p.detail} for p in errors]
    content = {"type": "about:blank", "title": title, "status": status} | ({"errors": entries} if entries else {})
    rejection = response(status, json.dumps(content, ensure_ascii=False), "application/problem+json")
    rejection["headers"] |= headers or {}
    return rejection


def direct_access_refused() -> Response:
    """Return the response to a request that bypassed CloudFront."""
    return problem(403, "Direct access is not allowed; use this site's public address")


UNREADABLE = "could not be read; kept unchanged"
NEEDS_KEY = "could not be read, or is trusted only with an API key; kept unchanged"
UNREACHABLE = "no way to answer: provide a valid e-mail address or phone number"


def settled(item: SettledItem) -> Response:
    """Return the response to a program's post.

    It has the lead's id, or says that the delivery is held. `warnings` name the fields that could not be read, and say
    when there is no way to answer the sender.
    """
    body: dict[str, Any] = {"status": "held"} if item.status == "held" else {"lead_id": item.id, "status": item.status}
    names = [flag.removesuffix("_odd") for flag in item.flags if flag.endswith("_odd")]
    odd = [{"field": name, "detail": NEEDS_KEY if name in ("owner", "received_at") else UNREADABLE} for name in names]
    lost = [] if item.is_reachable else [{"field": "email", "detail": UNREACHABLE}]
    warnings = [*odd, *lost]
    return answer(202, body | {"warnings": warnings} if warnings else body)


def incomplete(error: InvalidInquiry) -> Response:
    """Return the problem that names what is missing."""
    return problem(422, "The lead is incomplete", error.problems)


def see_other(location: str) -> Response:
    """Return a redirect after a post."""
    return {"statusCode": 303, "headers": {"location": location, "cache-control": "no-store"}, "body": ""}


def response(status: int, text: str, content_type: str) -> Response:
    """Return a response that is never cached nor sniffed."""
    headers = {"content-type": content_type, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    return {"statusCode": status, "headers": headers, "body": text}
