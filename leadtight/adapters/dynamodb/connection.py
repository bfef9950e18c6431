"""The one connection to the table, which every part of the adapter shares."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pynamodb.connection.base import Connection
    from pynamodb.exceptions import PynamoDBException

APART_SECONDS = (0.005, 0.1)


class TableAccess:
    """A part of the adapter, over the connection that all share."""

    def __init__(self, connection: Connection, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Take the connection, and how to pause."""
        self.connection = connection
        self._pause = pause

    def _step_aside(self, tries: int = 1) -> None:
        """Pause by chance, longer with every try: racers that retry in step would meet again."""
        self._pause(random.uniform(*APART_SECONDS) * tries)


def is_refused(error: PynamoDBException) -> bool:
    """Tell whether the condition of a write of one item did not hold."""
    return error.cause_response_code == "ConditionalCheckFailedException"
