"""Receive signed deliveries of other systems.

They are verified first, then stored, and only then accepted.
"""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import bootstrap, settings
from leadtight.adapters.aws import item_time
from leadtight.adapters.dynamodb import time_limit
from leadtight.adapters.http import events
from leadtight.adapters.inbound.signatures import WebhookSecrets, WebhookVerificationError
from leadtight.adapters.inbound.webhooks import mail_provider, provider
from leadtight.adapters.inbound.webhooks.provider import Request, WebhookAuthenticator, WebhookReply
from leadtight.adapters.inbound.webhooks.reader import take
from leadtight.domain.policy.sources import MAIL_PROVIDERS, Webhook

logger = Logger(child=True)
LARGEST = 5 * 1024 * 1024
"""Largest delivery that reaches the function.

It takes at most 6 MB, base64 included.
"""

MOST_LOGGED = 100
ITEM_SECONDS = 1.0
"""Minimum seconds to read an item, again to store it.

They hold while there is any time.
"""

IN_HAND = timedelta(seconds=2)
"""Time reserved for keeping items that ran out of time.

No item has it of the time in which calls to the table are begun.
"""


def receive(event: events.Event) -> events.Response:
    """Answer a provider's handshake, or receive its delivery.

    Answers 404 when the webhook is not configured, 401 when the delivery proves nothing.
    """
    name = event["pathParameters"]["provider"]
    webhook, keys = bootstrap.policy().webhooks.get(name), bootstrap.webhook_keys()().get(name)
    if webhook is None or keys is None:
        return events.problem(404, "There is no such webhook")
    if webhook.provider in MAIL_PROVIDERS:
        return _receive_mail(event, webhook, keys)
    speaker, request = provider(webhook.provider), _request(event)
    if (answer := _early_reply(webhook, speaker, request, keys)) is not None:
        return answer
    key, kind = speaker.key(request), events.header(event, "content-type")
    limits = item_time.shares(_left, ITEM_SECONDS)
    settled = take(bootstrap.app().deliveries, webhook, request.body, key, kind, bootstrap.clock()(), limits)
    logged = [{"lead_id": item.id, "status": item.status} for item in settled[:MOST_LOGGED]]
    logger.info("webhook_taken", webhook=name, settled=logged)
    is_held = any(item.status == "held" for item in settled)
    return events.answer(202, {"status": "held"}) if is_held else _answer(speaker.reply)


def _left() -> timedelta:
    left = time_limit.calls.left()
    return left if left == timedelta.max else left - IN_HAND


def _receive_mail(event: events.Event, webhook: Webhook, keys: WebhookSecrets) -> events.Response:
    """Store an authentic mail in the bucket of all mails.

    The bucket announces it to its reader.
    """
    from leadtight.adapters.inbound.webhooks.email.mail_intake import (
        keep,  # lazy: other deliveries do not need it
    )

    speaker, request = mail_provider(webhook.provider), _request(event)
    if (answer := _early_reply(webhook, speaker, request, keys)) is not None:
        return answer
    files = keep(bootstrap.mail_files(), webhook, speaker, request.body, events.header(event, "content-type"))
    logger.info("webhook_mail_stored", webhook=webhook.id, files=files)
    return _answer(speaker.reply)


def _early_reply(
    webhook: Webhook, speaker: WebhookAuthenticator, request: Request, keys: WebhookSecrets
) -> events.Response | None:
    """Answer a handshake or a rejection; None for a delivery."""
    try:
        if (reply := speaker.handshake(request, keys)) is not None:
            return _answer(reply)
        if request.method != "POST":
            return events.problem(405, "Use POST to deliver")
        speaker.check(request, keys, bootstrap.clock()())
    except WebhookVerificationError as error:
        logger.warning("webhook_refused", webhook=webhook.id, why=str(error))
        return events.problem(401, "This delivery is not authentic")
    return None


def _request(event: events.Event) -> Request:
    query = event.get("rawQueryString") or ""
    path: Any = event.get("rawPath") or ""
    return Request(
        method=event["requestContext"]["http"]["method"],
        url=f"{settings.current().public_url}{path}{'?' if query else ''}{query}",
        headers=event.get("headers") or {},
        query=event.get("queryStringParameters") or {},
        body=events.body(event, LARGEST),
    )


def _answer(reply: WebhookReply) -> events.Response:
    return events.response(reply.status, reply.body, reply.content_type)
