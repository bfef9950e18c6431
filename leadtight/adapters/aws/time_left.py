"""How much of its time a running function has left."""

from datetime import timedelta
from typing import Any

from leadtight.app.sla.sweep import Left, unbounded


def time_left(context: Any, in_hand: timedelta) -> Left:
    """Return what tells how much time is left until only `in_hand` is; without a context there is no end."""
    if context is None:
        return unbounded
    return lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()) - in_hand
