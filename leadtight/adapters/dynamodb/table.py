"""The table: all parts of the adapter over one connection."""

import time
from collections.abc import Callable

from leadtight.adapters.dynamodb import time_limit
from leadtight.adapters.dynamodb.board import BoardAccess
from leadtight.adapters.dynamodb.guards import GuardAccess
from leadtight.adapters.dynamodb.history import HistoryAccess
from leadtight.adapters.dynamodb.leads import LeadAccess
from leadtight.adapters.dynamodb.outbox import OutboxAccess
from leadtight.adapters.dynamodb.people import PeopleAccess
from leadtight.adapters.dynamodb.rows import bind

TIME_LIMIT = "leadtight-time-limit"


class DynamoTable(LeadAccess, GuardAccess, HistoryAccess, PeopleAccess, BoardAccess, OutboxAccess):
    """LeadStore, Guards, EventLog, BoardStore and Outbox over one DynamoDB table."""

    def __init__(self, table_name: str, region: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Bind the rows to the table, over one connection."""
        super().__init__(bind(table_name, region), pause=pause)

    def connect(self) -> None:
        """Create the client, as a cold start should.

        It begins no call when time is up.
        """
        self.connection.client.meta.events.register_first("before-send", time_limit.calls.check, unique_id=TIME_LIMIT)
