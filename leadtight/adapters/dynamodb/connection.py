"""The connection to the table, shared by the whole adapter."""

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
    """A part of the adapter, over the shared connection."""

    def __init__(self, connection: Connection, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Take the connection, and a function that pauses."""
        self.connection = connection
        self._pause = pause

    def _step_aside(self, tries: int = 1) -> None:
        """Pause for a random time, longer with every try.

        Writers that retry in step would collide again.
        """
        self._pause(random.uniform(*APART_SECONDS) * tries)


def is_refused(error: PynamoDBException) -> bool:
    """Check whether the condition of a single write failed."""
    return error.cause_response_code == "ConditionalCheckFailedException"
