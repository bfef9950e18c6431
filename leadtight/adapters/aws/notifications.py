"""Bodies of queues that AWS services write to.

Some are no events: services test a topic or a bucket's queue when it is set up.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_plus

logger = logging.getLogger(__name__)

VALIDATED = "Successfully validated SNS topic for Amazon"
"""Start of the plain text that SES publishes to a topic.

It does so whenever an event destination is made or changed.
"""

SUBSCRIBED = "AmazonSnsSubscriptionSucceeded"
"""The `notificationType` with which SES tests the topic of an identity."""

TEST_EVENT = "s3:TestEvent"
SES_TRIAL = "AMAZON_SES_SETUP_NOTIFICATION"
"""The mail with which SES tests a new receipt rule."""

LONGEST_NAME = 40
"""Longest name or value of an unknown body that the log shows."""


class Unread(StrEnum):
    """Why a body yields no event.

    A notice only tests the path. An unknown body may be authentic and important: it is counted, and an alarm watches
    the count.
    """

    NOTICE = "notice"
    UNKNOWN = "unknown"


METRICS: Mapping[Unread, str] = {Unread.NOTICE: "NoticesDropped", Unread.UNKNOWN: "EventsNotUnderstood"}


def content(body: str) -> Mapping[str, Any] | Unread:
    """Return the JSON object of a body, without SNS's envelope."""
    parsed = _parsed(body)
    if isinstance(parsed, dict) and _is_envelope(parsed):
        return content(parsed["Message"])
    if isinstance(parsed, dict):
        return Unread.NOTICE if _is_notice(parsed) else parsed
    return Unread.NOTICE if body.strip().startswith(VALIDATED) else Unread.UNKNOWN


def mail_files(event: Mapping[str, Any]) -> tuple[str, ...] | Unread:
    """Return the mails that a bucket's notification announces."""
    try:
        created = [r for r in event["Records"] if str(r["eventName"]).startswith("ObjectCreated")]
        files = [unquote_plus(record["s3"]["object"]["key"]) for record in created]
    except (KeyError, TypeError, AttributeError):
        return Unread.UNKNOWN
    return tuple(file for file in files if not file.endswith(SES_TRIAL))


def drop(body: str, why: Unread) -> None:
    """Log and count a body that is not handled.

    The log shows the names of its fields, and no content: that may be a person's.
    """
    log = logger.info if why is Unread.NOTICE else logger.error
    log("body_dropped why=%s shape=%s", why, json.dumps(shape(_parsed(body))))
    if not os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        return
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # imported here: rarely needed

    with single_metric(
        name=METRICS[why], unit=MetricUnit.Count, value=1, default_dimensions={"service": "all"}
    ) as metric:
        metric.add_metadata("why", why.value)


def shape(parsed: Any) -> Any:
    """Return the names of an object's fields, and its type."""
    if not isinstance(parsed, dict):
        return type(parsed).__name__
    kinds = {key: str(value)[:LONGEST_NAME] for key, value in parsed.items() if key in _KINDS}
    return {"fields": sorted(str(key)[:LONGEST_NAME] for key in parsed)[:LONGEST_NAME], **kinds}


_KINDS = ("eventType", "notificationType", "Type", "Event", "schema")


def _is_envelope(parsed: Mapping[str, Any]) -> bool:
    return parsed.get("Type", "Notification") == "Notification" and isinstance(parsed.get("Message"), str)


def _is_notice(parsed: Mapping[str, Any]) -> bool:
    return parsed.get("Event") == TEST_EVENT or parsed.get("notificationType") == SUBSCRIBED


def _parsed(body: str) -> Any:
    """Return the JSON of a body.

    None when it is none, or nested too deeply.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
