"""Find sent messages without a confirmation."""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from leadtight.app.ports.outbox import Outbox
from leadtight.domain.model.message import Channel, Message

LATE_AFTER = timedelta(minutes=30)
"""Age at which a confirmation is late: most mails are delivered within seconds."""

FORGOTTEN_AFTER = timedelta(minutes=90)
"""Age from which a message is no longer looked at.

The alarm has rung by then, and whatever ails the provider's reports shows at younger ones, too.
"""

MOST = 500
"""Most events of each part of the history that are looked at."""


class Unconfirmed:
    """Finds messages that are sent, and no more."""

    def __init__(self, outbox: Outbox, confirming: AbstractSet[Channel]) -> None:
        """Take the outbox, and the channels that confirm."""
        self._outbox = outbox
        self._confirming = confirming

    def late(self, now: datetime) -> tuple[Message, ...]:
        """Return the messages whose confirmation is late."""
        sent = self._outbox.unconfirmed(now - FORGOTTEN_AFTER, now - LATE_AFTER, MOST)
        return tuple(message for message in sent if message.channel in self._confirming)
