"""Providers' reports on sent messages, from a queue."""

from __future__ import annotations

from leadtight.adapters.aws import notifications, ses_events, text_events
from leadtight.adapters.aws.notifications import Unread
from leadtight.app.messaging.delivery_reports import DeliveryReport


def read(body: str) -> DeliveryReport | Unread | None:
    """Return the report in a body.

    None for one that changes nothing.
    """
    event = notifications.content(body)
    if isinstance(event, Unread):
        return event
    return text_events.report(event) if text_events.is_about_a_text(event) else ses_events.report(event)
