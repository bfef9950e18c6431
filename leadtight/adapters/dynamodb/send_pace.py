"""The pace of sends per second, shared by all processes.

It keeps bursts below the rate at which a provider rejects them.
"""

from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from leadtight.adapters.dynamodb import keys
from leadtight.adapters.dynamodb.connection import is_refused
from leadtight.adapters.dynamodb.rows import TableRow
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.domain.model.message import Channel

KEPT_SECONDS = 3600
"""Seconds until a count expires."""


class PaceRow(TableRow, discriminator="pace"):
    """The number of sends of a channel in one second."""

    taken = NumberAttribute()
    expires_at = NumberAttribute()


class DynamoPace:
    """The pace in the table: one call for each send.

    A second that is known to be full is not read again.
    """

    def __init__(self, _table: DynamoTable) -> None:
        """Require the table, which binds the rows to its connection."""
        self._rests: dict[Channel, datetime] = {}

    def take(self, channel: Channel, most: int, now: datetime) -> bool:
        """Take one of `most` sends of this second: one call."""
        second = int(now.timestamp())
        if now < self._rests.get(channel, now):
            return False
        row = PaceRow(keys.pace(channel, second), keys.PACE_SK)
        forgotten = PaceRow.expires_at.set(second + KEPT_SECONDS)
        counted: list[Action] = [PaceRow.taken.add(1), forgotten, PaceRow.kind.set(PaceRow)]
        try:
            row.update(counted, condition=PaceRow.taken.does_not_exist() | (PaceRow.taken < most))
        except UpdateError as error:
            if not is_refused(error):
                raise
            self.rest(channel, datetime.fromtimestamp(second + 1, UTC))
            return False
        return True

    def rest(self, channel: Channel, until: datetime) -> None:
        """Pause a channel until then, in this process."""
        self._rests[channel] = until
