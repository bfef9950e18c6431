"""Stalls (J6), attempts (J7), and wins by response time."""

import duckdb

from leadtight.reporting.facts.table import Row, microseconds, rows_of
from leadtight.reporting.metrics.aggregates import BUCKETS, Figures, rate
from leadtight.reporting.metrics.confidence import SMALL, wilson
from leadtight.reporting.metrics.query import MetricsQuery

DAY_US = 86_400_000_000
MOST_STUCK = 10
ENOUGH = 5
"""Attempts that count as persistent (J7)."""

MANY = 10
"""Most attempts that are counted separately."""

_CLOSED = ("won", "lost")
_BUCKET = "case " + " ".join(f"when {condition} then '{name}'" for name, condition in BUCKETS.items()) + " end"


def latest(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> int:
    """Return the time of the facts in microseconds.

    As stated, else the latest time in them.
    """
    if query.as_of:
        return microseconds(query.as_of)
    sql = "select greatest(max(received_us), max(contact_us), max(stage_since_us)) as at from placed"
    return int(rows_of(connection, sql)[0]["at"] or 0)


def stages(connection: duckdb.DuckDBPyConnection, as_of_us: int) -> list[Figures]:
    """Return the stages with their leads and median days.

    Days are None where unknown.
    """
    rows = rows_of(
        connection,
        f"select stage, count(*) as leads, median({as_of_us} - stage_since_us) / {DAY_US} as days from placed"
        " where stage is not null group by 1 order by leads desc, stage",
    )
    return [_stage(row) for row in rows]


def _stage(row: Row) -> Figures:
    is_open = row["stage"] not in _CLOSED
    days = None if row["days"] is None or not is_open else round(row["days"], 2)
    return {"stage": row["stage"], "leads": row["leads"], "open": is_open, "median_days": days}


def stuck(connection: duckdb.DuckDBPyConnection, as_of_us: int) -> list[Figures]:
    """Return the open leads longest in their stage."""
    return rows_of(
        connection,
        f"select lead_id, owner, stage, round(({as_of_us} - stage_since_us) / {DAY_US}, 2) as days from placed"
        " where stage is not null and stage not in ('won', 'lost') and stage_since_us is not null"
        f" order by stage_since_us, lead_id limit {MOST_STUCK}",
    )


def attempts(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> Figures | None:
    """Return the distribution of attempts.

    With the share of at least five; None when unknown.
    """
    if query.gaps.attempts:
        return None
    rows = rows_of(
        connection,
        f"select least(coalesce(attempts, 0), {MANY + 1}) as n, count(*) as leads,"
        f" count(*) filter (response_us is null) as never from placed group by 1 order by 1",
    )
    by_attempts = {row["n"]: row for row in rows}
    none = {"leads": 0, "never": 0}
    cells = [(n, by_attempts.get(n, none)) for n in range(MANY + 2)]
    leads, never = sum(c["leads"] for _, c in cells), sum(c["never"] for _, c in cells)
    many = [c for n, c in cells if n >= ENOUGH]
    return {
        "distribution": [{"attempts": str(n) if n <= MANY else f"over {MANY}", "leads": c["leads"]} for n, c in cells],
        "five_or_more": sum(c["leads"] for c in many),
        "five_or_more_rate": rate(sum(c["leads"] for c in many), leads),
        "never_contacted": never,
        "never_contacted_five_or_more": sum(c["never"] for c in many),
        "persistence": rate(sum(c["never"] for c in many), never),
    }


def wins(connection: duckdb.DuckDBPyConnection, query: MetricsQuery) -> list[Figures] | None:
    """Return the share won by response bucket.

    With its 95 % interval; open leads may still be won.
    """
    if query.gaps.won or query.gaps.untimed:
        return None
    rows = rows_of(
        connection,
        f"select {_BUCKET} as bucket, count(*) as leads, count(*) filter (stage = 'won') as won from placed group by 1",
    )
    by_bucket = {row["bucket"]: (row["leads"], row["won"]) for row in rows}
    return [{"bucket": name} | interval(*by_bucket.get(name, (0, 0)), of="won", share="win_rate") for name in BUCKETS]


def interval(leads: int, part: int, *, of: str, share: str) -> Figures:
    """Return a count with its share and 95 % interval.

    `small`: there are too few leads.
    """
    low, high = wilson(part, leads) or (None, None)
    return {
        "leads": leads,
        of: part,
        share: rate(part, leads),
        "low": low,
        "high": high,
        "small": leads < SMALL,
    }
