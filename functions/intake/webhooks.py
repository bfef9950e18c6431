"""Signed deliveries of other systems: authentic first, then stored, and only then accepted."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import settings, wiring
from leadtight.adapters import http, item_time, time_limit
from leadtight.adapters.webhooks import mail_provider, provider
from leadtight.adapters.webhooks.provider import Keys, NotAuthentic, Reply, Request, Speaker
from leadtight.adapters.webhooks.reading import take
from leadtight.domain.policy import MAIL_PROVIDERS, Webhook

logger = Logger(child=True)
LARGEST = 5 * 1024 * 1024
"""A function is handed at most 6 MB, base64 included: what is larger never gets here."""

MOST_LOGGED = 100
ITEM_SECONDS = 1.0
"""What an item has at least to be read, and once more to be stored, while there is any time."""

IN_HAND = timedelta(seconds=2)
"""What no item has of the time in which calls to the table are begun: it is for keeping what ran out of its time."""


def receive(event: http.Event) -> http.Response:
    """Answer a provider's handshake or take its delivery; 404 when it is not configured, 401 when it proves nothing."""
    name = event["pathParameters"]["provider"]
    webhook, keys = wiring.policy().webhooks.get(name), wiring.webhook_keys()().get(name)
    if webhook is None or keys is None:
        return http.problem(404, "There is no such webhook")
    if webhook.provider in MAIL_PROVIDERS:
        return _receive_mail(event, webhook, keys)
    speaker, request = provider(webhook.provider), _request(event)
    if (answer := _met(webhook, speaker, request, keys)) is not None:
        return answer
    key, kind = speaker.key(request), http.header(event, "content-type")
    limits = item_time.shares(_left, ITEM_SECONDS)
    settled = take(wiring.deliveries(), webhook, request.body, key, kind, wiring.clock()(), limits)
    logger.info("webhook_taken", webhook=name, settled=[(one.status, one.id) for one in settled[:MOST_LOGGED]])
    held = any(one.status == "held" for one in settled)
    return http.answer(202, {"status": "held"}) if held else _answer(speaker.reply)


def _left() -> timedelta:
    left = time_limit.calls.left()
    return left if left == timedelta.max else left - IN_HAND


def _receive_mail(event: http.Event, webhook: Webhook, keys: Keys) -> http.Response:
    """Store an authentic mail where all mails are; its bucket tells who reads it."""
    from leadtight.adapters.webhooks.mailing import keep  # here, for other deliveries have no use for it

    speaker, request = mail_provider(webhook.provider), _request(event)
    if (answer := _met(webhook, speaker, request, keys)) is not None:
        return answer
    files = keep(wiring.mail_files(), webhook, speaker, request.body, http.header(event, "content-type"))
    logger.info("webhook_mail_stored", webhook=webhook.id, files=files)
    return _answer(speaker.reply)


def _met(webhook: Webhook, speaker: Speaker, request: Request, keys: Keys) -> http.Response | None:
    """Return the answer to a handshake, or to what is not authentic; None for a delivery to take."""
    try:
        if (reply := speaker.handshake(request, keys)) is not None:
            return _answer(reply)
        if request.method != "POST":
            return http.problem(405, "Deliveries are posted")
        speaker.check(request, keys, wiring.clock()())
    except NotAuthentic as error:
        logger.warning("webhook_refused", webhook=webhook.id, why=str(error))
        return http.problem(401, "This delivery is not authentic")
    return None


def _request(event: http.Event) -> Request:
    query = event.get("rawQueryString") or ""
    path: Any = event.get("rawPath") or ""
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=f"{settings.current().public_url}{path}{'?' if query else ''}{query}",
        headers=event.get("headers") or {},
        query=event.get("queryStringParameters") or {},
        body=http.body(event, LARGEST),
    )


def _answer(reply: Reply) -> http.Response:
    return http.response(reply.status, reply.body, reply.content_type)
