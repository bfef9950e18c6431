"""Concurrency limits by account size.

The arithmetic is in docs/decisions/0052.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

SHARDS = 4
"""Shards of the stream of a new on-demand table.

It has one for each of its first four partitions.
"""

CLOCKED = 3
"""Scheduled functions that may run beside queues and streams.

These are the sweeps of sla and collect, and a report.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests per second of the API, and batches per source.

    Batches are those handled at once. A queue has at least two: AWS allows no less. `reserved` are starts that nothing
    else may use up.
    """

    requests: int
    burst: int
    routing: int = 1
    sending: int
    alarms: int
    retries: int = 2
    others: int
    reserved: Mapping[str, int] = field(default_factory=dict)

    @property
    def background(self) -> int:
        """Return the maximum of functions running without a waiting caller."""
        return SHARDS * (self.routing + self.sending) + self.alarms + self.retries + 4 * self.others + CLOCKED


SMALL = Limits(requests=20, burst=40, sending=1, alarms=2, others=2)
"""The least that AWS allows.

With 30 concurrent executions in the account, background work leaves some for requests with waiting callers.
"""

LARGE = Limits(requests=50, burst=100, sending=4, alarms=10, others=5, reserved={"intake": 100, "sla": 20})
"""For 220 or more concurrent executions, with `limits.reserve`.

Intake and promises have reserved starts.
"""


def carrying(leads_per_second: int) -> Limits:
    """Return the limits for a rate of leads.

    docs/guides/scale.md has the milliseconds per lead. A lead is three requests, a tenth of a second of alarms and as
    much of receipts; twice of each is allowed.
    """
    fifth = math.ceil(leads_per_second / 5)
    alarms = max(LARGE.alarms, fifth)
    return Limits(
        requests=max(LARGE.requests, 4 * leads_per_second),
        burst=max(LARGE.burst, 8 * leads_per_second),
        sending=LARGE.sending,
        alarms=alarms,
        retries=max(LARGE.retries, math.ceil(leads_per_second / 20)),
        others=max(LARGE.others, fifth),
        reserved={"intake": max(100, leads_per_second), "sla": alarms + 10},
    )
