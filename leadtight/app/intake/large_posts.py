"""Limit strangers' large posts per minute to protect the table.

A lead of 60 KB takes some 500 write units where a typical one takes 111, and a new table takes 4,000 a second
(docs/guides/scale.md): ten such posts a second would leave nothing for others.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from leadtight.app.ports.outbox import Outbox
from leadtight.domain.compliance.send_limits import Budget
from leadtight.domain.model.errors import Conflict

LARGE = 16 * 1024
"""Bytes from which a post is large.

Hand-written posts have a tenth of it.
"""

AT_MOST_A_MINUTE = 30
"""Large posts accepted in one minute.

Half a post a second of the largest size is 250 write units a second.
"""


def take_turn(outbox: Outbox, size: int, now: datetime) -> None:
    """Count a stranger's post if it is large.

    `size` is in bytes. Costs one call. Raises Conflict when the minute is full.
    """
    if size <= LARGE:
        return
    minute = now.replace(second=0, microsecond=0)
    budget = Budget(
        key=f"large#{minute:%Y-%m-%dT%H:%M}", at_most=AT_MOST_A_MINUTE, expires_at=minute + timedelta(hours=1)
    )
    if outbox.spend(budget) is None:
        raise Conflict("too many large posts within one minute")


def size_of(fields: Mapping[str, Any]) -> int:
    """Return about how many bytes a form's fields take."""
    return sum(len(name) + len(str(value)) for name, value in fields.items())
