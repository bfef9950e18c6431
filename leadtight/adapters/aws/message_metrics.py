"""Metrics of messages, by recipient and by channel.

Each change of state writes one, where it is stored. Alarms watch the recipients, the dashboard shows the channels.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from leadtight.domain.model.message import LEAD, Message, Status

METRICS: Mapping[Status, str] = {
    Status.SENT: "MessagesSent",
    Status.CONFIRMED: "MessagesConfirmed",
    Status.BOUNCED: "MessagesBounced",
    Status.REFUSED: "MessagesRefused",
    Status.DEAD: "MessagesDead",
}
UNCONFIRMED = "MessagesUnconfirmed"
SERVICE = {"service": "messages"}


def write(message: Message) -> None:
    """Count a message in its status, unless still owed."""
    if name := METRICS.get(message.status):
        _write(name, *_dimensions(message), 1)


def write_unconfirmed(messages: Iterable[Message]) -> None:
    """Write how many sent messages lack a confirmation."""
    for (recipient, channel), number in sorted(Counter(map(_dimensions, messages)).items()):
        _write(UNCONFIRMED, recipient, channel, number)


def _dimensions(message: Message) -> tuple[str, str]:
    return "lead" if message.recipient == LEAD else "team", message.channel.value


def _write(name: str, recipient: str, channel: str, number: int) -> None:
    if not os.environ.get("POWERTOOLS_METRICS_NAMESPACE"):
        return
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # imported here: intake writes none

    for dimension, value in (("to", recipient), ("channel", channel)):
        with single_metric(name=name, unit=MetricUnit.Count, value=number, default_dimensions=SERVICE) as metric:
            metric.add_dimension(name=dimension, value=value)
