"""AWS quotas and prices of a stage, with their sources.

Assumptions are marked. Read in November 2026. A quota that depends on the account has the value of an account that has
left the sandbox; `NEW` is an account of the first day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Limits per second unless stated otherwise; times in seconds.

    DynamoDB: docs.aws.amazon.com/amazondynamodb/latest/developerguide, pages `bp-partition-key-design` (1,000 write and
    3,000 read units a partition), `on-demand-capacity-mode` (a new table: 4,000 and 12,000; twice the former peak,
    which doubles within 30 minutes), `gsi-throttling` (a throttled index refuses the table's writes) and
    `ServiceQuotas` (400 KB an item, 100 items and 4 MB a transaction).

    SES: docs.aws.amazon.com/ses/latest/dg/quotas.html (sandbox: 1 a second, 200 a day). Outside the sandbox AWS names
    no number; 14 a second and 50,000 a day are what it grants most often (third parties).

    SNS: docs.aws.amazon.com/general/latest/gr/sns.html (20 texts a second; $1 a month until it is raised).

    Scheduler: docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html (CreateSchedule 5,000 in the large
    regions, 250 in the others until 2026; the smaller number here).

    Lambda: docs.aws.amazon.com/lambda/latest/dg/limits.html (1,000 at once; new accounts have less, seen: 10).

    The stage's own concurrency and request limits are in `infra/limits.py`.
    """

    partition_writes: float = 1_000
    partition_reads: float = 3_000
    table_writes: float = 4_000
    table_reads: float = 12_000
    index_writes: float = 4_000
    index_reads: float = 12_000
    doubles_after: float = 1_800
    index_lag: float = 0.5
    """Delay of the index.

    AWS says "usually within a fraction of a second".
    """

    largest_item: int = 400 * 1024
    largest_transaction: int = 4 * 1024 * 1024
    transaction_items: int = 100
    mails: float = 14
    mails_a_day: int = 50_000
    texts: float = 20
    texts_a_month: float = 1.0
    """In dollars."""

    schedules: float = 250
    functions: int = 1_000


NORMAL = Quotas()
NEW = replace(NORMAL, mails=1, mails_a_day=200, functions=10)
GROWN = replace(NORMAL, table_writes=28_000, index_writes=10_000, mails=1_000, mails_a_day=5_000_000, schedules=5_000)
"""An account with quotas for 200 leads a second.

Its table was made warm for them (`infra/table.py`).
"""


@dataclass(frozen=True, slots=True)
class Times:
    """Assumed durations of calls, in seconds.

    They follow AWS's "single-digit milliseconds" and third parties.
    """

    read: float = 0.004
    query: float = 0.006
    write: float = 0.006
    transaction: float = 0.012
    mail: float = 0.06
    text: float = 0.08
    queue: float = 0.01
    schedule: float = 0.03
    file: float = 0.03
    secret: float = 0.02
    work: float = 0.005
    """A function's own work, for each of its records."""

    stream: float = 0.21
    """From a write to its reader.

    p50 of a third party's measurement.
    """

    queued: float = 0.02


TIMES = Times()


@dataclass(frozen=True, slots=True)
class Prices:
    """On-demand prices in dollars for us-east-1.

    They are from the services' price pages; eu-central-1 costs up to a fifth more.
    """

    write: float = 0.625e-6
    read: float = 0.125e-6
    request: float = 1.0e-6
    invocation: float = 0.2e-6
    gb_second: float = 13.3334e-6
    message: float = 0.4e-6
    schedule: float = 1.0e-6
    mail: float = 0.1e-3
    text: float = 0.08
    """To a German mobile number.

    The dearest destinations cost four times as much.
    """

    file: float = 5.4e-6


PRICES = Prices()
