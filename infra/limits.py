"""What may run at once, by how much the account has: docs/decisions/0052 has the sums."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

SHARDS = 4
"""The stream of a new on-demand table has a shard for each of its first four partitions."""

CLOCKED = 3
"""The sweep of sla, that of collect, and a report may run beside all queues and streams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the API lets in, in requests a second, and how many batches of each source are handled at once.

    A queue takes at least two: AWS allows no less. `reserved` are starts that nothing else may use up.
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
        """Return how many functions run at most without a caller who waits at the other end of a request."""
        return SHARDS * (self.routing + self.sending) + self.alarms + self.retries + 4 * self.others + CLOCKED


SMALL = Limits(requests=20, burst=40, sending=1, alarms=2, others=2)
"""As little as AWS allows: what an account of 30 has is never used up by what no caller waits for."""

LARGE = Limits(requests=50, burst=100, sending=4, alarms=10, others=5, reserved={"intake": 100, "sla": 20})
"""Of an account of 220 or more, with `-c reserve=on`: taking leads and keeping promises have starts of their own."""


def carrying(leads_per_second: int) -> Limits:
    """Return what a stage needs for so many leads a second: docs/guides/scale.md has the milliseconds that each takes.

    A lead is three requests, a tenth of a second of alarms and as much of receipts; twice of each is allowed.
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
