"""Signed deliveries of other systems: authentic first, then stored, and only then accepted."""

from typing import Any

from aws_lambda_powertools import Logger

from leadtight import settings, wiring
from leadtight.adapters import http
from leadtight.adapters.webhooks import provider
from leadtight.adapters.webhooks.provider import NotAuthentic, Reply, Request
from leadtight.adapters.webhooks.reading import CHANNEL, read, whole
from leadtight.domain.held import Reason

logger = Logger(child=True)


def receive(event: http.Event) -> http.Response:
    """Answer a provider's handshake or take its delivery; 404 when it is not configured, 401 when it proves nothing."""
    name = event["pathParameters"]["provider"]
    webhook, keys = wiring.policy().webhooks.get(name), wiring.webhook_keys()().get(name)
    if webhook is None or keys is None:
        return http.problem(404, "There is no such webhook")
    speaker, request = provider(webhook.provider), _request(event)
    try:
        if (reply := speaker.handshake(request, keys)) is not None:
            return _answer(reply)
        if request.method != "POST":
            return http.problem(405, "Deliveries are posted")
        speaker.check(request, keys, wiring.clock()())
    except NotAuthentic as error:
        logger.warning("webhook_refused", webhook=name, why=str(error))
        return http.problem(401, "This delivery is not authentic")
    key, kind = speaker.key(request), http.header(event, "content-type")
    items = read(webhook, request.body, key, kind)
    original = whole(webhook, request.body, key, kind, Reason.UNMAPPED, "") if len(items) == 1 else None
    settled = wiring.deliveries().take_all(items, f"{CHANNEL}{name}", wiring.clock()(), original)
    logger.info("webhook_taken", webhook=name, settled=[(one.status, one.id) for one in settled])
    held = any(one.status == "held" for one in settled)
    return http.answer(202, {"status": "held"}) if held else _answer(speaker.reply)


def _request(event: http.Event) -> Request:
    query = event.get("rawQueryString") or ""
    path: Any = event.get("rawPath") or ""
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=f"{settings.current().public_url}{path}{'?' if query else ''}{query}",
        headers=event.get("headers") or {},
        query=event.get("queryStringParameters") or {},
        body=http.body(event),
    )


def _answer(reply: Reply) -> http.Response:
    return {
        "statusCode": reply.status,
        "headers": {
            "content-type": reply.content_type,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
        "body": reply.body,
    }
